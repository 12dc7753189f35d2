"""Hypothesis strategies for well-typed expressions over what a rule set declares.

They are biased: names that exist, small numbers and short durations, so that conditions hold for some
customers at some time, and all forms of the language come up. Each function takes Hypothesis' `draw`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from dsl.tree.expressions import (
    Aggregate,
    Ago,
    Ahead,
    Arithmetic,
    Arm,
    Between,
    Choose,
    Compare,
    Date,
    Days,
    Ended,
    Events,
    Ever,
    Expr,
    Flag,
    In,
    InJourney,
    Inside,
    Last,
    Logic,
    Missing,
    Name,
    Negative,
    Next,
    NextReturn,
    Not,
    Now,
    Number,
    Occurs,
    Ref,
    Shift,
    Since,
    Tagged,
    Text,
    Time,
)
from dsl.tree.statements import Choice, TypeRef
from dsl.units import Duration

T = TypeVar("T")
Fields = Mapping[str, TypeRef]

TAGS = ("到店", "vip")
WORDS = ("A", "B", "AB", "陈", "T")
NUMBERS = ("138 0000-0001", "+8613800000001", "13900000002", "138", "+86139")
DURATIONS = tuple(
    [Duration(days, "day") for days in (1, 1, 2, 3, 7, 30)]
    + [
        Duration(1, "week"),
        Duration(1, "month"),
        Duration(1, "month"),
        Duration(12, "hour"),
        Duration(1, "year"),
    ]
)


class Draw(Protocol):
    """What Hypothesis hands to composite strategies."""

    def __call__(self, strategy: st.SearchStrategy[T]) -> T:
        """An example of the strategy."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What may be said of a journey from outside: its stages and how it can end."""

    name: str
    record: str | None
    stages: tuple[str, ...]
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may name. `event`: inside its `where`. `since`: the windows known inside a journey."""

    attributes: Fields
    events: Mapping[str, Fields]
    records: Mapping[str, Fields] = field(default_factory=dict)
    journeys: tuple[Plan, ...] = ()
    audiences: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    record: str | None = None
    event: str | None = None
    since: tuple[str, ...] = ()

    def kinds(self) -> dict[str, TypeRef]:
        """Every bare name with its type, the inner ones hiding the outer ones."""
        own = {} if self.record is None else self.records[self.record]
        inner = {} if self.event is None else {**self.events[self.event], "at": TypeRef("time")}
        values = {name: TypeRef(kind) for name, kind in self.values.items()}
        return {"id": TypeRef("text"), **values, **self.attributes, **own, **inner}

    def of_kind(self, *kinds: str) -> list[Expr]:
        """References to everything of these types."""
        return [ref(name) for name, kind in self.kinds().items() if kind.kind in kinds]


def ref(*parts: str) -> Ref:
    """`a` or `a.b`."""
    return Ref(tuple(Name(part) for part in parts))


def one_of(*words: str) -> TypeRef:
    """The type `one of` these words."""
    return TypeRef("choice", tuple(Choice(Name(word)) for word in words))


def pick(draw: Draw, things: Sequence[T]) -> T:
    """One of them."""
    return draw(st.sampled_from(things))


def chance(draw: Draw, times: int) -> bool:
    """Once in so many times."""
    return pick(draw, range(times)) == times - 1


def duration(draw: Draw) -> Duration:
    """A short duration, mostly."""
    return pick(draw, DURATIONS)


def small(draw: Draw) -> Number:
    """A small number, sometimes with a half."""
    return Number(Decimal(draw(st.integers(0, 8))) / pick(draw, (1, 1, 1, 2)))


def condition(draw: Draw, scope: Scope, depth: int = 2) -> Expr:
    """A condition of any form."""
    if depth > 0 and chance(draw, 3):
        return _joined(draw, scope, depth)
    forms = [*_FORMS, *_FORMS]
    if scope.event is None:
        forms += [_occurs] * 6
    if scope.journeys and scope.event is None:
        forms += [_in_journey, _ended]
    if scope.audiences:
        forms += [_audience] * 3
    return pick(draw, forms)(draw, scope)


def _joined(draw: Draw, scope: Scope, depth: int) -> Expr:
    operator = pick(draw, ("and", "and", "or", "not"))
    if operator == "not":
        return Not(condition(draw, scope, depth - 1))
    operands = [condition(draw, scope, depth - 1) for _ in range(draw(st.integers(2, 3)))]
    flattened: list[Expr] = []
    for one in operands:
        flattened += one.operands if isinstance(one, Logic) and one.operator == operator else [one]
    return Logic("and" if operator == "and" else "or", tuple(flattened))


def _amounts(draw: Draw, scope: Scope) -> Expr:
    operator = pick(draw, ("=", "!=", "<", "<=", ">", ">="))
    return Compare(operator, number(draw, scope), number(draw, scope))


def _money(draw: Draw, scope: Scope) -> Expr:
    operator = pick(draw, ("=", "!=", "<", "<=", ">", ">="))
    right = money(draw, scope) if draw(st.booleans()) else small(draw)
    return Compare(operator, money(draw, scope), right)


def _between(draw: Draw, scope: Scope) -> Expr:
    of = pick(draw, (number, date_value, time_value))
    return Between(of(draw, scope), of(draw, scope), of(draw, scope))


def _choice(draw: Draw, scope: Scope) -> Expr:
    found = [
        (name, [one.name.text for one in kind.choices])
        for name, kind in scope.kinds().items()
        if kind.kind == "choice"
    ]
    name, words = pick(draw, found)
    if draw(st.booleans()):
        return Compare(pick(draw, ("=", "!=")), ref(name), ref(pick(draw, words)))
    some = draw(st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True))
    return In(ref(name), tuple(ref(word) for word in some))


def _text(draw: Draw, scope: Scope) -> Expr:
    subject = _any_of(draw, scope, ("last", "first"), "text", "phone", "email")
    words = [Text(word) for word in (*WORDS, *NUMBERS)]
    if chance(draw, 4):
        return In(subject, tuple(draw(st.lists(st.sampled_from(words), min_size=1, max_size=2))))
    return Compare(pick(draw, ("=", "!=", "contains", "starts with")), subject, pick(draw, words))


def flag(draw: Draw, scope: Scope) -> Expr:
    """A flag that is stored."""
    stored = _any_of(draw, scope, ("last", "first"), "flag")
    return (
        stored if draw(st.booleans()) else Compare(pick(draw, ("=", "!=")), stored, Flag(draw(st.booleans())))
    )


def _missing(draw: Draw, scope: Scope) -> Expr:
    if not chance(draw, 3):
        return Missing(ref(pick(draw, tuple(scope.kinds()))), draw(st.booleans()))
    return Missing(pick(draw, (number, money, moment))(draw, scope), draw(st.booleans()))


def _moments(draw: Draw, scope: Scope) -> Expr:
    left, right = moment(draw, scope), moment(draw, scope)
    return Compare(pick(draw, ("before", "after")), left, right)


def _dates(draw: Draw, scope: Scope) -> Expr:
    return Compare(pick(draw, ("=", "!=")), date_value(draw, scope), date_value(draw, scope))


def inside(draw: Draw, scope: Scope) -> Expr:
    """A moment in a window that ends or begins now."""
    window = pick(draw, (Last, Next))(duration(draw))
    return Inside(moment(draw, scope), window)


def _tagged(draw: Draw, scope: Scope) -> Expr:
    del scope
    return Tagged(Text(pick(draw, TAGS)))


def _occurs(draw: Draw, scope: Scope) -> Expr:
    window, negated = _window(draw, scope), draw(st.booleans())
    events = _events(draw, scope, window)
    if isinstance(window, Last) and events.where is None and not negated:
        return Inside(Ref((events.event,)), window)
    return Occurs(events, negated)


def _audience(draw: Draw, scope: Scope) -> Expr:
    return ref(pick(draw, scope.audiences))


def _in_journey(draw: Draw, scope: Scope) -> Expr:
    plan = pick(draw, scope.journeys)
    stage = pick(draw, (None, *plan.stages))
    return InJourney(Name(plan.name), None if stage is None else Name(stage))


def _ended(draw: Draw, scope: Scope) -> Expr:
    plan = pick(draw, scope.journeys)
    outcome = pick(draw, (None, *plan.outcomes))
    window = Last(duration(draw)) if draw(st.booleans()) else None
    return Ended(Name(plan.name), None if outcome is None else Name(outcome), window)


def _choose_flag(draw: Draw, scope: Scope) -> Expr:
    return _choose(draw, scope, lambda: condition(draw, scope, 0))


_FORMS: tuple[Callable[[Draw, Scope], Expr], ...] = (
    _amounts, _amounts, _money, _between, _choice, _choice, _text, flag, _missing, _moments, _dates, inside,
    _tagged, _choose_flag,
)  # fmt: skip


def number(draw: Draw, scope: Scope, depth: int = 1) -> Expr:
    """A number."""
    form = pick(draw, ("plain", "plain", "small", "count", "days", *(["compound"] * 3 * depth)))
    match form:
        case "small":
            return small(draw)
        case "count" if scope.event is None:
            return Aggregate("count", _events(draw, scope, _window(draw, scope)))
        case "days":
            return Days(pick(draw, ("since", "until")), moment(draw, scope))
        case "compound":
            return _compound_number(draw, scope)
    return _any_of(draw, scope, ("sum", "avg", "min", "max", "last"), "number")


def _compound_number(draw: Draw, scope: Scope) -> Expr:
    match pick(draw, ("sum", "sum", "ratio", "negative", "choose")):
        case "ratio":
            return Arithmetic("/", money(draw, scope, 0), money(draw, scope, 0))
        case "negative":
            return Negative(number(draw, scope, 0))
        case "choose":
            return _choose(draw, scope, lambda: number(draw, scope, 0))
    return Arithmetic(pick(draw, "+-*/"), number(draw, scope, 0), number(draw, scope, 0))


def money(draw: Draw, scope: Scope, depth: int = 1) -> Expr:
    """An amount of money, never a bare number."""
    match pick(draw, ("plain", "plain", "plain", *(["product", "sum", "choose"] * depth))):
        case "product":
            return Arithmetic(pick(draw, "*/"), money(draw, scope, 0), number(draw, scope, 0))
        case "sum":
            return Arithmetic(pick(draw, "+-"), money(draw, scope, 0), money(draw, scope, 0))
        case "choose":
            return _choose(draw, scope, lambda: money(draw, scope, 0))
    return _any_of(draw, scope, ("sum", "avg", "min", "max", "last", "first"), "money")


def moment(draw: Draw, scope: Scope) -> Expr:
    """A date or a time."""
    return pick(draw, (date_value, time_value, time_value))(draw, scope)


def date_value(draw: Draw, scope: Scope) -> Expr:
    """A date."""
    match pick(draw, ("plain", "plain", "today", "written", "next")):
        case "today":
            return Now(day=True)
        case "written":
            return Date(date(2026, pick(draw, (2, 3)), pick(draw, (1, 2, 28))))
        case "next":
            return NextReturn(pick(draw, scope.of_kind("date")))
    return _any_of(draw, scope, ("last", "first", "min", "max"), "date")


def time_value(draw: Draw, scope: Scope, depth: int = 1) -> Expr:
    """A time."""
    match pick(draw, ("plain", "event", "event", "free", "free", *(["shift", "shift"] * depth))):
        case "event" if scope.event is None:
            return Aggregate(pick(draw, ("last", "first")), _events(draw, scope, None))
        case "free":
            written = Time(datetime(2026, 3, pick(draw, (1, 2, 5)), pick(draw, (0, 9)), 0))  # noqa: DTZ001 - naive
            return pick(draw, (Now(), Ago(duration(draw)), Ahead(duration(draw)), written))
        case "shift":
            inner = date_value(draw, scope) if draw(st.booleans()) else time_value(draw, scope, 0)
            return Shift(duration(draw), pick(draw, ("before", "after")), inner)
    return _any_of(draw, scope, ("last", "first", "min", "max"), "time")


def _any_of(draw: Draw, scope: Scope, functions: Sequence[str], *kinds: str) -> Expr:
    """Something of these types: what has a name, or an aggregate of a field of events."""
    fields = [
        (event, name) for event, inner in scope.events.items() for name in inner if inner[name].kind in kinds
    ]
    named = scope.of_kind(*kinds)
    if scope.event is not None or not fields or (named and draw(st.booleans())):
        return pick(draw, named)
    event, name = pick(draw, fields)
    events = replace(_events(draw, scope, _window(draw, scope), event), field=Name(name))
    return Aggregate(pick(draw, functions), events)


def _choose(draw: Draw, scope: Scope, value: Callable[[], Expr]) -> Expr:
    arms = [Arm(condition(draw, scope, 0), value()) for _ in range(draw(st.integers(1, 2)))]
    otherwise = [Arm(None, value())] if draw(st.booleans()) else []
    return Choose((*arms, *otherwise))


def _events(draw: Draw, scope: Scope, window: Last | Ever | Since | None, event: str | None = None) -> Events:
    event = event or pick(draw, tuple(scope.events))
    where = None
    if chance(draw, 3):
        where = condition(draw, replace(scope, event=event), 1)
    return Events(Name(event), None, where, window)


def _window(draw: Draw, scope: Scope) -> Last | Ever | Since:
    windows: list[Last | Ever | Since] = [Last(duration(draw)), Last(duration(draw)), Ever()]
    windows += [Since(pick(draw, scope.since)) for _ in scope.since[:1]]
    return pick(draw, windows)
