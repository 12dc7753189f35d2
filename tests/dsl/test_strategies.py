"""The generated rule sets and histories that other tests rely on."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsl.check import check
from dsl.context import Context
from dsl.diagnostics import has_errors
from dsl.printing.printer import print_file
from dsl.source import Source
from dsl.syntax.parse import parse
from dsl.tree.statements import File
from tests.oracle.history import History
from tests.strategies_histories import histories
from tests.strategies_rules import rule_sets

LARGE = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@LARGE
@given(rule_sets())
def test_generated_rule_sets_are_valid(file: File) -> None:
    """A generated rule set has no errors, and is read as it was made."""
    read, problems = parse(Source("a.rules", print_file(file)))
    assert not problems
    assert read == file
    checked = check((read,), Context())
    assert not has_errors(checked.diagnostics)
    assert checked.model is not None


@LARGE
@given(rule_sets().flatmap(lambda file: st.tuples(st.just(file), histories(file))))
def test_generated_histories_run_forward(made: tuple[File, History]) -> None:
    """The moments of a history follow each other, the customers being known from the first."""
    _, history = made
    assert all(one.at < other.at for one, other in pairwise(history))
    assert any(type(step).__name__ == "Known" for step in history[0].steps)
