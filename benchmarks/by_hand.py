"""The two yardsticks: set-based SQL written by hand for this one campaign, and a plain Python loop over rows.

Both do the engine's work on the engine's tables: enrolments, the trail of moves, messages with their texts. The SQL is
the limit, knowing everything beforehand and deciding nothing; the loop is what a good engineer would write first.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from jinja2 import Environment

from benchmarks.shop import BRAND, DAY, START
from engine.storage.store import Store

QUARTER = 90 * DAY
WORTH = 200_000

_MESSAGE = (
    "INSERT INTO message (customer, journey, record, occurrence, visit, action, message, state, policy, channel,"
    " status, text, address, created_at, changed_at, counted_at)"
)
_ENROLMENT = (
    "INSERT INTO enrolment (customer, journey, record, occurrence, status, state, visit, entered_at,"
    " stage_entered_at, state_entered_at, settled_at, pending, seen_at, seen_seq, entered_seq, wake_at)"
)
_TRAIL = "INSERT INTO visit (customer, journey, record, occurrence, visit, at, state, outcome, rule, release)"


def enrol_by_sql(store: Store) -> tuple[float, int]:
    """Seconds, and how many were enrolled and written to."""
    with store.write() as connection:
        began = perf_counter()
        connection.exec_driver_sql(
            f"{_ENROLMENT} SELECT c.customer, 1, 0, 1, 1, 2, 1, :now, :now, :now, NULL, 1, :now, 0, 0, NULL"
            " FROM customer c WHERE c.lifetime_value > :worth"
            " AND NOT EXISTS (SELECT 1 FROM event_visit v WHERE v.customer = c.customer AND v.at > :since"
            " AND v.at <= :now) AND EXISTS (SELECT 1 FROM event_visit v WHERE v.customer = c.customer"
            " AND v.at <= :now)",
            {"now": START, "since": START - QUARTER, "worth": WORTH},
        )
        connection.exec_driver_sql(
            f"{_TRAIL} SELECT customer, 1, 0, 1, 1, entered_at, 2, NULL, 1, 1 FROM enrolment"
        )
        count = connection.exec_driver_sql(
            f"{_MESSAGE} SELECT e.customer, 1, 0, 1, 1, 0, 4, 2, 5, 6, 2,"
            " '【' || :brand || '】' || c.name || '您好,好久不见,来店即享免费检测。回T退订',"
            " c.phone, :now, :now, :now FROM enrolment e JOIN customer c USING (customer)",
            {"now": START, "brand": BRAND},
        ).rowcount
    return perf_counter() - began, count


def enrol_by_loop(store: Store) -> tuple[float, int]:
    """The same by reading rows, deciding in Python, rendering one by one, and writing in batches of 10,000."""
    template = Environment(autoescape=False).from_string(  # noqa: S701  # SMS are no HTML
        "【{{ brand }}】{{ name }}您好,好久不见,来店即享免费检测。回T退订"
    )
    began, count = perf_counter(), 0
    with store.read() as connection:
        visits = connection.exec_driver_sql("SELECT customer, at FROM event_visit ORDER BY customer")
        last = {key: max(at for _, at in rows) for key, rows in groupby(visits, itemgetter(0))}
        people = connection.exec_driver_sql(
            "SELECT customer, name, phone, lifetime_value FROM customer"
        ).all()
    for batch in _batches(people, 10_000):
        chosen = [
            row for row in batch
            if row[3] > WORTH and row[0] in last and last[row[0]] <= START - QUARTER
        ]  # fmt: skip
        texts = [template.render(brand=BRAND, name=row[1]) for row in chosen]
        with store.write() as connection:
            _write(connection, chosen, texts)
        count += len(chosen)
    return perf_counter() - began, count


def _write(connection: sa.Connection, people: list[Any], texts: list[str]) -> None:
    now = START
    rows = [(row[0], 1, 0, 1, 1, 2, 1, now, now, now, None, 1, now, 0, 0, None) for row in people]
    connection.exec_driver_sql(f"{_ENROLMENT} VALUES ({', '.join('?' * 16)})", rows)
    trail = [(row[0], 1, 0, 1, 1, now, 2, None, 1, 1) for row in people]
    connection.exec_driver_sql(f"{_TRAIL} VALUES ({', '.join('?' * 10)})", trail)
    messages = [
        (row[0], 1, 0, 1, 1, 0, 4, 2, 5, 6, 2, text, row[2], now, now, now)
        for row, text in zip(people, texts, strict=True)
    ]
    connection.exec_driver_sql(f"{_MESSAGE} VALUES ({', '.join('?' * 16)})", messages)


def move_by_sql(store: Store, now: int) -> tuple[float, int]:
    """Move everybody whose wake-up has come to the second state, with its message; seconds and how many."""
    with store.write() as connection:
        began = perf_counter()
        connection.exec_driver_sql(
            "CREATE TEMP TABLE moving AS SELECT customer FROM enrolment WHERE wake_at <= ?", (now,)
        )
        connection.exec_driver_sql(
            "UPDATE enrolment SET visit = 2, state = 3, state_entered_at = :now, settled_at = NULL, pending = 1,"
            " seen_at = :now, wake_at = NULL WHERE journey = 1 AND record = 0 AND occurrence = 1"
            " AND customer IN (SELECT customer FROM moving)",
            {"now": now},
        )
        connection.exec_driver_sql(
            f"{_TRAIL} SELECT customer, 1, 0, 1, 2, ?, 3, NULL, 2, 1 FROM moving", (now,)
        )
        count = connection.exec_driver_sql(
            f"{_MESSAGE} SELECT m.customer, 1, 0, 1, 2, 0, 7, 3, 5, 6, 2,"
            " '【' || :brand || '】' || c.name || '您好,免费检测为您保留到月底。回T退订',"
            " c.phone, :now, :now, :now FROM moving m JOIN customer c USING (customer)",
            {"now": now, "brand": BRAND},
        ).rowcount
    return perf_counter() - began, count


def _batches(rows: Any, size: int) -> Iterator[Any]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
