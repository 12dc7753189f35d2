"""A town of some dozen customers under rules of every kind, and what reads too much of it: for tests of query plans."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from dsl.model.model import Model
from engine.calendars.zone import Zone
from engine.storage.store import Store
from tests.engine_side import EngineSide

RULES = """
customer {
  name: text, phone: phone, points: number, worth: money, birthday: date, seen: time
  tier: one of regular, vip
}
event visit { amount: money }
event noted { amount: money }
record bill { due: date, paid: flag, amount: money }
audience lapsed = no visit within last 90 days and visit ever
message hello { sms: "{{ name }}" }
message pay { sms: "{{ name }} {{ amount|money }}" }
policy marketing {
  send on workdays 09:00 to 20:00
  at most 3 per month
  at most 1 per 7 days for tier = vip
  at least 2 days apart
  silent 90 days after optout
  require consent
}
policy service { at most 4 per record, count with marketing }
journey win_back {
  policy marketing
  priority 5
  enter when lapsed or sum(visit.amount within last 30 days) > 100 or seen before 20 days ago
  reenter after 180 days
  holdout 10%
  goal within 60 days when visit since entry
  on visit where (amount > 5) -> care.thanks
  stage contact {
    state greet { send hello, after 3 days at 10:00 -> call }
    state call {
      task phone { assign advisor, due 2 days, outcome yes -> care.thanks, outcome no -> end lost }
      when tier = vip -> end vip
      after 5 days -> end lost
    }
  }
  stage care {
    after 90 days in stage -> end won
    state thanks {
      set points = points + 1, tag "won", emit noted { amount: worth }, begin aside
      split { 50% -> a, 50% -> b }
    }
    state a { at 7 days before next(birthday) at 10:00 -> b }
    state b { on noted -> end noted }
  }
}
journey aside { state wait { after 1 hour -> end over } }
journey few { enter when points > 3, enter at most 2 per day, rank by worth, state s { after 1 day -> end over } }
journey mondays { enter when tagged "won", enter only at "0 9 * * mon", state s { after 1 day -> end over } }
journey birthdays {
  enter when next(birthday) within next 7 days and no sent within last 7 days
    and not ended win_back within last 30 days and days until next(birthday) < 6
  reenter after 300 days
  state s { after 1 day -> end over }
}
journey remind {
  for bill
  policy service
  enter when paid = false and due within next 7 days
  when paid -> end paid
  state first { send pay, at due -> second }
  state second { send pay, after 3 days -> end late }
}
"""

HOUR, DAY = 3_600_000, 86_400_000
ZONE = Zone("Asia/Shanghai")
START = ZONE.instant(datetime(2026, 1, 5, 10))  # noqa: DTZ001  # the zone's own wall clock
BIG = ("customer", "enrolment", "visit", "message", "task", "tag", "consent", "optout", "event_", "record_")


def town(model: Model) -> EngineSide:
    """A store with some dozen customers of every kind."""
    side = EngineSide(model, ZONE.name)
    plan = side.plan
    with side.store.write() as connection:
        people = [
            {"customer": n, "id": f"C{n}", "hash": n * 48271 % (2**31 - 1), "name": f"N{n}", "phone": "+8613800000001",
             "tier": "vip" if n % 7 == 0 else "regular", "points": float(n % 9), "worth": n * 1000,
             "birthday": n * 37, "seen": START - n * DAY}
            for n in range(1, 61)
        ]  # fmt: skip
        connection.execute(plan.tables.customer.insert(), people)
        visits = [
            {
                "seq": n,
                "customer": 1 + n % 60,
                "at": START - 100 * DAY + n * 17 * HOUR,
                "digest": n,
                "amount": n * 10,
            }
            for n in range(1, 241)
        ]
        connection.execute(plan.tables.events["visit"].insert(), visits)
        bills = [
            {
                "record": n,
                "customer": n,
                "id": f"B{n}",
                "due": START // DAY + n % 20,
                "paid": n % 3 == 0,
                "amount": n,
            }
            for n in range(1, 61)
        ]
        connection.execute(plan.tables.records["bill"].insert(), bills)
        connection.exec_driver_sql("UPDATE meta SET value = '240' WHERE key = 'arrivals'")
    return side


def as_if_analyzed(store: Store, rows: int = 1_000_000) -> None:
    """Statistics as if there were a million of each, or had been so many; for sixty, reading all would be right."""
    with store.write() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql(
            "UPDATE sqlite_stat1 SET stat = ? || substr(stat, instr(stat, ' '))"
            " WHERE tbl NOT IN ('meta', 'symbol', 'rule', 'run', 'calendar_day') AND instr(stat, ' ')",
            (rows,),
        )
        connection.exec_driver_sql("ANALYZE sqlite_schema")


def as_if_analyzed_empty(store: Store) -> None:
    """Statistics of a project whose tables were empty: nothing is known but that indexes with a WHERE hold nothing."""
    with store.write() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")
        connection.exec_driver_sql(
            "INSERT INTO sqlite_stat1 SELECT tbl_name, name, '0 0 0 0 0' FROM sqlite_schema"
            " WHERE type = 'index' AND sql LIKE '%WHERE%'"
        )
        connection.exec_driver_sql("ANALYZE sqlite_schema")


READY_ALONE = "SCAN message USING COVERING INDEX message_ready"
"""Whether anything is ready: the first entry of an index of what is."""


def scans(connection: sa.Connection, text: str, parameters: int) -> list[str]:
    """The lines of a query's plan that read all of a big table, or all of any table again for every row."""
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (1,) * parameters).all()
    names = {"c", "e", "q", "r"}
    aliased = [word for word in text.replace("\n", " ").split(" ") if word.startswith(BIG) or word in names]
    above = {row[0]: (row[1], row[3]) for row in rows}
    return [
        row[3]
        for row in rows
        if row[3].startswith("SCAN ")
        and row[3].split()[1] != "CONSTANT"
        and (row[3].split()[1] in aliased or is_repeated(above, row[1]))
        and "EXISTS" not in row[3]
        and row[3] != READY_ALONE
    ]


def is_repeated(above: Mapping[int, tuple[int, str]], place: int) -> bool:
    """Whether the innermost subquery around a line of a plan is worked out anew for each row."""
    while place in above and "SUBQUERY" not in above[place][1]:
        place = above[place][0]
    return place in above and above[place][1].startswith("CORRELATED")
