"""A project that gives benefits, and people and tills at work in it, each in a process of its own.

`python -m tests.shops_with_benefits FOLDER WORK` is one of those processes; it prints what it has done as JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.storage.benefit_tables import grant
from engine.storage.states import GrantStatus
from tests.projects import Homing, applied_project

RULES = """\
customer { name: text, phone: phone, points: number }
event visit { amount: money }

benefit free_check "免费检测" { worth 200, cost 40, quota 20 per month, valid 30 days }
benefit half_price "五折券" {
  worth 600
  cost 400
  quota 10 per month
  approve by manager
  valid 30 days
  minimum 200
}
benefit offer "满200减50" { worth 50, cost 50, stock 15, valid 3 days, minimum 200 }
benefit friend "推荐积分" { worth 50, cost 50, valid 1 year }

message check_text { sms: "{{ name }}您的检测券{{ benefit.code }}，{{ benefit.expires|date }}前有效" }
message half_text { sms: "{{ name }}{{ benefit.title }}{{ benefit.code }}{{ benefit.worth }}元" }
message plain_text { sms: "{{ name }}您好" }
message offer_text { sms: "{{ benefit.code }}" }

policy service { send on every day 00:00 to 24:00 }

journey checks { policy service, rank by points
  enter when points >= 0
  state ask { grant free_check, send check_text, on redeemed where (benefit = "free_check") -> end used
    after 60 days -> end over }
}
journey halves { policy service, rank by points
  enter when points >= 0
  state ask { grant half_price else -> plain, send half_text, after 30 days -> end over }
  state plain { send plain_text, after 1 day -> end without }
}
journey offers { policy service, rank by points
  enter when points >= 0
  state ask { grant offer, send offer_text, after 30 days -> end over }
}
"""

START = "2026-11-25 10:00"


def with_customers(folder: Path, count: int, rules: str = RULES) -> Homing:
    """A project with so many customers, the first one with the most points."""
    homing = applied_project(folder, rules)
    rows = "".join(f"C{n},客{n},1380000{n:04},{count - n}\n" for n in range(1, count + 1))
    homing.well("import", "customers", homing.file("c.csv", "id,name,phone,points\n" + rows))
    return homing


def grants(homing: Homing) -> list[dict[str, Any]]:
    """Every benefit that somebody wanted, by customer number, with the names of the benefit and the status."""
    project = homing.opened()
    try:
        with project.store.read() as connection:
            names = sa.table("symbol", sa.column("symbol"), sa.column("name"))
            rows = sa.select(grant, names.c.name).join(names, names.c.symbol == grant.c.benefit)
            found = connection.execute(rows.order_by(grant.c.customer, grant.c.journey)).mappings().all()
    finally:
        project.store.close()
    return [{**row, "status": GrantStatus(row["status"]).word, "benefit": row["name"]} for row in found]


def codes(homing: Homing, benefit: str) -> list[str]:
    """The codes of a benefit that have been granted."""
    return [one["code"] for one in grants(homing) if (one["benefit"], one["status"]) == (benefit, "granted")]


def _work(homing: Homing, work: str) -> list[str]:
    """One of those at work; what they managed to do."""
    match work:
        case "run":
            return [str(homing("run", "--at", START).status) for _ in range(3)]
        case "approve" | "refuse":
            listed = homing("queue", "--kind", "benefit", "--json").json
            # Two of three kinds of people want the same ones at the same time.
            return [one["id"] for one in listed if homing("queue", work, one["id"], "--as", work).status == 0]
    return [code for code in codes(homing, work) if homing("redeem", code, "--amount", "500").status == 0]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_work(Homing(Path(sys.argv[1])), sys.argv[2])))
