"""Hypothesis strategies for what happens to customers under a rule set, told in the steps of `tests.oracle.history`.

Everything is drawn towards coincidences: runs lie whole days apart, events and dates exactly one of the durations
that rules use away from a run (or a millisecond beside that), several at one instant, months end, values miss.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from dsl.tree import statements as tree
from dsl.tree.journeys import JourneyDecl, StageDecl, StateDecl, Task
from tests.oracle.history import (
    Agrees,
    Clears,
    Decides,
    Finishes,
    Foresees,
    Happens,
    Hints,
    History,
    Known,
    Labelled,
    Looks,
    Moment,
    OptsOut,
    Reopens,
    Rewrites,
    Step,
    Thing,
    Told,
    Withdraws,
)
from tests.strategies_conditions import TAGS, WORDS, Draw, Fields, chance, pick

SHANGHAI = ZoneInfo("Asia/Shanghai")
STARTS = (date(2026, 3, 2), date(2026, 1, 29), date(2026, 2, 26), date(2028, 2, 26), date(2026, 3, 27))
"""An ordinary Monday, ends of months, a leap day, and the days around a change to summer time."""

_STRIDES = tuple(timedelta(**stride) for stride in (
    {"days": 1}, {"days": 1}, {"days": 1}, {"days": 2}, {"days": 3}, {"days": 7}, {"days": 28}, {"hours": 1},
    {"hours": 12}, {"milliseconds": 1}, {"minutes": 1},
))  # fmt: skip
_AWAY = (0, 0, 1, 1, 2, 3, 7, 30)  # days
_JITTERS = tuple(timedelta(milliseconds=jitter) for jitter in (0, 0, 0, -1, 1, 3_600_000, -43_200_000))


@dataclass(frozen=True, slots=True)
class _Stage:
    """What histories are made of: the declarations, the customers, the instants of the runs."""

    attributes: Fields
    events: Mapping[str, Fields]
    records: Mapping[str, Fields]
    tasks: tuple[str, ...]
    policies: tuple[str, ...]
    messages: tuple[str, ...]
    customers: tuple[str, ...]
    runs: tuple[datetime, ...]
    zone: ZoneInfo


@st.composite
def histories(draw: Draw, file: tree.File, zone: ZoneInfo = SHANGHAI, *, foreseeing: bool = False) -> History:
    """What happens under the rules of `file`: moments in order, a run at each of them.

    `foreseeing`: people let messages go before they are there. Who is among so many depends, like the sample, on how
    many customers a transaction takes where a message is wanted because another was dropped.
    """
    runs = _runs(draw, zone)
    customers = tuple(f"C{number + 1}" for number in range(pick(draw, (1, 1, 2, 2, 3, 4))))
    stage = _Stage(*_declared(file), _tasks(file), _policies(file), _messages(file), customers, runs, zone)
    first: list[Step] = [Known(customer, _values(draw, stage, stage.attributes)) for customer in customers]
    first += [Agrees(customer) for customer in customers if not chance(draw, 4)]
    first += [_thing(draw, stage) for _ in (*stage.records, *stage.records)]
    first += [_happens(draw, stage) for _ in range(draw(st.integers(0, 4)))]
    if foreseeing and stage.messages:
        first += [
            _of_messages(draw, stage, "foresight", customers[0]) for _ in range(draw(st.integers(0, 2)))
        ]
    later = [Moment(at, tuple(_steps(draw, stage)), _refusing(draw)) for at in runs[1:]]
    return (Moment(runs[0], tuple(first)), *later)


def _refusing(draw: Draw) -> frozenset[str]:
    """Now and then a channel takes nothing."""
    return frozenset(draw(st.sets(st.sampled_from(("sms", "email"))))) if chance(draw, 4) else frozenset()


def _declared(file: tree.File) -> tuple[Fields, dict[str, Fields], dict[str, Fields]]:
    attributes: Fields = {}
    events: dict[str, Fields] = {"replied": {"text": tree.TypeRef("text")}, "clicked": {}}
    records: dict[str, Fields] = {}
    for item in file.statements:
        match item:
            case tree.CustomerDecl(fields=fields):
                attributes = _types(fields)
            case tree.EventDecl(name=name, fields=fields):
                events[name.text] = _types(fields)
            case tree.RecordDecl(name=name, fields=fields):
                records[name.text] = _types(fields)
    return attributes, events, records


def _tasks(thing: object) -> tuple[str, ...]:
    """The names of all tasks anywhere in a journey."""
    match thing:
        case Task(name=name):
            return (name.text,)
        case (
            tree.File(statements=items)
            | JourneyDecl(items=items)
            | StageDecl(items=items)
            | StateDecl(items=items)
        ):
            return tuple(dict.fromkeys(name for item in items for name in _tasks(item)))
    return ()


def _policies(file: tree.File) -> tuple[str, ...]:
    return tuple(item.name.text for item in file.statements if isinstance(item, tree.PolicyDecl))


def _messages(file: tree.File) -> tuple[str, ...]:
    return tuple(item.name.text for item in file.statements if isinstance(item, tree.MessageDecl))


def _types(fields: tuple[tree.Field, ...]) -> Fields:
    return {field.name.text: field.type for field in fields}


def _runs(draw: Draw, zone: ZoneInfo) -> tuple[datetime, ...]:
    start = pick(draw, STARTS)
    hour = pick(draw, (9, 0, 10))
    at = datetime(start.year, start.month, start.day, hour, tzinfo=zone).astimezone(UTC)
    runs = [at]
    for stride in draw(st.lists(st.sampled_from(_STRIDES), min_size=3, max_size=10)):
        runs.append(runs[-1] + stride)
    return tuple(runs)


def _steps(draw: Draw, stage: _Stage) -> list[Step]:
    kinds = (
        "event",
        "event",
        "event",
        "event",
        "attributes",
        "record",
        "task",
        "task",
        "tag",
        "optout",
        "consent",
        "receipt",
        "receipt",
        "decision",
        "look",
        "look",
        "look",
        "rewrite",
        "doubt",
    )
    found: list[Step] = []
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=4)):
        step = _step(draw, stage, kind)
        found.append(step)
        if isinstance(step, Finishes) and chance(draw, 3):
            found.append(Reopens(step.customer, step.task))
    return found


def _step(draw: Draw, stage: _Stage, kind: str) -> Step:
    customer = pick(draw, stage.customers)
    match kind:
        case "attributes":
            return Known(customer, _some(draw, _values(draw, stage, stage.attributes)))
        case "record" if stage.records:
            return _thing(draw, stage)
        case "task" if stage.tasks:
            return _finishes(draw, stage, customer)
        case "tag":
            return Labelled(customer, pick(draw, TAGS), draw(st.booleans()))
        case _:
            return _rarer(draw, stage, kind, customer)


def _rarer(draw: Draw, stage: _Stage, kind: str, customer: str) -> Step:
    if kind == "optout":
        return OptsOut(customer, pick(draw, (None, None, "sms") if stage.policies else (None,)))
    if kind == "receipt":
        return Told(customer, draw(st.booleans()), None if draw(st.booleans()) else _instant(draw, stage))
    if kind == "decision":
        return Decides(customer, not chance(draw, 3), pick(draw, _DECIDING))
    if kind == "consent":
        channels = (None, "sms") if stage.policies else (None,)
        said = pick(draw, (Agrees, Agrees, Withdraws))
        return said(customer, pick(draw, (None, *stage.policies)), pick(draw, channels))
    return _of_messages(draw, stage, kind, customer)


def _of_messages(draw: Draw, stage: _Stage, kind: str, customer: str) -> Step:
    """What people decide about messages, where rules send any."""
    if not stage.policies:
        return _happens(draw, stage)
    match kind:
        case "look":
            return Looks(customer, not chance(draw, 5), pick(draw, _DECIDING))
        case "rewrite":
            return Rewrites(customer, pick(draw, _TEXTS), draw(st.integers(0, 1)), pick(draw, _DECIDING))
        case "doubt":
            return Hints(customer) if draw(st.booleans()) else Clears(customer, chance(draw, 4), "Ann")
        case "foresight":
            return Foresees(pick(draw, stage.messages), draw(st.integers(0, 2)), pick(draw, _DECIDING))
        case _:
            return _happens(draw, stage)


_DECIDING = ("Ann", "Ann", "Mei", "Bo")
_TEXTS = ("您好", "陈晨好", "hello")


def _finishes(draw: Draw, stage: _Stage, customer: str) -> Finishes:
    answers = {"reason": pick(draw, ("price", "service"))} if draw(st.booleans()) else {}
    return Finishes(customer, pick(draw, stage.tasks), draw(st.integers(0, 1)), answers)


def _happens(draw: Draw, stage: _Stage) -> Happens:
    """An event, now, in the past, late, or in the future."""
    kind = pick(draw, (*stage.events, "visit", "visit"))
    at = None if draw(st.booleans()) else _instant(draw, stage)
    return Happens(kind, pick(draw, stage.customers), _values(draw, stage, stage.events[kind]), at)


def _thing(draw: Draw, stage: _Stage) -> Thing:
    kind = pick(draw, tuple(stage.records))
    number = draw(st.integers(1, 3))
    owner = stage.customers[number % len(stage.customers)]
    return Thing(kind, f"R{number}", owner, _values(draw, stage, stage.records[kind]))


def _some(draw: Draw, values: dict[str, Any]) -> dict[str, Any]:
    """One or two of them."""
    names = draw(st.lists(st.sampled_from(sorted(values)), min_size=1, max_size=2, unique=True))
    return {name: values[name] for name in names}


def _values(draw: Draw, stage: _Stage, fields: Fields) -> dict[str, Any]:
    """A value for every field; about one in five is missing, of addresses one in ten."""
    return {
        name: None
        if chance(draw, 10 if name in ("phone", "email") else 5)
        else _value(draw, stage, name, kind)
        for name, kind in fields.items()
    }


def _value(draw: Draw, stage: _Stage, name: str, kind: tree.TypeRef) -> Any:
    match kind.kind:
        case "number":
            value: Any = draw(st.integers(-2, 16)) / 2
        case "flag":
            value = draw(st.booleans())
        case "date":
            value = _date(draw, stage, name)
        case "time":
            value = _instant(draw, stage)
        case "choice":
            value = pick(draw, kind.choices).name.text
        case plain:
            value = pick(draw, _PLAIN[plain])
    return value


_PLAIN: Mapping[str, tuple[Any, ...]] = {
    "money": (0, 100, 150, 250, 300, 333, 500, 800, 9950),
    "phone": ("+8613800000001", "+8613900000002"),
    "email": ("a@example.com", "b@example.com"),
    "text": (*WORDS, "陈晨", "不用了"),
}


def _instant(draw: Draw, stage: _Stage) -> datetime:
    """An instant some days from a run, to the millisecond or just beside."""
    days = pick(draw, _AWAY) * pick(draw, (-1, -1, -1, 1))
    local = pick(draw, stage.runs).astimezone(stage.zone).replace(tzinfo=None) + timedelta(days=days)
    return local.replace(tzinfo=stage.zone).astimezone(UTC) + pick(draw, _JITTERS)


def _date(draw: Draw, stage: _Stage, name: str) -> date:
    """A day near a run; a birthday lies years before, sometimes on 29 February."""
    day = pick(draw, stage.runs).astimezone(stage.zone).date() + timedelta(
        days=pick(draw, (-7, -1, 0, 0, 1, 3, 30))
    )
    if name != "birthday":
        return day
    if (day.month, day.day) == (2, 29) or chance(draw, 5):
        return date(1992, 2, 29)
    return day.replace(year=1990)
