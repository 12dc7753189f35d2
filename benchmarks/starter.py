"""How long runs take under the rules that come with Homing: eight journeys, audiences, a queue with a rank.

`python -m benchmarks.starter [PEOPLE]` makes the demonstration's town with that many people, lets it live through two
days, and prints one JSON document: the processor time of the next day's first run with its deliveries, of one five
minutes later, and of one that looks at everybody.
"""

import json
import sys
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from time import process_time
from typing import Any

from engine.demo.demo import FIRST_DAY, Extent, make_demo
from engine.projects.project import open_project
from engine.projects.project_turn import Engine, deliverer, ready, take_turn
from engine.running.run import How, run

MINUTE = 60_000


def main() -> None:
    """Measure and print."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
    with tempfile.TemporaryDirectory(dir=".") as folder:
        print(json.dumps(measure(Path(folder) / "town", people), indent=2))


def measure(folder: Path, people: int) -> dict[str, Any]:
    """The runs of the third day of a town of that many customers."""
    make_demo(folder, extent=Extent(people, FIRST_DAY + timedelta(days=1)))
    project = open_project(folder)
    engine = ready(project)
    morning = project.config.zone.instant(datetime.combine(FIRST_DAY + timedelta(days=2), time(10)))
    found = {"people": people, "next_day": _turn(engine, morning)}
    found["five_minutes_later"] = _turn(engine, morning + 5 * MINUTE)
    began = process_time()
    report = run(project.store, engine.plan, engine.permits, morning + 10 * MINUTE, How(full=True))
    found["everybody"] = {"seconds": round(process_time() - began, 2), "examined": report.examined}
    project.store.close()
    return found


def _turn(engine: Engine, now: int) -> dict[str, Any]:
    began = process_time()
    done = take_turn(engine, now, deliverer(engine, None))
    return {
        "seconds": round(process_time() - began, 2),
        "examined": sum(run.examined for run in done.runs),
        "moved": sum(run.entered + run.moved for run in done.runs),
        "sent": done.messages["sent"],
    }


if __name__ == "__main__":
    main()
