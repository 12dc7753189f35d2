"""What expressions mean: every form of the language, as the engine gets it."""

from datetime import date, datetime

import pytest

from dsl.model.conditions import (
    DATE,
    FLAG,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    Aggregate,
    And,
    Arithmetic,
    Attribute,
    Between,
    Choose,
    Compare,
    Cond,
    Const,
    Contains,
    DaysSince,
    DaysUntil,
    Ended,
    EventField,
    Events,
    EverWindow,
    InJourney,
    Inside,
    LastWindow,
    Midnight,
    Missing,
    Named,
    Negative,
    NextReturn,
    Not,
    Now,
    Occurs,
    OneOf,
    Or,
    RecordField,
    Shift,
    SinceWindow,
    StartsWith,
    Tagged,
    Today,
    Type,
)
from dsl.model.journeys import On, When
from dsl.units import Duration
from tests.checked import CUSTOMER, model_of

TIER = Type("choice", ("regular", "vip"))
POINTS = Attribute("points", NUMBER)
WORTH = Attribute("lifetime_value", MONEY)
NAME = Attribute("name", TEXT)
SERVICE = Attribute("next_service", DATE)
CALL = Attribute("last_call", TIME)
BLOCKED = Attribute("blocked", FLAG)
VISITS = Events("visit", None, EverWindow())
RECENT = Events("visit", None, LastWindow(Duration(90, "day")))
AMOUNT = EventField("visit", "amount", MONEY)


def number(value: float) -> Const:
    """A number."""
    return Const(value, NUMBER)


def money(units: int) -> Const:
    """Money in minor units."""
    return Const(units, MONEY)


def days(amount: int) -> Duration:
    """Whole days."""
    return Duration(amount, "day")


def ago(amount: int) -> Shift:
    """So many days ago."""
    return Shift(Now(), days(amount), back=True)


def ahead(amount: int) -> Shift:
    """In so many days."""
    return Shift(Now(), days(amount), back=False)


JANUARY = Const(date(2026, 1, 1), DATE)
VIP = Const("vip", TIER)

