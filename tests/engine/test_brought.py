"""What a period brought, as the rows themselves tell it, beside the days before."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from engine.config import Config
from engine.storage.inbox_tables import receipt
from engine.storage.schema import enrolment, message, task, visit
from engine.storage.symbols import load_symbols
from engine.views.brought import Brought, period, week
from engine.views.deliveries import lanes
from engine.views.loop import loop
from engine.views.window import Window
from tests.checked import model_of
from tests.engine_side import EngineSide
from tests.oracle import history as h
from tests.town import DAY, HOUR, RULES, START, ZONE, as_if_analyzed, scans, town

NOW = START + 20 * DAY
TODAY = ZONE.day(NOW)
TITLED = RULES.replace("outcome yes", 'outcome yes "接通"').replace(
    "journey win_back {", 'journey win_back { end lost "没回来",', 1
)


@pytest.fixture(scope="module")
def lived() -> EngineSide:
    """The town after twenty days in which an advisor called, and some wrote back."""
    side = town(model_of(TITLED))
    for hour in range(0, 24 * 20 + 1, 12):
        side.settle(h.Moment(datetime.fromtimestamp((START + hour * HOUR) / 1000, UTC)))
    with side.store.write() as connection:
        symbols = load_symbols(connection)
        numbers = [symbols.number(connection, "outcome", name) for name in ("yes", "no")]
        for place, row in enumerate(connection.execute(sa.select(*task.primary_key)).all()):
            mine = [column == value for column, value in zip(task.primary_key, row, strict=True)]
            done = {"status": 2, "closed_at": NOW - place * 8 * HOUR, "outcome": numbers[place % 2]}
            connection.execute(
                task.update().where(*mine).values(done | {"done_by": "小李" if place % 3 else "小赵"})
            )
        events = side.plan.tables.events
        for place in range(20):
            row = {"seq": 10_000 + place, "customer": 1 + place, "at": NOW - place * DAY, "digest": place}
            connection.execute(events["replied" if place % 4 else "optout"].insert().values(row))
    return side


def window_on(side: EngineSide, connection: sa.Connection) -> Window:
    """A look at it."""
    return Window(
        connection, Config("Homing"), side.model, side.plan.tables, load_symbols(connection), ZONE, 1
    )


def test_a_period_is_what_its_rows_say(lived: EngineSide) -> None:
    """Messages, entries, ends, goals, calls, replies, opt-outs of whole days; before rules ran nothing is known."""
    with lived.store.read() as connection:
        window = window_on(lived, connection)
        found = week(window, NOW)
        assert found.before is not None
        for brought, first in ((found.now, TODAY - 6), (found.before, TODAY - 13)):
            assert _plain(brought) == _told(connection, lived, range(first, first + 7))
        assert found.now.sent > 0 < found.now.done
        assert found.people[0] == max(found.people, key=found.now.done_by)
        assert set(found.now.outcomes) == {"接通", "no"}
        assert "没回来" in found.now.ended
        assert period(window, ZONE.day(START), TODAY, NOW).before is None


def test_rooms_that_tell_the_same_agree(lived: EngineSide) -> None:
    """The week, the loop of Today and the channels of Deliveries count the same."""
    with lived.store.read() as connection:
        window = window_on(lived, connection)
        found, courses = week(window, NOW).now, loop(window, {}, NOW)
        assert found.reached == sum(one.reached or 0 for one in courses) > 0
        assert found.entered == sum(one.whole.came for one in courses)
        assert sum(found.ended.values()) == sum(sum(one.ended.values()) for one in courses)
        assert found.sent == sum(sum(lane.sent) for lane in lanes(window, NOW))


def test_what_is_not_known_is_not_nothing(lived: EngineSide) -> None:
    """Of channels that never tell, it is not known what arrived; rules without benefits give none."""
    with lived.store.read() as connection:
        found = week(window_on(lived, connection), NOW).now
        assert (found.arrived, found.granted, found.redeemed) == (None, None, None)
    told = {"channel": "sms", "id": "1", "says": "taken", "opted_out": False, "taken_at": NOW, "fate": 1}
    with lived.store.write() as connection:
        connection.execute(receipt.insert().values(told))
        assert week(window_on(lived, connection), NOW).now.arrived == 0.0
        connection.execute(receipt.delete())


@pytest.mark.parametrize("analyzed", [False, True])
def test_no_rows_are_read(lived: EngineSide, *, analyzed: bool) -> None:
    """However many customers there are: all of it comes from counts and from stretches of indexes."""
    if analyzed:
        as_if_analyzed(lived.store)
    executed: dict[str, int] = {}

    def note(_connection: Any, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        executed[text] = len(values)

    with lived.store.read() as connection:
        window = window_on(lived, connection)
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            week(window, NOW)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
        found = {text: scans(connection, text, count) for text, count in executed.items()}
    assert len(found) > 6
    assert {text: lines for text, lines in found.items() if lines} == {}


def _plain(found: Brought) -> dict[str, Any]:
    return {
        "sent": found.sent, "entered": found.entered, "reached": found.reached, "ended": sum(found.ended.values()),
        "replies": found.replies, "optouts": found.optouts,
        "done": {who: sum(outcomes.values()) for who, outcomes in found.people.items()},
    }  # fmt: skip


def _told(connection: sa.Connection, side: EngineSide, days: range) -> dict[str, Any]:
    """The same, row by row."""

    def during(at: int | None) -> bool:
        return at is not None and ZONE.day(at) in days

    def number(column: sa.Column[Any], *these: sa.ColumnElement[bool]) -> int:
        return sum(map(during, connection.scalars(sa.select(column).where(*these))))

    done = connection.execute(sa.select(task.c.done_by, task.c.closed_at).where(task.c.status == 2))
    events = side.plan.tables.events
    return {
        "sent": number(message.c.sent_at),
        "entered": number(visit.c.at, visit.c.visit == 1),
        "reached": number(enrolment.c.goal_at, enrolment.c.visit > 0),
        "ended": number(visit.c.at, visit.c.state.is_(None)),
        "replies": number(events["replied"].c.at),
        "optouts": number(events["optout"].c.at),
        "done": dict(Counter(who for who, at in done if during(at))),
    }
