"""Fifteen months of daily runs over the real purchases of 23,570 customers: `python -m benchmarks.cdnow`.

Prints one JSON document: seconds of the import and of the runs, and what they did. That it is right is a test's
business (`tests/engine/test_cdnow.py`).
"""

import gzip
import json
import shutil
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from engine.cli import run as homing
from engine.projects.project import open_project
from engine.projects.project_turn import deliverer, ready, take_turn

DATA = Path(__file__).parent.parent / "tests" / "data"
FIRST, LAST = date(1997, 4, 1), date(1998, 6, 30)
CHANNEL = '\n[channels.webhook]\nkind = "file"\npath = "outbox.jsonl"\n'


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        print(json.dumps(measure(Path(folder) / "shop"), indent=2))


def measure(folder: Path) -> dict[str, Any]:
    """Import, then run every day at nine."""
    _make(folder)
    began = perf_counter()
    homing(["--project", str(folder), "import", "purchase", str(folder / "purchases.csv")])
    imported = perf_counter() - began
    project = open_project(folder)
    engine = ready(project)
    deliver, times, sent = deliverer(engine, None), [], 0
    for day in range((LAST - FIRST).days + 1):
        moment = datetime.combine(FIRST + timedelta(day), datetime.min.time().replace(hour=9))
        began = perf_counter()
        done = take_turn(engine, engine.plan.world.zone.instant(moment), deliver)
        times.append(perf_counter() - began)
        sent += done.messages["sent"]
    project.store.close()
    return {
        "import_rows_per_second": round(69_659 / imported),
        "days": len(times),
        "messages": sent,
        "seconds": round(sum(times), 2),
        "median_day_ms": round(sorted(times)[len(times) // 2] * 1000, 1),
        "slowest_day_ms": round(max(times) * 1000, 1),
    }


def _make(folder: Path) -> None:
    homing(["init", str(folder)])
    shutil.rmtree(folder / "rules")
    (folder / "rules").mkdir()
    shutil.copy(DATA / "cdnow.rules", folder / "rules")
    with (folder / "homing.toml").open("a", encoding="utf-8") as file:
        file.write(CHANNEL)
    with gzip.open(DATA / "cdnow.csv.gz") as packed, (folder / "purchases.csv").open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    homing(["--project", str(folder), "apply"])


if __name__ == "__main__":
    main()