FORMS: dict[str, Cond] = {
    # comparisons
    "lifetime_value > 5000": Compare(">", WORTH, money(500_000)),
    "lifetime_value > 99.99": Compare(">", WORTH, money(9_999)),
    "5000 <= lifetime_value": Compare("<=", money(500_000), WORTH),
    "points >= 100": Compare(">=", POINTS, number(100.0)),
    "points > 30%": Compare(">", POINTS, number(0.3)),
    "tier = vip": Compare("=", Attribute("tier", TIER), VIP),
    "vip = tier": Compare("=", VIP, Attribute("tier", TIER)),
    "tier != vip": Not(Compare("=", Attribute("tier", TIER), VIP)),
    "tier in (vip, regular)": OneOf(Attribute("tier", TIER), (VIP, Const("regular", TIER))),
    "lifetime_value in (100, 200)": OneOf(WORTH, (money(10_000), money(20_000))),
    'name contains "陈"': Contains(NAME, Const("陈", TEXT)),
    'name starts with "陈"': StartsWith(NAME, Const("陈", TEXT)),
    "phone is missing": Missing(Attribute("phone", Type("phone"))),
    "points is known": Not(Missing(POINTS)),
    "blocked": BLOCKED,
    "blocked = false": Compare("=", BLOCKED, Const(value=False, type=FLAG)),
    # dates and times
    "next_service before in 7 days": Compare("<", Midnight(SERVICE), ahead(7)),
    "next_service before 2026-01-01": Compare("<", SERVICE, JANUARY),
    "next_service = today": Compare("=", SERVICE, Today()),
    "last_call after 2026-01-01": Compare(">", CALL, Midnight(JANUARY)),
    "last_call after 2026-01-01 09:30": Compare(">", CALL, Const(datetime(2026, 1, 1, 9, 30), TIME)),  # noqa: DTZ001 - times of rules are naive, of the business zone
    "last_call before 90 days ago": Compare("<", CALL, ago(90)),
    "points between 1 and 5": Between(POINTS, number(1.0), number(5.0)),
    "lifetime_value between 1 and 5": Between(WORTH, money(100), money(500)),
    "next_service between today and 2026-01-01": Between(SERVICE, Today(), JANUARY),
    "last_call between 90 days ago and now": Between(CALL, ago(90), Now()),
    "last_call between 2026-01-01 and 2026-01-01": And(
        (
            Compare(">=", CALL, Midnight(JANUARY)),
            Compare("<", CALL, Shift(Midnight(JANUARY), days(1), back=False)),
        )
    ),
    "next_service within next 7 days": Inside(Midnight(SERVICE), "next", days(7)),
    "last_call within last 90 days": Inside(CALL, "last", days(90)),
    "3 days before next_service before now": Compare(
        "<", Shift(Midnight(SERVICE), days(3), back=True), Now()
    ),
    "1 day after last_call before now": Compare("<", Shift(CALL, days(1), back=False), Now()),
    "next(birthday) = today": Compare("=", NextReturn(Attribute("birthday", DATE)), Today()),
    "days until next_service < 3": Compare("<", DaysUntil(SERVICE), number(3.0)),
    # events
    "visit ever": Occurs(VISITS),
    "no visit ever": Not(Occurs(VISITS)),
    "visit within last 90 days": Occurs(RECENT),
    "no visit within last 90 days": Not(Occurs(RECENT)),
    "visit where (amount > 500) within last 90 days": Occurs(
        Events("visit", Compare(">", AMOUNT, money(50_000)), LastWindow(days(90)))
    ),
    "visit where (kind = walkin and at after 2026-01-01) ever": Occurs(
        Events(
            "visit",
            And(
                (
                    Compare(
                        "=",
                        EventField("visit", "kind", Type("choice", ("walkin", "booked"))),
                        Const("walkin", Type("choice", ("walkin", "booked"))),
                    ),
                    Compare(">", EventField("visit", "at", TIME), Midnight(JANUARY)),
                )
            ),
            EverWindow(),
        )
    ),
    "count(visit within last 90 days) > 3": Compare(
        ">", Aggregate("count", RECENT, None, NUMBER), number(3.0)
    ),
    "sum(visit.amount) > 3": Compare(">", Aggregate("sum", VISITS, "amount", MONEY), money(300)),
    "last(visit) after first(visit)": Compare(
        ">", Aggregate("last", VISITS, None, TIME), Aggregate("first", VISITS, None, TIME)
    ),
    "max(visit.at) after now": Compare(">", Aggregate("last", VISITS, None, TIME), Now()),
    'last(visit.store) = "A"': Compare("=", Aggregate("last", VISITS, "store", TEXT), Const("A", TEXT)),
    "days since last(visit) > 3": Compare(">", DaysSince(Aggregate("last", VISITS, None, TIME)), number(3.0)),
    # others
    'tagged "到店"': Tagged("到店"),
    "in journey care": InJourney("care", None),
    "in stage care.early": InJourney("care", "early"),
    "ended care as won within last 180 days": Ended("care", "won", days(180)),
    "ended care": Ended("care", None, None),
    "choose { blocked: 1, otherwise: 2 } > points": Compare(
        ">", Choose(((BLOCKED, number(1.0)),), number(2.0), NUMBER), POINTS
    ),
    "lifetime_value > choose { blocked: 1, otherwise: 2 }": Compare(
        ">", WORTH, Choose(((BLOCKED, money(100)),), money(200), MONEY)
    ),
    "tier = choose { blocked: vip, otherwise: regular }": Compare(
        "=", Attribute("tier", TIER), Choose(((BLOCKED, VIP),), Const("regular", TIER), TIER)
    ),
    "blocked and not blocked or points > 1": Or(
        (And((BLOCKED, Not(BLOCKED))), Compare(">", POINTS, number(1.0)))
    ),
    "-points < 3": Compare("<", Negative(POINTS, NUMBER), number(3.0)),
    "lifetime_value * 2 + 1 > 5": Compare(
        ">", Arithmetic("+", Arithmetic("*", WORTH, number(2.0), MONEY), money(100), MONEY), money(500)
    ),
    "lifetime_value / lifetime_value > 5": Compare(">", Arithmetic("/", WORTH, WORTH, NUMBER), number(5.0)),
    "lifetime_value / 2 > 5": Compare(">", Arithmetic("/", WORTH, number(2.0), MONEY), money(500)),
    "500 / lifetime_value > 5": Compare(">", Arithmetic("/", money(50_000), WORTH, NUMBER), number(5.0)),
    "lifetime_value > 2 * 50": Compare(">", WORTH, Arithmetic("*", money(200), number(50.0), MONEY)),
    "lifetime_value > limit": Compare(">", WORTH, Named("limit", money(500_000), MONEY)),
    "points > limit": Compare(">", POINTS, Named("limit", number(5000.0), NUMBER)),
    "lapsed": Named("lapsed", Not(Occurs(RECENT)), FLAG),
}


