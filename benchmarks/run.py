"""How fast a run is: enrolling 30% with their first messages, 1% due, nothing due, and the memory it takes.

`python -m benchmarks.run [CUSTOMERS]` prints one JSON document. Each figure stands beside set-based SQL written by
hand and a plain Python loop doing the same work in the same process, on copies of one database.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.by_hand import enrol_by_loop, enrol_by_sql, move_by_sql
from benchmarks.shop import DAY, START, make_shop, open_shop
from engine.running.run import run

MINUTE = 60_000
REPEATS = 3


def main() -> None:
    """Measure and print."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=".") as folder:
        print(json.dumps(measure(Path(folder), customers), indent=2, ensure_ascii=False))


def measure(folder: Path, customers: int) -> dict[str, Any]:
    """All figures for one size, and the nothing-due run for smaller ones."""
    source = folder / "shop.db"
    make_shop(source, customers)
    found: dict[str, Any] = {"customers": customers, "visits": customers * 5}
    found["enrol"] = _enrol(folder, source)
    found["due"] = _due(folder, source)
    found["nothing"] = {str(customers): _nothing(folder / "enrolled.db")}
    for size in (10_000, 100_000):
        if size < customers:
            small = folder / f"{size}.db"
            make_shop(small, size)
            shop = open_shop(small)
            run(shop.store, shop.plan, shop.permits, START)
            shop.store.close()
            found["nothing"][str(size)] = _nothing(small)
    found["memory_mb"] = _memory(source)
    return found


def _copy(source: Path, target: Path) -> Path:
    shutil.copy(source, target)
    return target


def _enrol(folder: Path, source: Path) -> dict[str, Any]:
    times: dict[str, list[float]] = {"engine": [], "sql": [], "loop": []}
    count = 0
    for _ in range(REPEATS):
        shop = open_shop(_copy(source, folder / "enrolled.db"))
        began = perf_counter()
        report = run(shop.store, shop.plan, shop.permits, START)
        times["engine"].append(perf_counter() - began)
        shop.store.close()
        for name, yardstick in (("sql", enrol_by_sql), ("loop", enrol_by_loop)):
            other = open_shop(_copy(source, folder / "other.db"))
            seconds, count = yardstick(other.store)
            times[name].append(seconds)
            other.store.close()
        if not report.entered == report.messages["ready"] == count:
            raise SystemExit(f"not the same work: {report}, by hand {count}")
    return _beside(times, count)


def _due(folder: Path, source: Path) -> dict[str, Any]:
    """1% of the customers are due: their messages went a week ago, the others' will be due later."""
    times: dict[str, list[float]] = {"engine": [], "sql": []}
    count = 0
    now = START + 7 * DAY
    _send_all(folder / "enrolled.db", now)
    for _ in range(REPEATS):
        shop = open_shop(_copy(folder / "enrolled.db", folder / "other.db"))
        began = perf_counter()
        report = run(shop.store, shop.plan, shop.permits, now)
        times["engine"].append(perf_counter() - began)
        shop.store.close()
        other = open_shop(_copy(folder / "enrolled.db", folder / "other.db"))
        seconds, count = move_by_sql(other.store, now)
        times["sql"].append(seconds)
        other.store.close()
        if not report.moved == report.messages["ready"] == count:
            raise SystemExit(f"not the same work: {report}, by hand {count}")
    del source
    return _beside(times, count)


def _send_all(path: Path, now: int) -> None:
    """As if every message had gone: one customer in thirty is due at `now`, the others a day later.

    A run just before has seen everything else.
    """
    shop = open_shop(path)
    with shop.store.write() as connection:
        connection.exec_driver_sql(
            "UPDATE enrolment SET pending = 0, settled_at = CASE WHEN customer % 30 = 0 THEN :due ELSE :later END,"
            " wake_at = CASE WHEN customer % 30 = 0 THEN :due ELSE :later END + :week",
            {"due": now - 7 * DAY, "later": now - 6 * DAY, "week": 7 * DAY},
        )
        connection.exec_driver_sql("UPDATE message SET status = 5, sent_at = created_at")
    run(shop.store, shop.plan, shop.permits, now - MINUTE)
    shop.store.close()


def _nothing(path: Path) -> dict[str, float]:
    """Milliseconds of a run in which nobody is due: the best and the middle one of thirty."""
    shop = open_shop(path)
    last = run(shop.store, shop.plan, shop.permits, START + 8 * DAY).at
    times = []
    for number in range(1, 31):
        began = perf_counter()
        run(shop.store, shop.plan, shop.permits, last + number)
        times.append((perf_counter() - began) * 1000)
    shop.store.close()
    return {"best_ms": round(min(times), 2), "median_ms": round(sorted(times)[15], 2)}


def _memory(source: Path) -> int:
    """Peak memory of a process that does the first run and nothing else."""
    output = subprocess.run(
        [sys.executable, "-m", "benchmarks.run", "--memory", str(source)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return int(output)


def _print_memory(path: Path) -> None:
    shop = open_shop(path)
    run(shop.store, shop.plan, shop.permits, START)
    # Not getrusage: what it says of a new process includes its parent's peak.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    print(int(peak) // 1024)


def _beside(times: dict[str, list[float]], count: int) -> dict[str, Any]:
    best = {name: min(values) for name, values in times.items()}
    figures: dict[str, Any] = {
        name: {"seconds": round(seconds, 3), "per_second": round(count / seconds)}
        for name, seconds in best.items()
    }
    ratios = {f"engine_to_{name}": round(best["engine"] / best[name], 2) for name in best if name != "engine"}
    return {"rows": count, **figures, **ratios}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memory"]:
        _print_memory(Path(sys.argv[2]))
    else:
        main()
