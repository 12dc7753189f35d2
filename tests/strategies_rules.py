"""Hypothesis strategies for small, valid rule sets: declarations, policies, messages, and what holds them together.

What they make is a tree, to be printed, parsed and checked. Its names are few and always the same, so that
journeys, conditions and histories (`tests.strategies_histories`) meet. Loops that would never end are left out:
what moves at once only moves forward.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from dsl.source import NOWHERE
from dsl.tree import journeys
from dsl.tree import statements as tree
from dsl.tree.expressions import Expr, Name, Number, Text
from dsl.tree.statements import TypeRef
from dsl.units import Clock, Duration, Window
from tests.strategies_conditions import (
    Draw,
    Fields,
    Scope,
    chance,
    condition,
    duration,
    money,
    number,
    one_of,
    pick,
)
from tests.strategies_rule_journeys import Sketch, journey, sketches

ATTRIBUTES: Fields = {
    "name": TypeRef("text"),
    "phone": TypeRef("phone"),
    "email": TypeRef("email"),
    "tier": one_of("regular", "vip"),
    "points": TypeRef("number"),
    "lifetime_value": TypeRef("money"),
    "member": TypeRef("flag"),
    "birthday": TypeRef("date"),
    "renewal": TypeRef("date"),
    "last_login": TypeRef("time"),
    "reason": one_of("price", "service", "other"),
}
"""One attribute of every type."""

_EVENTS: dict[str, Fields] = {
    "visit": {
        "store": TypeRef("text"),
        "amount": TypeRef("money"),
        "stars": TypeRef("number"),
        "points": TypeRef("number"),
        "kept": TypeRef("flag"),
        "day": TypeRef("date"),
        "slot": TypeRef("time"),
        "how": one_of("shop", "web"),
    },
    "call": {},
    "complaint": {"resolved": TypeRef("flag"), "text": TypeRef("text")},
}
"""Events that histories bring. `visit` has a field of every type; its `points` hides the customer's."""

PING = "ping"
"""An event that only rules record."""

_RECORD: Fields = {
    "due": TypeRef("time"),
    "day": TypeRef("date"),
    "price": TypeRef("money"),
    "place": TypeRef("text"),
    "kept": TypeRef("flag"),
    "grade": one_of("a", "b"),
    "size": TypeRef("number"),
}
RECORD = "booking"
_BUILTIN_FIELDS: Fields = {"message": TypeRef("text"), "channel": TypeRef("text"), "journey": TypeRef("text")}
_BUILTIN: dict[str, Fields] = {"clicked": _BUILTIN_FIELDS, "replied": {"text": TypeRef("text")}}


@st.composite
def rule_sets(draw: Draw, *, sending: bool = True, granting: bool = True) -> tree.File:
    """A valid rule set; without `sending` no journey sends or grants, without `granting` none grants."""
    kinds = (
        "visit",
        *draw(st.lists(st.sampled_from(("call", "complaint")), min_size=1, max_size=2, unique=True)),
    )
    events = {**{name: _EVENTS[name] for name in kinds}, PING: {"size": TypeRef("number")}}
    records = {RECORD: _RECORD} if draw(st.booleans()) else {}
    plain = Scope(ATTRIBUTES, {**events, **_BUILTIN}, records)
    definitions = draw(_definitions(plain))
    audiences = tuple(item.name.text for item in definitions if isinstance(item, tree.AudienceDecl))
    values = {"score": "number", "worth": "money"}
    drafts = draw(sketches(tuple(records), sending=sending, granting=sending and granting))
    known = replace(plain, audiences=audiences, values=values, journeys=tuple(draft.plan for draft in drafts))
    return tree.File(
        NOWHERE.source,
        (
            tree.CustomerDecl(_fields(ATTRIBUTES)),
            *(tree.EventDecl(Name(name), None, _fields(fields)) for name, fields in events.items()),
            *(tree.RecordDecl(Name(name), None, _fields(fields)) for name, fields in records.items()),
            *definitions,
            *(_sent_things(draw, known) if sending else ()),
            _message(Name("script"), {"task": "{{ id }}"}),
            *(_journey(draw, draft, known) for draft in drafts),
        ),
    )


@st.composite
def ways_in(draw: Draw, condition: Callable[[Draw, Scope], Expr], *, of_record: bool) -> tree.File:
    """A rule set of one journey that anybody enters for whom a condition holds."""
    known = Scope(ATTRIBUTES, _EVENTS, {RECORD: _RECORD}, record=RECORD if of_record else None)
    stay = journeys.StateDecl(
        Name("s"), None, (journeys.After(Duration(1, "year"), None, None, journeys.End(Name("done"))),)
    )
    subject = journeys.ForSubject(Name(RECORD if of_record else "customer"))
    items = (subject, journeys.EnterWhen(condition(draw, known)), stay)
    return tree.File(
        NOWHERE.source,
        (
            tree.CustomerDecl(_fields(ATTRIBUTES)),
            *(tree.EventDecl(Name(name), None, _fields(fields)) for name, fields in _EVENTS.items()),
            tree.RecordDecl(Name(RECORD), None, _fields(_RECORD)),
            journeys.JourneyDecl(Name("j"), None, items),
        ),
    )


