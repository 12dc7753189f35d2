"""The check of a rule set: from parsed files to the model, or to everything that is wrong with them."""

from dataclasses import dataclass

from dsl.catalog import collect
from dsl.checks import PASSES, Subject
from dsl.context import Context
from dsl.diagnostics import Diagnostic, has_errors
from dsl.lower import lower
from dsl.model import Model
from dsl.report import Report
from dsl.resolve import Definitions
from dsl.silence import heard
from dsl.tree import File

__all__ = ["Checked", "Context", "check"]


@dataclass(frozen=True, slots=True)
class Checked:
    """`model` is None when there are errors. The diagnostics are sorted by file and place."""

    model: Model | None
    diagnostics: tuple[Diagnostic, ...]


def check(files: tuple[File, ...], context: Context) -> Checked:
    """Check files that have been parsed, as one rule set."""
    report = Report()
    catalog = collect(files, report)
    definitions = Definitions(catalog, report)
    draft = lower(catalog, context, definitions, report)
    subject = Subject(files, catalog, context, draft, frozenset(definitions.used))
    for one in PASSES:
        for finding in one(subject):
            report.add(finding)
    diagnostics = tuple(sorted(heard(report.found, files), key=_place))
    return Checked(None if has_errors(diagnostics) else draft, diagnostics)


def _place(item: Diagnostic) -> tuple[str, int, int, str]:
    return item.span.source.name, item.span.start, item.span.end, item.slug
