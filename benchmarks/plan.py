"""How long `homing plan --days 30` takes: both releases, each on a processor of its own, without starting the command.

`python -m benchmarks.plan [CUSTOMERS]` makes the made-up shop, and the demonstration's town with as many people, lets
each live through its first runs, and prints one JSON document.
"""

import json
import os
import sys
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.shop import RULES, START, fill_shop
from engine.demo.demo import FIRST_DAY, Extent, make_demo
from engine.planning.planning import Planned, Question, plan
from engine.projects.applying import apply
from engine.projects.project import Project, open_project
from engine.projects.project_turn import deliverer, ready, take_turn
from engine.projects.rule_files import read_rule_set
from engine.storage.audit import By

DAYS = 30
MINUTE = 60_000
CONFIG = '[project]\nbrand = "归途汽车"\n[channels.sms]\ncost = 0.05\n'


def main() -> None:
    """Measure and print."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        found = {"customers": customers, "days": DAYS}
        found |= {"shop": _shop(folder / "shop", customers), "town": _town(folder / "town", customers)}
        print(json.dumps(found, indent=2))


def _shop(folder: Path, customers: int) -> dict[str, Any]:
    """One journey; a third of the customers are under way in it."""
    (folder / "rules").mkdir(parents=True)
    (folder / "homing.toml").write_text(CONFIG, encoding="utf-8")
    rules = folder / "rules" / "shop.rules"
    rules.write_text(RULES, encoding="utf-8")
    project = open_project(folder, create=True)
    apply(project, read_rule_set(project.rules, project.config), By("bench", START))
    fill_shop(project.store, customers)
    engine = ready(project)
    take_turn(engine, START, deliverer(engine, None))
    rules.write_text(RULES.replace("after 7 days -> remind", "after 5 days -> remind"), encoding="utf-8")
    return _measured(project, START + MINUTE)


def _town(folder: Path, people: int) -> dict[str, Any]:
    """The eight journeys that come with Homing."""
    make_demo(folder, extent=Extent(people, FIRST_DAY))
    project = open_project(folder)
    for file in sorted(project.rules.rglob("*.rules")):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("at most 3 per month", "at most 2 per month"), encoding="utf-8")
    now = project.config.zone.instant(datetime.combine(FIRST_DAY, time(15)) + timedelta(minutes=1))
    return _measured(project, now)


def _measured(project: Project, now: int) -> dict[str, Any]:
    rules = read_rule_set(project.rules, project.config)
    assert rules.model is not None  # noqa: S101
    began, worked = perf_counter(), _processor_seconds()
    found = plan(project, rules, rules.model, Question(now, DAYS))
    seconds, worked = perf_counter() - began, _processor_seconds() - worked
    project.store.close()
    return {"seconds": round(seconds, 1), "processor_seconds": round(worked, 1), **_what(found)}


def _processor_seconds() -> float:
    """Of this process and those that it waited for."""
    return sum(os.times()[:4])


def _what(found: Planned) -> dict[str, Any]:
    sides = {"old": found.days.old, "new": found.days.new}
    sent = {name: sum(row.number for row in side.sent) for name, side in sides.items() if side}
    return {"differences": len(found.differences), "turns": found.days.turns, "sent": sent}


if __name__ == "__main__":
    main()
