"""Rule text to a model, for tests."""

from dsl.check import check
from dsl.context import Context
from dsl.diagnostics import has_errors
from dsl.load import parse_texts
from dsl.model import Model


def model_of(text: str, context: Context | None = None) -> Model:
    """The model of a rule set in one file; AssertionError with all errors when there are any."""
    files, problems = parse_texts({"test.rules": text})
    checked = check(files, context or Context())
    found = [item for item in (*problems, *checked.diagnostics) if has_errors([item])]
    if checked.model is None or found:
        raise AssertionError("\n".join(f"{item.span.line}: {item.slug}: {item.message}" for item in found))
    return checked.model
