"""When the engine says that it is next due: nothing that time does is missed, and it is not woken for nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from dsl.check import Context, check
from dsl.syntax.load import parse_texts
from engine.calendars.zone import DAY
from engine.running.next_due import next_due
from tests.checked import model_of
from tests.engine_side import EngineSide, ms
from tests.oracle import history as h
from tests.oracle_tests.times import at
from tests.strategies_histories import histories
from tests.strategies_lively import lively_rules
from tests.watched import ZONES, drawn_watched

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def due(side: EngineSide, after: int, until: int) -> int | None:
    """The answer of the engine."""
    with side.store.read() as connection:
        return next_due(connection, side.plan, after, until)


def jumps(side: EngineSide, after: int, until: int) -> Iterator[int]:
    """The moments at which virtual time stops."""
    while (moment := due(side, after, until)) is not None:
        yield (after := moment)


@pytest.mark.parametrize("of_record", [False, True])
@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_whoever_time_makes_qualify_does_so_when_due(of_record: bool, data: st.DataObject) -> None:  # noqa: FBT001
    """Between two moments at which the engine is due, nobody begins or ceases to qualify."""
    watched, history = drawn_watched(data, of_record=of_record)
    after = ms(history[-1].at)
    until = after + data.draw(st.sampled_from((2, 9, 40))) * DAY
    known = watched.qualified(after)
    moments = [*jumps(watched.side, after, until), until + 1][:60]
    for moment in moments:
        before = data.draw(st.integers(after, moment - 1))
        assert watched.qualified(before) == watched.qualified(moment - 1) == known, (after, before, moment)
        after, known = moment, watched.qualified(moment)
        event(f"{len(known)} qualify")


DECLARED = """
customer { name: text, phone: phone, birthday: date, renewal: date, seen: time, points: number }
event visit { amount: money }
"""
START = "2026-03-02 10:00"
C1 = h.Known("C1", {"phone": "13800000001", "renewal": date(2026, 3, 20), "seen": at("2026-03-02 09:30")})
BACK = "journey j { enter when %s, state s { after 400 days -> end over } }"


@pytest.mark.parametrize(
    ("rules", "moments"),
    [
        (BACK % "no visit within last 3 days", ["2026-03-04 08:00", "2026-03-04 08:00:00.001"]),
        (BACK % "seen before 2 hours ago", ["2026-03-02 11:30", "2026-03-02 11:30:00.001"]),
        (BACK % "days until renewal <= 7", ["2026-03-13 00:00", "2026-03-14 00:00"]),
        (BACK % "now after 2026-03-05 12:00", ["2026-03-05 12:00", "2026-03-05 12:00:00.001"]),
        (BACK % "2 hours before next(renewal) before now", ["2026-03-02 22:00", "2026-03-02 22:00:00.001"]),
        (BACK % "points * 2 > days since renewal", ["2026-03-03 00:00", "2026-03-04 00:00"]),
        (
            "journey j { enter when visit ever, state s { after 2 days at 09:30 -> end over } }",
            ["2026-03-05 09:30"],
        ),
        (
            "journey j { enter when visit ever, state s { at 2 days before renewal -> end over } }",
            ["2026-03-18 00:00"],
        ),
        (
            'journey j { enter when points > 5, enter only at "0 9 * * mon", state s { after 1 day -> end over } }',
            [
                "2026-03-09 09:00",
                "2026-03-16 09:00",
            ],  # who qualifies between them must not come in before the second
        ),
        ("journey j { enter when no visit ever, state s { after 1 day -> end over } }", []),
    ],
)
def test_time_jumps_to_what_comes(rules: str, moments: list[str]) -> None:
    """From one moment that matters to the next, and over all that lies between."""
    side = EngineSide(model_of(DECLARED + rules), "Asia/Shanghai")
    visit = h.Happens("visit", "C1", {}, at("2026-03-01 08:00"))
    told = h.Moment(at(START), (C1, visit))
    for step in told.steps:
        side.tell(step, told)
    side.settle(told)
    found = list(islice(jumps(side, ms(at(START)), ms(at("2026-03-31 00:00"))), len(moments) or 1))
    assert found == [ms(at(moment)) for moment in moments]


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(lively_rules(), st.data())
def test_before_it_is_due_nothing_happens(text: str, data: st.DataObject) -> None:
    """Journeys that send, wait, compete and start each other: a run between two due moments changes nothing at all."""
    (file,), flaws = parse_texts({"lively.rules": text})
    assert not flaws
    model = check((file,), Context()).model
    assume(model is not None)
    assert model is not None
    history = data.draw(histories(file))
    side = EngineSide(model, data.draw(st.sampled_from(ZONES)))
    for moment in history:
        side.live(moment)
    after = history[-1].at
    for _ in range(6):
        known, moment = side.outcome(), due(side, ms(after), ms(after) + 60 * DAY)
        if moment is None:
            return
        if moment - ms(after) > 1:
            between = data.draw(st.integers(ms(after) + 1, moment - 1))
            side.settle(h.Moment(instant(between), ()))
            assert side.outcome() == known, (after, instant(between), instant(moment))
        after = instant(moment)
        side.settle(h.Moment(after, ()))
        event("it changed" if side.outcome() != known else "nothing changed")


def instant(milliseconds: int) -> datetime:
    """The time that the engine counts so."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def test_a_watch_ends_when_it_is_due() -> None:
    """Who is held out can reach the goal to its last instant; the engine is due at the one after."""
    rules = """journey j {
      enter when visit ever
      holdout 100%
      goal within 2 days when points > 5
      state s { after 1 day -> end over }
    }"""
    side = EngineSide(model_of(DECLARED + rules), "Asia/Shanghai")
    told = h.Moment(at(START), (C1, h.Happens("visit", "C1", {}, at("2026-03-01 08:00"))))
    for step in told.steps:
        side.tell(step, told)
    side.settle(told)
    over = ms(at("2026-03-04 10:00")) + 1
    assert due(side, ms(at(START)), ms(at("2026-03-31 00:00"))) == over
    side.settle(h.Moment(instant(over), ()))
    assert side.outcome().enrolments[0][4] == "ended"