@pytest.mark.parametrize("text", FORMS)
def test_every_form_has_its_meaning(text: str) -> None:
    """Names are resolved, numbers beside money are money, dates beside times are the moments they begin."""
    rules = f"""
    audience subject = {text}
    audience lapsed = no visit within last 90 days
    value limit = 5000
    journey care {{ stage early {{ state hello {{ after 1 day -> end won }} }} }}
    """
    assert model_of(CUSTOMER + rules).audiences["subject"] == FORMS[text]


def test_money_is_exact_beyond_floats() -> None:
    """A literal amount is read as decimal, never through binary fractions."""
    rules = "audience subject = lifetime_value > 1234567890.29"
    assert model_of(CUSTOMER + rules).audiences["subject"] == Compare(">", WORTH, money(123_456_789_029))


def test_a_date_of_the_customer_comes_before_an_event_of_that_name() -> None:
    """`visit within last 7 days` means the attribute when it is a date or a time, else the event."""
    rules = """
    customer { visit: date, call: text }
    event visit
    event call
    audience one = visit within last 7 days
    audience two = call within last 7 days
    """
    model = model_of(rules)
    assert model.audiences["one"] == Inside(Midnight(Attribute("visit", DATE)), "last", days(7))
    assert model.audiences["two"] == Occurs(Events("call", None, LastWindow(days(7))))


RECORDS = """
journey care {
  for appointment
  enter when due within next 3 days and appointment.kept = false and id = "B1" and points > 3
  state hello {
    on visit where (amount > 5 and service = "x") -> end came
    when clicked since entry and no replied since state -> end won
  }
}
"""


def test_a_journey_for_records_names_the_fields_of_its_record() -> None:
    """Fields come alone or after the record's name, and before attributes; `id` is the record's."""
    journey = model_of(CUSTOMER + RECORDS).journeys["care"]
    due = RecordField("appointment", "due", TIME)
    kept = RecordField("appointment", "kept", FLAG)
    assert journey.record == "appointment"
    assert journey.enter == And(
        (
            Inside(due, "next", days(3)),
            Compare("=", kept, Const(value=False, type=FLAG)),
            Compare("=", RecordField("appointment", "id", TEXT), Const("B1", TEXT)),
            Compare(">", POINTS, number(3.0)),
        )
    )


def test_where_sees_the_event_then_the_record() -> None:
    """Inside `where` the fields of the event come first; the record is still there."""
    first, second = model_of(CUSTOMER + RECORDS).journeys["care"].states[0].transitions
    assert isinstance(first, On)
    assert first.where == And(
        (
            Compare(">", AMOUNT, money(500)),
            Compare("=", RecordField("appointment", "service", TEXT), Const("x", TEXT)),
        )
    )
    assert isinstance(second, When)
    assert second.condition == And(
        (
            Occurs(Events("clicked", None, SinceWindow("entry"))),
            Not(Occurs(Events("replied", None, SinceWindow("state")))),
        )
    )
