"""Expressions: every form of the language, and how tightly each binds."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from dsl.source import Source
from dsl.syntax.parse import parse
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
from dsl.tree.statements import AudienceDecl
from dsl.units import Duration


def expression(text: str) -> Expr:
    """The tree of an expression that is written rightly."""
    file, problems = parse(Source("a.rules", f"audience a = {text}"))
    assert not problems, [(problem.message, problem.span.start) for problem in problems]
    (statement,) = file.statements
    assert isinstance(statement, AudienceDecl)
    return statement.condition


def name(text: str) -> Name:
    """A name."""
    return Name(text)


def ref(*parts: str) -> Ref:
    """A name that stands for a value."""
    return Ref(tuple(map(Name, parts)))


def number(value: str) -> Number:
    """A number."""
    return Number(Decimal(value))


def days(amount: int) -> Duration:
    """A duration in days."""
    return Duration(amount, "day")


VISIT = Name("visit")
LAST_90 = Last(days(90))
OVER_500 = Compare(">", ref("amount"), number("500"))

FORMS: dict[str, Expr] = {
    "lifetime_value > 5000": Compare(">", ref("lifetime_value"), number("5000")),
    "points >= 1_000": Compare(">=", ref("points"), number("1000")),
    "points < 3.5": Compare("<", ref("points"), number("3.5")),
    "points <= 30%": Compare("<=", ref("points"), Number(Decimal(30), percent=True)),
    "tier = vip": Compare("=", ref("tier"), ref("vip")),
    'name != "陈"': Compare("!=", ref("name"), Text("陈")),
    "tier in (vip, regular)": In(ref("tier"), (ref("vip"), ref("regular"))),
    "tier in (vip,)": In(ref("tier"), (ref("vip"),)),
    'name contains "陈"': Compare("contains", ref("name"), Text("陈")),
    'name starts with "陈"': Compare("starts with", ref("name"), Text("陈")),
    "phone is missing": Missing(ref("phone")),
    "phone is known": Missing(ref("phone"), known=True),
    "next_service before in 7 days": Compare("before", ref("next_service"), Ahead(days(7))),
    "last(visit) after 2026-01-01": Compare(
        "after", Aggregate("last", Events(VISIT)), Date(date(2026, 1, 1))
    ),
    "t between 3 days before due and now": Between(ref("t"), Shift(days(3), "before", ref("due")), Now()),
    "next_service within next 7 days": Inside(ref("next_service"), Next(days(7))),
    "last(visit) within last 90 days": Inside(Aggregate("last", Events(VISIT)), LAST_90),
    "visit within last 90 days": Inside(ref("visit"), LAST_90),
    "no visit within last 90 days": Occurs(Events(VISIT, window=LAST_90), negated=True),
    "visit where (amount > 500) within last 90 days": Occurs(Events(VISIT, where=OVER_500, window=LAST_90)),
    "no visit where (amount > 500) ever": Occurs(Events(VISIT, where=OVER_500, window=Ever()), negated=True),
    "visit ever": Occurs(Events(VISIT, window=Ever())),
    "no visit ever": Occurs(Events(VISIT, window=Ever()), negated=True),
    "clicked since entry": Occurs(Events(name("clicked"), window=Since("entry"))),
    "clicked since stage": Occurs(Events(name("clicked"), window=Since("stage"))),
    "no replied since state": Occurs(Events(name("replied"), window=Since("state")), negated=True),
    "count(visit within last 365 days) > 3": Compare(
        ">", Aggregate("count", Events(VISIT, window=Last(days(365)))), number("3")
    ),
    "sum(visit.amount where (amount > 500) within last 90 days) > 3": Compare(
        ">", Aggregate("sum", Events(VISIT, Name("amount"), OVER_500, LAST_90)), number("3")
    ),
    "avg(visit.amount) = min(visit.amount)": Compare(
        "=",
        Aggregate("avg", Events(VISIT, Name("amount"))),
        Aggregate("min", Events(VISIT, Name("amount"))),
    ),
    "max(visit.amount ever) = 1": Compare(
        "=", Aggregate("max", Events(VISIT, Name("amount"), window=Ever())), number("1")
    ),
    "first(visit) before now": Compare("before", Aggregate("first", Events(VISIT)), Now()),
    'last(visit.store) = "A"': Compare("=", Aggregate("last", Events(VISIT, Name("store"))), Text("A")),
    "days since last(visit) < 365": Compare(
        "<", Days("since", Aggregate("last", Events(VISIT))), number("365")
    ),
    "days until due = 3": Compare("=", Days("until", ref("due")), number("3")),
    "due before 90 days ago": Compare("before", ref("due"), Ago(days(90))),
    "due before 1 day after start": Compare("before", ref("due"), Shift(days(1), "after", ref("start"))),
    "due after today": Compare("after", ref("due"), Now(day=True)),
    "due = 2026-10-01 09:30": Compare("=", ref("due"), Time(datetime.fromisoformat("2026-10-01T09:30"))),
    "next(birthday) within next 7 days": Inside(NextReturn(ref("birthday")), Next(days(7))),
    'tagged "到店"': Tagged(Text("到店")),
    "in journey win_back": InJourney(name("win_back")),
    "in stage retention.care": InJourney(name("retention"), name("care")),
    "ended win_back": Ended(name("win_back")),
    "ended win_back as won within last 180 days": Ended(name("win_back"), name("won"), Last(days(180))),
    "lapsed": ref("lapsed"),
    "appointment.kept": ref("appointment", "kept"),
    "kept = true or kept = false": Logic(
        "or",
        (Compare("=", ref("kept"), Flag(value=True)), Compare("=", ref("kept"), Flag(value=False))),
    ),
    "choose { a: 1, b: 2, otherwise: 3 } = 2": Compare(
        "=",
        Choose((Arm(ref("a"), number("1")), Arm(ref("b"), number("2")), Arm(None, number("3")))),
        number("2"),
    ),
}


@pytest.mark.parametrize("text", FORMS)
def test_every_form_of_an_expression(text: str) -> None:
    """Each form of the contract's table is read as what it means."""
    assert expression(text) == FORMS[text]


