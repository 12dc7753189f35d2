"""The statements of a run look rows up: none reads a whole table of customers' data, nor any table for every row."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.checked import model_of
from tests.engine_side import EngineSide
from tests.oracle import history as h
from tests.town import HOUR, RULES, START, as_if_analyzed, as_if_analyzed_empty, scans, town


@pytest.mark.parametrize("analyzed", [None, 0, 10_000, 1_000_000])
def test_no_statement_of_a_turn_reads_a_whole_table(analyzed: int | None) -> None:
    """With statistics, without, with those of a young or empty project: tables of customers are only searched."""
    side = town(model_of(RULES))
    if analyzed == 0:
        as_if_analyzed_empty(side.store)
    elif analyzed:
        as_if_analyzed(side.store, analyzed)
    executed = statements_of(side)
    everybody = [side.plan._statements.get(key) for key in (("batch", True), ("look at everybody",))]
    whole = {statement.text for statement in everybody if statement is not None}
    with side.store.read() as connection:
        found = {
            text: scans(connection, text, count) for text, count in executed.items() if text not in whole
        }
    side.store.close()
    assert {text: lines for text, lines in found.items() if lines} == {}
    assert len(found) > 150


def statements_of(side: EngineSide) -> dict[str, int]:
    """The statements of some weeks of turns, each with the number of its parameters."""
    executed: dict[str, int] = {}

    def note(_connection: Any, _cursor: Any, text: str, values: Any, _context: Any, many: Any) -> None:
        if text.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            executed[text] = len(values[0] if many else values)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        for hour in range(0, 24 * 40, 11):
            at = datetime.fromtimestamp((START + hour * HOUR) / 1000, UTC)
            side.settle(h.Moment(at))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return executed
