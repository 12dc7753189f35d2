"""The change set is enough: looking at those who may behave differently does what looking at everybody does.

On rules and histories that nobody thought of. What is compared is the whole database, column by column.
"""

from collections.abc import Iterator
from datetime import UTC, timedelta
from functools import partial

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from dsl.model.model import Model
from dsl.syntax.load import parse_texts
from dsl.tree.statements import File
from engine.running.run import How, run
from tests.differential import model_in_scope
from tests.engine.test_differential import ZONES
from tests.engine_side import Dump, EngineSide, ms
from tests.oracle import history as h
from tests.strategies_histories import histories
from tests.strategies_lively import lively_rules
from tests.strategies_rules import rule_sets

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
bounded = partial(settings, deadline=None, suppress_health_check=SLOW)


def lively(text: str) -> tuple[Model, File]:
    """The model of a lively rule set, and its file."""
    (file,), flaws = parse_texts({"lively.rules": text})
    assert not flaws
    return model_in_scope(file), file


def assert_change_set_is_enough(model: Model, history: h.History, zone: str) -> None:
    """After every moment the database is the same whether everybody was looked at or not."""
    by_change, by_all = EngineSide(model, zone), EngineSide(model, zone, How(full=True))
    for moment in history:
        for side in (by_change, by_all):
            side.live(moment)
        same(by_all.dump(), by_change.dump(), f"after {moment.at}")


def assert_again_changes_nothing(model: Model, history: h.History, zone: str) -> None:
    """A run at the moment of the last one finds nothing to do, whether it looks at everybody or not."""
    side = EngineSide(model, zone)
    for moment in history:
        side.live(moment)
        before = side.dump()
        for full in (False, True):
            report = run(side.store, side.plan, side.permits, ms(moment.at), How(full=full))
            assert report.idle
            same(before, side.dump(), f"after {moment.at}, full={full}")


def assert_idle_runs_leave_no_trace(model: Model, history: h.History, zone: str) -> None:
    """Runs between the moments of a history for which nobody is due change nothing, now or later."""
    without, with_more = EngineSide(model, zone), EngineSide(model, zone)
    for moment, between in zip(history, _between(history), strict=True):
        for side in (without, with_more):
            side.live(moment)
        same(without.dump(), with_more.dump(), f"after {moment.at}")
        for instant in between:
            tried = run(with_more.store, with_more.plan, with_more.permits, instant, How(dry=True))
            if not tried.examined and tried.idle:  # a quota that begins anew is something to do
                event("an idle run between")
                run(with_more.store, with_more.plan, with_more.permits, instant)
                same(without.dump(), with_more.dump(), f"after an idle run at {instant}")


def same(expected: Dump, found: Dump, when: str) -> None:
    """AssertionError with the rows that only one of two databases has."""
    lines = []
    for name, rows in expected.items():
        lines += [f"only expected: {name} {row}" for row in rows if row not in found[name]]
        lines += [f"only found:    {name} {row}" for row in found[name] if row not in rows]
    if lines:
        raise AssertionError("\n".join([when, *lines]))


def _between(history: h.History) -> Iterator[list[int]]:
    """Instants between each moment and the next."""
    for moment, following in zip(history, (*history[1:], history[-1]), strict=True):
        stride = (following.at - moment.at) / 3
        yield [ms((moment.at + stride * n).astimezone(UTC)) for n in (1, 2) if stride > timedelta(0)]


@bounded(max_examples=6)
@given(lively_rules(), st.data())
def test_change_set_is_enough_for_lively_rules(text: str, data: st.DataObject) -> None:
    """Looking at the change set does to lively rules what looking at everybody does."""
    model, file = lively(text)
    assert_change_set_is_enough(model, data.draw(histories(file)), data.draw(st.sampled_from(ZONES)))


@bounded(max_examples=6)
@given(rule_sets(), st.data())
def test_change_set_is_enough_for_any_rules(file: File, data: st.DataObject) -> None:
    """Looking at the change set does to any rules what looking at everybody does."""
    zone = data.draw(st.sampled_from(ZONES))
    assert_change_set_is_enough(model_in_scope(file), data.draw(histories(file)), zone)


@bounded(max_examples=6)
@given(lively_rules(), st.data())
def test_a_second_run_at_one_moment_changes_nothing(text: str, data: st.DataObject) -> None:
    """No table differs after a second run, nor after one that looks at everybody."""
    model, file = lively(text)
    assert_again_changes_nothing(model, data.draw(histories(file)), data.draw(st.sampled_from(ZONES)))


@bounded(max_examples=6)
@given(lively_rules(doors=False), st.data())
def test_idle_runs_leave_no_trace(text: str, data: st.DataObject) -> None:
    """Who runs the engine more often gets the same.

    Not where `enter only at` lets in whoever qualifies when a run finds that it has fired: another run may find it.
    """
    model, file = lively(text)
    assert_idle_runs_leave_no_trace(model, data.draw(histories(file)), data.draw(st.sampled_from(ZONES)))
