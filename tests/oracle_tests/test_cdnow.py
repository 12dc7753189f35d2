"""The win-back ladder over CDNOW: counts that others can compare with, and the interpreter on a part of it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.checked import model_of
from tests.oracle import cdnow, moments
from tests.oracle.interpreter import Interpreter
from tests.oracle_tests.times import SHANGHAI

SAMPLE = 400  # every 400th customer goes through the interpreter


@pytest.fixture(scope="module")
def runs() -> list[cdnow.WinBack]:
    """Every run of every customer."""
    return cdnow.all_win_backs()


def test_file_is_whole() -> None:
    """Every row and every customer of the origin is there."""
    rows = list(cdnow.purchases())
    assert len(rows) == 69_659
    assert len({row.customer for row in rows}) == 23_570
    assert sum(row.amount for row in rows) == 250031563


def test_counts(runs: list[cdnow.WinBack]) -> None:
    """How many came in, were written to, came back and were lost."""
    assert (len(runs), len({run.customer for run in runs})) == (55_658, 23_344)
    assert Counter(len(run.touches) for run in runs) == {3: 51_221, 1: 2_243, 2: 2_194}
    assert sum(run.won is not None for run in runs) == 2_144
    assert sum(run.lost is not None for run in runs) == 48_871
    assert sum(run.goal_at is not None for run in runs) == 5_020
    assert Counter(run.entered.year for run in runs) == {1997: 38_409, 1998: 17_249}


def test_one_customer_by_hand() -> None:
    """Bought on 1997-01-01 only: lapsed on 04-01, lost on 04-22, again 180 days after, on 10-19, and so on."""
    (first, second, third) = cdnow.win_backs("00001", [date(1997, 1, 1)])
    assert first.touches == [date(1997, 4, 1), date(1997, 4, 8), date(1997, 4, 15)]
    assert (first.won, first.lost) == (None, date(1997, 4, 22))
    assert second.entered == date(1997, 10, 19)
    assert third.entered == date(1998, 5, 8)


def test_purchase_on_the_day_of_a_touch() -> None:
    """Who buys on the day of the second touch has come back and is not written to any more."""
    bought = [date(1997, 1, 1), date(1997, 4, 8)]
    first, *_ = cdnow.win_backs("00001", bought)
    assert first.touches == [date(1997, 4, 1)]
    assert (first.won, first.goal_at) == (date(1997, 4, 8), date(1997, 4, 8))


def test_purchase_after_the_loss_meets_the_goal() -> None:
    """The goal goes on being watched after the end, up to its sixtieth day."""
    for day, seen in ((date(1997, 5, 31), True), (date(1997, 6, 1), False)):
        first, *_ = cdnow.win_backs("00001", [date(1997, 1, 1), day])
        assert first.lost == date(1997, 4, 22)
        assert (first.goal_at == day) is seen


def test_interpreter_agrees() -> None:
    """Every entry, message, return and loss of a sample of customers is the same by the interpreter."""
    by_customer = cdnow.days_by_customer(cdnow.purchases())
    sample = dict(list(by_customer.items())[::SAMPLE])
    oracle = Interpreter(model_of(cdnow.RULES.read_text(encoding="utf-8")))
    for customer in sample:
        oracle.customer(customer)
    for row in cdnow.purchases():
        if row.customer in sample:
            values = {"items": float(row.items), "amount": row.amount}
            oracle.arrive("purchase", row.customer, moments.midnight(row.at, SHANGHAI), values)
    today = cdnow.FIRST_RUN
    while today <= cdnow.LAST_RUN:
        oracle.settle(datetime(today.year, today.month, today.day, 1, tzinfo=UTC))
        today += timedelta(days=1)
    expected = [run for customer, days in sample.items() for run in cdnow.win_backs(customer, days)]
    assert sorted(map(repr, _runs_of(oracle))) == sorted(map(repr, expected))


def _runs_of(oracle: Interpreter) -> list[cdnow.WinBack]:
    found = []
    for item in oracle.facts.enrolments:
        sent = [m.sent_at for m in oracle.facts.messages if m.enrolment is item and m.sent_at is not None]
        ends = {item.outcome: None if item.ended_at is None else _day(item.ended_at)}
        goal = None if item.goal_at is None else _day(item.goal_at)
        touches = [_day(instant) for instant in sent]
        run = cdnow.WinBack(
            item.customer, _day(item.entered_at), touches, ends.get("won"), ends.get("lost"), goal
        )
        found.append(run)
    return found


def _day(instant: datetime) -> date:
    return moments.day_of(instant, SHANGHAI)
