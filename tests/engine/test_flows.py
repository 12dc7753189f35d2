"""How many moved where on a day: counted as they move, the same as the trail tells."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from engine.config import Config
from engine.storage.flow_tables import flow
from engine.storage.schema import WATCHED, enrolment, visit
from engine.views.deliveries import lanes
from engine.views.flows import flows, history, standing
from engine.views.goals import Conversion, Group, conversion
from engine.views.loop import loop
from engine.views.passages import running
from engine.views.stays import Stayed, Usual, usual_of
from engine.views.window import Window
from tests.checked import model_of
from tests.engine_side import EngineSide
from tests.oracle import history as h
from tests.town import HOUR, RULES, START, ZONE, as_if_analyzed, town

NOW = START + 24 * 70 * HOUR


@pytest.fixture(scope="module")
def lived() -> EngineSide:
    """The town after ten weeks."""
    side = town(model_of(RULES))
    for hour in range(0, 24 * 70 + 1, 12):
        side.settle(h.Moment(datetime.fromtimestamp((START + hour * HOUR) / 1000, UTC)))
    return side


def window_on(side: EngineSide, connection: sa.Connection) -> Window:
    """A look at it."""
    return Window(
        connection, Config("Homing"), side.model, side.plan.tables, side.plan.world.symbols, ZONE, 1
    )


def test_counts_say_what_the_trail_says(lived: EngineSide) -> None:
    """Every entry, move and end of every day is counted once, held-out customers too, and live counts follow."""
    with lived.store.read() as connection:
        window = window_on(lived, connection)
        key = [column.name for column in flow.primary_key.columns][:5]
        counted = Counter[tuple[Any, ...]]()
        for row in connection.execute(sa.select(flow)):
            counted[tuple(getattr(row, name) for name in key)] += row.number
        assert counted == _told(connection)
        moved, there = flows(window), standing(connection, window.symbols)
        for journey, moves in moved.items():
            came, left = Counter[str](), Counter[str]()
            for one in moves:
                came.update({one.target: one.number} if one.target else {})
                left.update({one.source: one.number} if one.source else {})
            assert +(came - left) == Counter(there.get(journey, {}))
        _follow(window)


def test_counting_reads_indexes_alone(lived: EngineSide) -> None:
    """However many there are, what counts customers and messages reads no row of theirs, with statistics or not."""
    executed: list[str] = []
    for analyzed in (False, True):
        if analyzed:
            as_if_analyzed(lived.store)
        with lived.store.read() as connection:
            window = window_on(lived, connection)
            with noted(executed):
                standing(connection, window.symbols)
                lanes(window, NOW)
                running(window, NOW)
            plans = [line[3] for text in executed for line in explained(connection, text)]
        assert len(plans) > 20
        counted = [line for line in plans if line.startswith(("SCAN enrolment", "SCAN message"))]
        assert [line for line in counted if "COVERING INDEX" not in line] == []
        executed.clear()


@contextmanager
def noted(executed: list[str]) -> Iterator[None]:
    """Note what is asked."""

    def note(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        executed.append(text)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def explained(connection: sa.Connection, text: str) -> list[Any]:
    """The plan of a query."""
    return list(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (1,) * text.count("?")))


def _told(connection: sa.Connection) -> Counter[tuple[Any, ...]]:
    """The same from the rows of customers."""
    found = Counter[tuple[Any, ...]]()
    before: dict[tuple[int, ...], int] = {}
    rows = connection.execute(sa.select(visit).order_by(*visit.primary_key.columns))
    for row in rows:
        source = before.get((*row[:4], row.visit - 1), 0)
        before[*row[:4], row.visit] = row.state
        found[ZONE.day(row.at), row.journey, source, row.state or 0, row.outcome or 0] += 1
    for row in connection.execute(sa.select(enrolment).where(enrolment.c.visit == 0)):
        found[ZONE.day(row.entered_at), row.journey, 0, 0, 0] += 1
    return found


def _follow(window: Window) -> None:
    """The loop ends with what is, and the goal counts those whose time is over, of both groups."""
    for course in loop(window, standing(window.connection, window.symbols), NOW):
        assert course.whole.days[-1] == course.whole.number
        assert not course.stages or course.whole.number == sum(one.number for one in course.stages)
    journey = window.model.journeys["win_back"]
    found = conversion(window, journey, NOW)
    rows = window.connection.execute(
        sa.select(enrolment).where(enrolment.c.journey == window.symbols.known("journey", "win_back"))
    ).all()
    over = [row for row in rows if ZONE.day(row.entered_at) < ZONE.day(NOW) - 60]
    assert found is not None
    assert found.held_out.number == sum(row.visit == 0 for row in over) > 0
    assert found.treated.number == sum(row.visit > 0 for row in over)
    assert found.treated.reached == sum(row.visit > 0 and row.goal_at is not None for row in over) > 0
    assert WATCHED not in {row.status for row in over}


def test_days_are_told_from_the_last_one_backwards() -> None:
    """Who came on a day was there at its end; who was erased since leaves nobody less than nobody."""
    assert history(5, (1, 2, 0), (0, 1, 3)) == (7, 8, 5)
    assert history(0, (0, 4), (0, 0)) == (0, 0)


def test_a_lift_is_told_with_its_interval() -> None:
    """Newcombe's example of two shares: 56 of 70 and 48 of 80 differ by 0.2, between 0.0524 and 0.3339."""
    lift = Conversion(Group(70, 56), Group(80, 48)).lift
    assert lift is not None
    assert [round(one, 4) for one in lift] == [0.2, 0.0524, 0.3339]
    assert Conversion(Group(70, 56), Group(0, 0)).lift is None


def test_who_is_there_still_counts_in_how_long_people_stay() -> None:
    """Within which time nearly all leave is not said by the few who left early, nor by too few."""
    left = [Stayed(day, over=True) for day in range(1, 101)]
    assert usual_of(left) == Usual(95, 100, 0)
    assert usual_of([*left, Stayed(200, over=False)]) == Usual(96, 100, 1)
    assert usual_of([*left, *[Stayed(200, over=False)] * 50]) is None
    assert usual_of(left[:19]) is None
