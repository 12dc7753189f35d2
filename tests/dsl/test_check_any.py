"""Whatever a rule set says, the check answers."""

from hypothesis import given, settings

from dsl.check import Context, check
from dsl.diagnostics import has_errors
from dsl.tree.statements import File
from tests.strategies import files


@settings(max_examples=60, deadline=None)
@given(files())
def test_any_tree_is_checked_without_failing(file: File) -> None:
    """Trees that the parser could give, sense or nonsense, end in a model or in errors, never in a failure."""
    found = check((file,), Context())
    assert (found.model is None) == has_errors(found.diagnostics)
