"""Hypothesis strategies for trees as the parser may make them: words and expressions.

They make nodes, never text; what is printed from them must parse to the same nodes. Nothing here is
well-typed: see `tests.strategies_rules` for rule sets that mean something.
"""

from datetime import date, datetime
from decimal import Decimal
from unicodedata import normalize

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
from dsl.units import DAYS, UNITS, Clock, Duration, Window

KEYWORDS = """
    after ago and any approve apart ask assign as at attribute audience avg because before begin
    benefit between by calendar choice choose closed code containing contains consent cost count
    customer date day days delivered due during else email emit end ended enter entry event ever
    every expect extra fail false file finish first flag for forbid friday from give given goal
    grant granted holdout holidays hour hours in is journey keyday keydays known last least link max
    message min minimum minute minutes missing monday money month months most needs never next no
    not nothing now number of on one only optout or otherwise outcome over per phone pilot policy
    priority quota rank record reenter refuse reply require review saturday sample scenario script
    send sent set share silent since split stage starts state stock stop subject sum sunday tag
    tagged task text thursday time to today true tuesday type under unknown until untag up valid
    value via visit waiting wednesday week weekends weeks when where window with within workday
    workdays worth year years
"""
"""Words of the language, and a few that only look like them."""

_PLAIN = (
    "visit",
    "tier",
    "amount",
    "lapsed",
    "win_back",
    "a",
    "b1",
    "_x",
    "客单价",
    "到店",
    "été",
    "Ω",
    "x_2",
)
ALPHABET = "ab Z09'\"\\\n\t#{}()，：“”！％。,:=>-`/*好あ🎉é\u0301"


def names() -> st.SearchStrategy[Name]:
    """Names: plain, Chinese, and such as are words of the language."""
    made_up = st.text("abz_é好客単", min_size=1, max_size=4)
    texts = st.one_of(st.sampled_from(_PLAIN), st.sampled_from(KEYWORDS.split()), made_up)
    return texts.map(lambda text: Name(normalize("NFC", text)))


def strings() -> st.SearchStrategy[Text]:
    """Strings with everything that needs care, some of them over lines."""
    return st.builds(Text, st.text(ALPHABET, max_size=12), block=st.booleans())


def one_line() -> st.SearchStrategy[Text]:
    """Strings between single quotation marks."""
    return st.builds(Text, st.text(ALPHABET, max_size=12))


def titles() -> st.SearchStrategy[str | None]:
    """Titles, mostly there."""
    return st.none() | st.text(ALPHABET, max_size=8)


def durations() -> st.SearchStrategy[Duration]:
    """Durations of every unit, 1 among the amounts."""
    return st.builds(Duration, st.integers(0, 3) | st.integers(0, 400), st.sampled_from(UNITS))


def clocks() -> st.SearchStrategy[Clock]:
    """Clock times of a day."""
    return st.builds(Clock, st.integers(0, 1439))


def windows() -> st.SearchStrategy[Window]:
    """Windows on one or more kinds of days."""
    days = st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True).map(tuple)
    return st.builds(_window, days, clocks(), st.integers(1, 1440))


def _window(days: tuple[str, ...], start: Clock, length: int) -> Window:
    return Window(days, start, Clock(min(1440, start.minutes + length)))


def decimals() -> st.SearchStrategy[Decimal]:
    """Numbers as they can be written: no sign, no exponent."""
    return st.decimals(0, 100_000, places=0) | st.decimals(0, 1000, places=2)


def shares() -> st.SearchStrategy[Decimal]:
    """Percentages."""
    return st.decimals(0, 100, places=0) | st.decimals(0, 100, places=1)


def dates() -> st.SearchStrategy[date]:
    """Dates that rules may name."""
    return st.dates(date(1900, 1, 1), date(2100, 12, 31))


def moments() -> st.SearchStrategy[datetime]:
    """Times to the minute, midnight often."""
    whole = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - times of rules are naive
    return whole.map(lambda at: at.replace(second=0, microsecond=0)) | dates().map(_midnight)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - times of rules are naive


def expressions() -> st.SearchStrategy[Expr]:
    """Any expression of the language, nested a few times."""
    return st.recursive(_leaves(), _nodes, max_leaves=7)


def _leaves() -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.builds(Ref, st.lists(names(), min_size=1, max_size=2).map(tuple)),
        st.builds(Number, decimals(), st.booleans()),
        strings(),
        st.builds(Flag, st.booleans()),
        st.builds(Date, dates()),
        st.builds(Time, moments()),
        st.builds(Ago, durations()),
        st.builds(Ahead, durations()),
        st.builds(Now, st.booleans()),
        st.builds(Tagged, one_line()),
        st.builds(InJourney, names(), st.none() | names()),
        st.builds(Ended, names(), st.none() | names(), st.none() | lasts()),
    )


def lasts() -> st.SearchStrategy[Last]:
    """`within last …`."""
    return st.builds(Last, durations())


def _windows_of_events() -> st.SearchStrategy[Last | Ever | Since]:
    return st.one_of(lasts(), st.builds(Ever), st.builds(Since, st.sampled_from(["entry", "stage", "state"])))


def facts() -> st.SearchStrategy[Expr]:
    """What a scenario can expect of values: one comparison, or a tag."""
    return _comparisons(expressions()) | st.builds(Tagged, one_line())


def _comparisons(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "before", "after", "contains", "starts with"])
    return st.one_of(
        st.builds(Compare, signs, inner, inner),
        st.builds(In, inner, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Missing, inner, st.booleans()),
        st.builds(Between, inner, inner, inner),
        st.builds(Inside, inner, lasts() | st.builds(Next, durations())),
    )


def _nodes(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.builds(Not, inner),
        st.builds(Negative, inner),
        st.builds(_logic, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=4)),
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
        _comparisons(inner),
        _occurrences(inner),
        _aggregates(inner),
        st.builds(Days, st.sampled_from(["since", "until"]), inner),
        st.builds(Shift, durations(), st.sampled_from(["before", "after"]), inner),
        st.builds(NextReturn, inner),
        st.builds(_choose, st.lists(pair, min_size=1, max_size=3), st.none() | inner),
    )


def _occurrences(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Occurs]:
    filtered = st.builds(Events, names(), st.none(), inner, _windows_of_events())
    unfiltered = st.builds(Events, names(), st.none(), st.none(), _windows_of_events())
    negated = st.builds(Occurs, filtered | unfiltered, st.just(True))
    return negated | st.builds(Occurs, filtered) | st.builds(Occurs, unfiltered.filter(_is_no_inside))


def _is_no_inside(events: Events) -> bool:
    return not isinstance(events.window, Last)


def _aggregates(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Aggregate]:
    window = st.none() | _windows_of_events()
    events = st.builds(Events, names(), st.none() | names(), st.none() | inner, window)
    functions = st.sampled_from(["count", "sum", "avg", "min", "max", "last", "first"])
    return st.builds(Aggregate, functions, events)


def _logic(operator: str, operands: list[Expr]) -> Logic:
    flattened: list[Expr] = []
    for operand in operands:
        same = isinstance(operand, Logic) and operand.operator == operator
        flattened += operand.operands if same else [operand]
    return Logic("and" if operator == "and" else "or", tuple(flattened))


def _choose(pairs: list[tuple[Expr, Expr]], otherwise: Expr | None) -> Choose:
    arms = [Arm(condition, value) for condition, value in pairs]
    return Choose((*arms, Arm(None, otherwise)) if otherwise is not None else tuple(arms))