BINDING: dict[str, Expr] = {
    "a or b and c": Logic("or", (ref("a"), Logic("and", (ref("b"), ref("c"))))),
    "(a or b) and c": Logic("and", (Logic("or", (ref("a"), ref("b"))), ref("c"))),
    "a and (b and c) and d": Logic("and", (ref("a"), ref("b"), ref("c"), ref("d"))),
    "not a and b": Logic("and", (Not(ref("a")), ref("b"))),
    "not a = b": Not(Compare("=", ref("a"), ref("b"))),
    "not not a": Not(Not(ref("a"))),
    "a + b > c": Compare(">", Arithmetic("+", ref("a"), ref("b")), ref("c")),
    "a - b - c": Arithmetic("-", Arithmetic("-", ref("a"), ref("b")), ref("c")),
    "a + b * c": Arithmetic("+", ref("a"), Arithmetic("*", ref("b"), ref("c"))),
    "(a + b) * c": Arithmetic("*", Arithmetic("+", ref("a"), ref("b")), ref("c")),
    "a / b * c": Arithmetic("*", Arithmetic("/", ref("a"), ref("b")), ref("c")),
    "-a * b": Arithmetic("*", Negative(ref("a")), ref("b")),
    "a - -3": Arithmetic("-", ref("a"), Negative(number("3"))),
    "t between a and b and c": Logic("and", (Between(ref("t"), ref("a"), ref("b")), ref("c"))),
    "no visit ever and visit ever": Logic(
        "and",
        (Occurs(Events(VISIT, window=Ever()), negated=True), Occurs(Events(VISIT, window=Ever()))),
    ),
    "days since due + 1": Arithmetic("+", Days("since", ref("due")), number("1")),
    "3 days before 1 week after due": Shift(
        days(3), "before", Shift(Duration(1, "week"), "after", ref("due"))
    ),
}


@pytest.mark.parametrize("text", BINDING)
def test_operators_bind_as_usual(text: str) -> None:
    """`or`, `and`, `not`, comparison, sum, product, sign: each binds tighter than the one before."""
    assert expression(text) == BINDING[text]


NAMES: dict[str, Expr] = {
    "count > 3": Compare(">", ref("count"), number("3")),
    "last is known": Missing(ref("last"), known=True),
    "next = first": Compare("=", ref("next"), ref("first")),
    "days > 3": Compare(">", ref("days"), number("3")),
    "days since days": Days("since", ref("days")),
    "ended = 3": Compare("=", ref("ended"), number("3")),
    "ended within last 3 days": Inside(ref("ended"), Last(days(3))),
    "no = 3": Compare("=", ref("no"), number("3")),
    "no is missing": Missing(ref("no")),
    "no no ever": Occurs(Events(Name("no"), window=Ever()), negated=True),
    "tagged = 3": Compare("=", ref("tagged"), number("3")),
    "choose = 3": Compare("=", ref("choose"), number("3")),
    "in = 3": Compare("=", ref("in"), number("3")),
    "in in (in, in)": In(ref("in"), (ref("in"), ref("in"))),
    "text contains text": Compare("contains", ref("text"), ref("text")),
    "state = reason": Compare("=", ref("state"), ref("reason")),
    "due before end": Compare("before", ref("due"), ref("end")),
    "otherwise = journey": Compare("=", ref("otherwise"), ref("journey")),
    "`now` after now": Compare("after", ref("now"), Now()),
    "`not`": ref("not"),
    "客单价 > 平均": Compare(">", ref("客单价"), ref("平均")),
    "in journey journey": InJourney(Name("journey")),
    "ended ended as as": Ended(Name("ended"), Name("as")),
    "count(count) = 1": Compare("=", Aggregate("count", Events(Name("count"))), number("1")),
}


@pytest.mark.parametrize("text", NAMES)
def test_words_of_the_language_are_names_where_a_name_stands(text: str) -> None:
    """What follows a word tells the keyword from the name; backticks always make a name."""
    assert expression(text) == NAMES[text]


def test_a_condition_may_have_a_thousand_terms() -> None:
    """Chains of `and` or `or` are one node, however long they are."""
    found = expression(" or ".join(f"a{index}" for index in range(1000)))
    assert isinstance(found, Logic)
    assert len(found.operands) == 1000


def test_durations_in_singular_and_plural() -> None:
    """Both `1 day` and `1 days` are a day, in every unit."""
    for unit in ("minute", "hour", "day", "week", "month", "year"):
        assert expression(f"a before in 1 {unit}") == expression(f"a before in 1 {unit}s")
