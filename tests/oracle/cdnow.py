"""What `tests/data/cdnow.rules` must do to the customers of CDNOW, worked out from the rows in plain Python.

One run a day at 09:00 of Shanghai, sending right after it. A purchase is dated with the midnight that begins its
day, so the run of that day is the first to see it. Everything happens at 09:00: dates are enough. Knows
nothing of the engine, nor of the interpreter.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
PURCHASES = DATA / "cdnow.csv.gz"
RULES = DATA / "cdnow.rules"
FIRST_RUN, LAST_RUN = date(1997, 4, 1), date(1998, 6, 30)

SILENCE = timedelta(days=90)
STEP = timedelta(days=7)
TOUCHES = ("greet", "remind", "farewell")
GOAL = timedelta(days=60)
REENTRY = timedelta(days=180)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One row of the file; the amount in cents."""

    customer: str
    at: date
    items: int
    amount: int


@dataclass(slots=True)
class WinBack:
    """One run of a customer through the ladder. `touches`: the day of each message sent, in the order of TOUCHES.

    `goal_at`: the day on which the first purchase within the goal's time was seen.
    """

    customer: str
    entered: date
    touches: list[date] = field(default_factory=list)
    won: date | None = None
    lost: date | None = None
    goal_at: date | None = None

    @property
    def ended(self) -> date | None:
        """The day on which the run through the journey ended."""
        return self.won or self.lost


def purchases() -> Iterator[Purchase]:
    """The rows of the file, in its order."""
    with gzip.open(PURCHASES, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            dollars, cents = row["amount"].split(".")
            amount = int(dollars) * 100 + int(cents)
            yield Purchase(row["customer"], date.fromisoformat(row["at"]), int(row["items"]), amount)


def days_by_customer(rows: Iterable[Purchase]) -> dict[str, list[date]]:
    """The days on which each customer bought something, in order."""
    days: dict[str, set[date]] = {}
    for row in rows:
        days.setdefault(row.customer, set()).add(row.at)
    return {customer: sorted(found) for customer, found in days.items()}


def win_backs(customer: str, bought: list[date]) -> list[WinBack]:
    """Every run of one customer through the ladder, walked day by day.

    Without a purchase within the last 90 days: at 09:00 the window reaches back to 09:00 of the 90th day before,
    so a purchase of that day's midnight lies outside.
    """
    found: list[WinBack] = []
    days = set(bought)
    last: date | None = max((day for day in bought if day < FIRST_RUN), default=None)
    today = FIRST_RUN
    while today <= LAST_RUN:
        if today in days:
            last = today
        if found and found[-1].ended is None:
            _go_on(found[-1], today, today in days)
        elif last is not None and last <= today - SILENCE and _may_enter(found, today):
            found.append(WinBack(customer, today, touches=[today]))
        for run in found:
            if run.goal_at is None and run.entered < today <= run.entered + GOAL and today in days:
                run.goal_at = today
        today += DAY
    return found


def all_win_backs() -> list[WinBack]:
    """Every run of every customer through the ladder."""
    by_customer = days_by_customer(purchases())
    return [run for customer, bought in by_customer.items() for run in win_backs(customer, bought)]


def _go_on(run: WinBack, today: date, buys: object) -> None:
    """A purchase wins; else the next touch, or the end, comes a week after the last touch."""
    if buys:
        run.won = today
    elif today == run.touches[-1] + STEP:
        if len(run.touches) < len(TOUCHES):
            run.touches.append(today)
        else:
            run.lost = today


def _may_enter(found: list[WinBack], today: date) -> bool:
    """The first time, or so long after the end of the last."""
    return not found or (found[-1].ended is not None and today >= found[-1].ended + REENTRY)
