"""What the made-up staff do: finish the tasks that the rules open, mostly in time. Knows no store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from engine.demo.history import shop_hour
from engine.demo.life import Life
from engine.demo.people import MANAGER, Person
from engine.demo.reactions import tempt
from engine.storage.keys import Intent

_FREE = ((date(2026, 2, 15), date(2026, 2, 23)), (date(2026, 5, 1), date(2026, 5, 5)))
"""The weeks around Spring Festival and Labour Day, when nobody calls."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A task that was opened. `key`: the store's name for it; `place` and `record` as in `Sent`."""

    key: Intent
    customer: str
    task: str
    role: str | None
    record: str | None
    place: str


@dataclass(frozen=True, slots=True)
class Done:
    """How a task was finished."""

    key: Intent
    at: datetime
    by: str
    outcome: str
    answers: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Staff:
    """The people who work on tasks. `open`: the tasks that still are; `done`: what is finished but not written down."""

    life: Life
    open: set[Intent] = field(default_factory=set)
    done: list[Done] = field(default_factory=list)

    def take_up(self, task: Opened, now: datetime) -> None:
        """Plan the work; one in twelve tasks is forgotten."""
        luck = self.life.luck("works", task.customer, task.task, task.place)
        if luck.random() < 1 / 12:
            return
        hours = luck.randrange(1, 3) if task.task == "book" else luck.randrange(16, 40)
        hours += luck.choice((0, 0, 0, 0, 72))
        at = now + timedelta(hours=hours)
        at = at if 9 <= at.hour < 19 else datetime.combine(at.date(), time(luck.randrange(9, 18), 30))
        while _is_free(at.date()):
            at += timedelta(days=1)
        self.life.agenda.plan(max(at, now + timedelta(minutes=20)), partial(self._finish, task, luck))

    def take_done(self) -> list[Done]:
        """What has been finished since the last time."""
        done, self.done = self.done, []
        return done

    def _finish(self, task: Opened, luck: Random, now: datetime) -> None:
        if task.key not in self.open:
            return
        person = self.life.people[task.customer]
        work = WORK[task.task]
        outcome, answers = work(_Call(self.life, person, task, luck, now))
        by = MANAGER if task.role in {"manager", "general_manager"} else person.advisor
        self.done.append(Done(task.key, now, by, outcome, answers))


def _is_free(day: date) -> bool:
    return any(first <= day <= last for first, last in _FREE)


@dataclass(frozen=True, slots=True)
class _Call:
    """An operator with a customer on the line."""

    life: Life
    person: Person
    task: Opened
    luck: Random
    now: datetime

    def tempt(self, odds: float) -> bool:
        """Talking brings some of them in."""
        return tempt(self.life, self.person, odds, self.luck, self.now)


Work = Callable[[_Call], tuple[str, Mapping[str, object]]]
"""Does a task: the outcome and what was filled in."""


def _ask_for_reason(call: _Call) -> tuple[str, Mapping[str, object]]:
    luck = call.luck.random()
    if luck > 0.68:
        return "no_answer", {}
    if luck > 0.58:
        return "refused", {}
    call.tempt(0.4)
    return "talked", {"reason": call.person.reason, "satisfaction": call.luck.randrange(3, 10)}


def _ask_why(call: _Call) -> tuple[str, Mapping[str, object]]:
    if call.luck.random() > 0.7:
        return "no_answer", {}
    call.tempt(0.5)
    return "talked", {"reason": call.person.reason}


def _complaint(call: _Call) -> tuple[str, Mapping[str, object]]:
    if call.luck.random() > 0.8:
        return "unsolved", {"satisfaction": 4}
    call.life.ledger.happened("complaint", call.person, call.now, serious=False, resolved=True)
    call.tempt(0.7)
    return "solved", {"satisfaction": 8}


def _apologise(call: _Call) -> tuple[str, Mapping[str, object]]:
    return ("accepted" if call.luck.random() < 0.75 else "not_yet"), {}


def _thank(call: _Call) -> tuple[str, Mapping[str, object]]:
    luck = call.luck.random()
    if luck > 0.88:
        return "no_answer", {}
    happy = luck < 0.8
    return ("happy" if happy else "unhappy"), {"satisfaction": call.luck.randrange(8, 11) if happy else 5}


def _put_right(call: _Call) -> tuple[str, Mapping[str, object]]:
    return ("solved" if call.luck.random() < 0.85 else "unsolved"), {}


def _bill(call: _Call) -> tuple[str, Mapping[str, object]]:
    if call.luck.random() > 0.85 or call.task.record is None:
        return "disputed", {}
    deed = partial(call.life.pay, call.person, call.task.record)
    call.life.agenda.plan(call.now + timedelta(days=2), deed)
    return "will_pay", {}


def _book(call: _Call) -> tuple[str, Mapping[str, object]]:
    if call.luck.random() > 0.8:
        return "later", {}
    day = (call.now + timedelta(days=call.luck.randrange(2, 7))).date()
    due = shop_hour(day, call.luck)
    if call.person.stops is not None:
        call.person.stops = None
    call.life.expect(call.person, due)
    call.life.book(call.person, call.now, due)
    return "booked", {}


WORK: Mapping[str, Work] = {
    "recall_call": _ask_for_reason,
    "recall_call_again": _ask_for_reason,
    "ask_why": _ask_why,
    "handle_complaint": _complaint,
    "apology": _apologise,
    "thank_you": _thank,
    "put_it_right": _put_right,
    "ask_about_bill": _bill,
    "book": _book,
}
"""How each task of the starter rules is done."""