def _journey(draw: Draw, draft: Sketch, known: Scope) -> tree.Statement:
    return journey(draw, draft, replace(known, record=draft.plan.record))


def _fields(fields: Fields) -> tuple[tree.Field, ...]:
    return tuple(tree.Field(Name(name), kind) for name, kind in fields.items())


@st.composite
def _definitions(draw: Draw, scope: Scope) -> tuple[tree.Statement, ...]:
    """One or two audiences, a number and an amount; the later ones may use the earlier ones."""
    first = tree.AudienceDecl(Name("lapsed"), "流失客户", condition(draw, scope, 1))
    scope = replace(scope, audiences=("lapsed",))
    score = tree.ValueDecl(Name("score"), None, number(draw, scope))
    scope = replace(scope, values={"score": "number"})
    worth = tree.ValueDecl(Name("worth"), None, money(draw, scope))
    second = tree.AudienceDecl(Name("loyal"), None, condition(draw, replace(scope, values=_VALUES), 1))
    return (first, score, worth, *([second] if draw(st.booleans()) else []))


_VALUES = {"score": "number", "worth": "money"}


def _sent_things(draw: Draw, scope: Scope) -> tuple[tree.Statement, ...]:
    """Messages, policies, a calendar and a benefit."""
    scope = replace(scope, journeys=())
    service = _policy(draw, "service", scope)
    marketing = _policy(draw, "marketing", scope)
    if chance(draw, 4):
        marketing = replace(marketing, lines=(*marketing.lines, tree.CountWith((Name("service"),))))
    bodies = {"sms": pick(draw, ("你好", "{{ name }}好", "您的等级 {{ tier }}")), "email": "Hello {{ id }}"}
    return (
        _message(Name("hello"), bodies),
        _message(Name("bye"), {"sms": "再见{# allow: forbidden-text #}"}),
        marketing,
        service,
        _calendar(draw),
        _benefit(draw),
    )


def _message(name: Name, bodies: dict[str, str]) -> tree.MessageDecl:
    variants = (tree.Variant(Name(channel), body=Text(body)) for channel, body in bodies.items())
    return tree.MessageDecl(name, None, tuple(variants))


def _policy(draw: Draw, name: str, scope: Scope) -> tree.PolicyDecl:
    lines: list[tree.PolicyLine] = [tree.SendOn(_window(draw)) for _ in range(draw(st.integers(0, 2)))]
    lines += draw(st.lists(st.sampled_from(_LINES), max_size=2, unique_by=type))
    if draw(st.booleans()):
        per = pick(draw, ("day", "week", "month", Duration(3, "day"), Duration(30, "day")))
        lines.append(tree.AtMost(draw(st.integers(1, 2)), per))
        if draw(st.booleans()):
            lines.append(tree.AtMost(draw(st.integers(0, 3)), per, condition(draw, scope, 0)))
    if chance(draw, 6):
        lines.append(tree.ReviewBy(Name("manager"), condition(draw, scope, 0)))
    return tree.PolicyDecl(Name(name), None, tuple(lines))


_LINES: tuple[tree.PolicyLine, ...] = (
    tree.NeverOn(("holidays",)),
    tree.NeverOn(("sunday",)),
    tree.Apart(Duration(1, "day")),
    tree.Apart(Duration(10, "day")),
    tree.Extra(1),
    tree.Silent(Duration(7, "day")),
    tree.GiveUp(Duration(3, "day")),
    tree.RequireConsent(),
    tree.Forbid((Text("再见"),)),
    tree.Sample(1),
)


def _window(draw: Draw) -> Window:
    days = pick(draw, (("workdays",), ("weekends",), ("every day",), ("monday", "thursday"), ("keydays",)))
    start = pick(draw, (0, 9, 10))
    return Window(days, Clock(start * 60), Clock(pick(draw, (start + 2, 20, 24)) * 60))


def _calendar(draw: Draw) -> tree.CalendarDecl:
    lines: list[tree.HolidaysOf | tree.DayRange] = []
    if draw(st.booleans()):
        lines.append(tree.HolidaysOf(Name("CN")))
    return tree.CalendarDecl((*lines, *draw(st.lists(_special_days(), max_size=2))))


@st.composite
def _special_days(draw: Draw) -> tree.DayRange:
    first = date(2026, 3, draw(st.integers(1, 20)))
    kind = pick(draw, ("keyday", "closed", "workday"))
    return tree.DayRange(kind, "店庆", first, first + timedelta(days=pick(draw, (0, 0, 1, 6))))


def _benefit(draw: Draw) -> tree.BenefitDecl:
    lines: list[tree.BenefitLine | tree.QuotaLine | tree.ApproveLine | tree.ValidLine] = []
    lines.append(tree.BenefitLine("worth", Number(Decimal("99.50"))))
    lines.append(tree.ValidLine(duration(draw)))
    if draw(st.booleans()):
        lines.append(
            tree.QuotaLine(draw(st.integers(0, 2)), pick(draw, ("day", "month", Duration(7, "day"))))
        )
    elif draw(st.booleans()):
        lines.append(tree.BenefitLine("stock", Number(Decimal(2))))
    if chance(draw, 3):
        lines.append(tree.ApproveLine(Name("manager")))
    return tree.BenefitDecl(Name("gift"), "礼品", tuple(lines))
