"""Explanations agree with what the run did, on rules and histories that nobody thought of, and read no whole table."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsl.syntax.load import parse_texts
from engine.explaining.answers import Explanation, document
from engine.explaining.inquiry import Inquiry, inquire
from engine.explaining.outside import standings
from engine.explaining.verdicts import explain
from engine.storage.schema import consent
from engine.storage.symbols import load_symbols
from engine.views.window import Window
from tests.checked import model_of
from tests.differential import model_in_scope
from tests.engine_side import EngineSide, ms
from tests.oracle import history as h
from tests.strategies_histories import histories
from tests.strategies_lively import lively_rules
from tests.town import DAY, HOUR, RULES, START, as_if_analyzed, scans, town

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@contextmanager
def asking(side: EngineSide, customer: int, at: int) -> Iterator[Inquiry]:
    """An inquiry about a customer."""
    config: Any = None  # nothing that is asked here looks at it
    with side.store.read() as connection:
        symbols = load_symbols(connection)
        window = Window(connection, config, side.model, side.plan.tables, symbols, side.plan.world.zone, 1)
        yield inquire(window, side.plan, side.permits, customer, at)


def explained(side: EngineSide, customer: int, at: int) -> Explanation:
    """The whole explanation, which is a JSON document too."""
    with asking(side, customer, at) as inquiry:
        found = explain(inquiry, str(customer), side.plan.journeys)
        assert orjson.loads(orjson.dumps(document(found, inquiry.window)))["customer"] == str(customer)
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(lively_rules(), st.data())
def test_after_a_run_nothing_is_left_to_do(text: str, data: st.DataObject) -> None:
    """What the run left is explained as left: nobody is said to move or come in now, messages wait as they do."""
    (file,), _ = parse_texts({"lively.rules": text})
    model, history = model_in_scope(file), data.draw(histories(file))
    side = EngineSide(model, "Asia/Shanghai")
    for moment in history:
        side.live(moment)
    now = ms(history[-1].at)
    for customer in side.customers.values():
        for verdict in explained(side, customer, now).journeys:
            assert "the next run" not in verdict.verdict, verdict
            assert verdict.next is None or verdict.next > now
            for sent in verdict.messages:
                assert {"waiting": "waits", "held": "held"}.get(sent.status, sent.verdict) in sent.verdict
        explained(side, customer, ms(history[0].at))
        explained(side, customer, now + 40 * DAY)
    side.store.close()


@pytest.mark.parametrize("analyzed", [False, True])
def test_no_statement_of_an_explanation_reads_a_whole_table(*, analyzed: bool) -> None:
    """Whatever is asked of one customer is looked up, with statistics and without them."""
    side = town(model_of(RULES))
    with side.store.write() as connection:
        agreed = [{"customer": n, "policy": 0, "channel": 0, "given_at": START - DAY} for n in range(1, 50)]
        connection.execute(consent.insert(), agreed)
    for hours in (-3, 24 * 20):  # before the window opens, so that messages wait
        side.settle(h.Moment(datetime.fromtimestamp((START + hours * HOUR) / 1000, UTC)))
    if analyzed:
        as_if_analyzed(side.store)
    executed: dict[str, int] = {}

    def note(_connection: Any, _cursor: Any, text: str, values: Any, _context: Any, many: Any) -> None:
        if text.startswith(("SELECT", "INSERT", "WITH")):
            executed[text] = len(values[0] if many else values)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        for customer in range(1, 61):
            for days in (-10, 0, 30):
                explained(side, customer, START + (20 + days) * DAY)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    with side.store.read() as connection:
        found = {text: scans(connection, text, count) for text, count in executed.items()}
    side.store.close()
    assert {text: lines for text, lines in found.items() if lines} == {}
    assert len(found) > 30


def test_who_comes_in_by_time_alone_comes_in_then() -> None:
    """At the moment that is foretold `enter` holds; a millisecond before it does not."""
    side = town(model_of(RULES))
    side.settle(h.Moment(datetime.fromtimestamp(START / 1000, UTC)))
    foretold = 0
    for customer in range(1, 16):
        for verdict in explained(side, customer, START).journeys:
            if verdict.then != "`enter` holds, if nothing else happens" or verdict.next is None:
                continue
            foretold += 1
            journey = side.model.journeys[verdict.journey]
            for at, expected in ((verdict.next - 1, False), (verdict.next, True)):
                with asking(side, customer, at) as inquiry:
                    found = [one.enter.holds for one in standings(inquiry, journey).values() if one.enter]
                assert expected in found, (verdict, at)
    side.store.close()
    assert foretold > 10
