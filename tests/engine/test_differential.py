"""The engine does what the reference interpreter does, row by row, on rules and histories that nobody thought of."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsl.syntax.load import parse_texts
from dsl.tree.statements import File
from engine.running.run import How
from tests.differential import compare, model_in_scope
from tests.strategies_histories import histories
from tests.strategies_lively import lively_rules
from tests.strategies_rules import rule_sets
from tests.strategies_watching import watching_rules

ZONES = ("Asia/Shanghai", "Asia/Shanghai", "Europe/Berlin", "America/New_York")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(lively_rules(), st.data())
def test_lively_rules(text: str, data: st.DataObject) -> None:
    """Journeys that send, wait, compete and start each other, in summer and winter time."""
    (file,), flaws = parse_texts({"lively.rules": text})
    assert not flaws
    model, zone = model_in_scope(file), data.draw(st.sampled_from(ZONES))
    how = How(full=data.draw(st.booleans()), batch=data.draw(st.sampled_from((1, 2, 10_000))))
    compare(model, data.draw(histories(file)), zone, how=how)


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(rule_sets(), st.data())
def test_any_rules(file: File, data: st.DataObject) -> None:
    """Every form of the language."""
    compare(model_in_scope(file), data.draw(histories(file)))


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(watching_rules(), st.data())
def test_rules_that_watch(text: str, data: st.DataObject) -> None:
    """Samples, pilots and messages that are stopped, whatever a run looks at.

    A message wanted because another was dropped comes in a later turn of the same transaction, so who is among the
    first depends on how many customers that takes.
    """
    (file,), flaws = parse_texts({"watching.rules": text})
    assert not flaws
    model, zone = model_in_scope(file, watching=True), data.draw(st.sampled_from(ZONES))
    history = data.draw(histories(file, foreseeing=True))
    compare(model, history, zone, how=How(full=data.draw(st.booleans())))
