"""How fast an explanation is: one customer of many, of every kind, with the statements built anew and built before.

`python -m benchmarks.explain [CUSTOMERS]` prints one JSON document, in milliseconds.
"""

import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from benchmarks.shop import BRAND, START, ZONE, Shop, make_shop, model, open_shop
from dsl.units import Duration
from engine.calendars.setting import Setting
from engine.explaining.inquiry import inquire
from engine.explaining.verdicts import explain
from engine.permits.senders import make_permits
from engine.plans.plan import make_plan
from engine.running.run import run
from engine.storage.schema import ACTIVE, enrolment
from engine.storage.symbols import load_symbols
from engine.views.window import Window

SAMPLES = 50


def main() -> None:
    """Measure and print."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=".") as folder:
        print(json.dumps(measure(Path(folder) / "shop.db", customers), indent=2))


def measure(path: Path, customers: int) -> dict[str, Any]:
    """Explanations of customers under way with a message that waits, and of customers who are in no journey."""
    make_shop(path, customers)
    shop = open_shop(path)
    run(shop.store, shop.plan, shop.permits, START - 4 * 3_600_000)  # before the window opens: messages wait
    with shop.store.read() as connection:
        inside = list(
            connection.scalars(
                sa.select(enrolment.c.customer).where(enrolment.c.status == ACTIVE).limit(SAMPLES)
            )
        )
    outside = [number for number in range(1, 10 * SAMPLES) if number not in set(inside)][:SAMPLES]
    found = {"customers": customers, "under way": _times(shop, inside), "outside": _times(shop, outside)}
    shop.store.close()
    return found


def _times(shop: Shop, customers: list[int]) -> dict[str, float]:
    """The first with everything made anew, as a command does; the middle and the slowest of the others."""
    with shop.store.read() as connection:
        began = perf_counter()
        plan = make_plan(connection, 1, model(), Setting(ZONE, Duration(3, "day"), "CN"))
        permits = make_permits(plan, {"brand": BRAND}, {})
        planned = perf_counter()
        window = Window(connection, _CONFIG, plan.model, plan.tables, load_symbols(connection), ZONE, 1)
        times = []
        for number in customers:
            start = perf_counter()
            explain(inquire(window, plan, permits, number, START), str(number), plan.journeys)
            times.append(1000 * (perf_counter() - start))
    return {
        "plan": round(1000 * (planned - began), 1),
        "first": round(times[0], 1),
        "median": round(median(times[1:]), 1),
        "slowest": round(max(times[1:]), 1),
    }


_CONFIG: Any = None
"""Nothing that is explained here looks at the configuration."""

if __name__ == "__main__":
    main()
