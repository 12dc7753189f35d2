"""How fast files are taken in: `python -m benchmarks.imports [CUSTOMERS]` imports so many and five visits each.

Each import is a process of its own, as a person would start it; prints one JSON document with rows per second and
peak memory. Beside it the loop that one writes first: read, convert, insert, into the same tables of a copy. It checks
no value, keeps no rejects and would take a file twice.
"""

import csv
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pysqlite3

FIRST = datetime(2025, 1, 1)  # noqa: DTZ001  # a wall clock's
YEAR = 365 * 86_400  # seconds

RULES = """
customer { name: text, phone: phone, lifetime_value: money }
event visit { store: text, amount: money }
"""


def main() -> None:
    """Measure and print."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=".") as folder:
        print(json.dumps(measure(Path(folder), customers), indent=2))


def measure(folder: Path, customers: int) -> dict[str, Any]:
    """Both files, and the visits a second time, which adds nothing."""
    shop = folder / "shop"
    _homing("init", str(shop))
    for rules in (shop / "rules").rglob("*.rules"):
        rules.unlink()
    (shop / "rules" / "shop.rules").write_text(RULES, encoding="utf-8")
    _homing("--project", str(shop), "apply")
    people, visits = folder / "people.csv", folder / "visits.csv"
    _write(people, "id,name,phone,lifetime_value", (_person(n) for n in range(customers)))
    _write(visits, "customer,at,store,amount", (_visit(n, customers) for n in range(customers * 5)))
    found = {"customers": _timed(shop, "customers", people, customers)}
    shutil.copytree(shop, folder / "plain")
    found["visits"] = _timed(shop, "visit", visits, customers * 5)
    found["visits_by_a_plain_loop"] = _plain(folder / "plain" / "homing.db", visits)
    found["visits_again"] = _timed(shop, "visit", visits, customers * 5)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return {**found, "peak_memory_mb": peak}


def _person(number: int) -> str:
    return f"C{number:08},客户{number},138{number % 10**8:08},{number * 7919 % 6000}.{number % 100:02}"


def _visit(number: int, customers: int) -> str:
    """As a till writes them: in the order of time, the customers in none."""
    customer = number * 7919 % customers
    at = FIRST + timedelta(seconds=number * YEAR // (customers * 5))
    return f"C{customer:08},{at:%Y-%m-%d %H:%M:%S},门店{number % 40},{number * 31 % 1000}.{number % 100:02}"


def _write(path: Path, head: str, rows: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(head + "\n")
        file.writelines(row + "\n" for row in rows)


def _timed(shop: Path, what: str, file: Path, rows: int) -> dict[str, Any]:
    began = perf_counter()
    _homing("--project", str(shop), "import", what, str(file))
    return _figures(rows, perf_counter() - began)


def _plain(database: Path, file: Path) -> dict[str, Any]:
    """Take visits as a short script would, 50,000 in a transaction."""
    zone, began = ZoneInfo("Asia/Shanghai"), perf_counter()
    connection = pysqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    known = dict(connection.execute("SELECT id, customer FROM customer"))
    insert = "INSERT INTO event_visit (seq, customer, at, digest, store, amount) VALUES (?, ?, ?, ?, ?, ?)"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = enumerate(csv.DictReader(lines), 1)
        while some := list(islice(rows, 50_000)):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(insert, [_converted(seq, row, known, zone) for seq, row in some])
            connection.execute("COMMIT")
    count = connection.execute("SELECT count(*) FROM event_visit").fetchone()[0]
    connection.close()
    return _figures(count, perf_counter() - began)


def _converted(seq: int, row: dict[str, str], known: dict[str, int], zone: ZoneInfo) -> tuple[Any, ...]:
    at = int(datetime.fromisoformat(row["at"]).replace(tzinfo=zone).timestamp() * 1000)
    content = f"{row['customer']}|{row['at']}|{row['store']}|{row['amount']}".encode()
    digest = int.from_bytes(blake2b(content, digest_size=8).digest()) >> 1
    return seq, known[row["customer"]], at, digest, row["store"], int(Decimal(row["amount"]) * 100)


def _figures(rows: int, seconds: float) -> dict[str, Any]:
    return {"rows": rows, "seconds": round(seconds, 2), "per_second": round(rows / seconds)}


def _homing(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "engine.cli", *words], check=True, capture_output=True)


if __name__ == "__main__":
    main()
