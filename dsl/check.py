"""The check of a rule set: from parsed files to the model, or to everything that is wrong with them."""

from dataclasses import dataclass

from dsl.checks import PASSES, Subject
from dsl.context import Context
from dsl.diagnostics import Diagnostic, has_errors
from dsl.lowering.lower import lower
from dsl.model.model import Model
from dsl.names.catalog import collect
from dsl.report import Report
from dsl.resolve import Definitions
from dsl.silence import heard, independent
from dsl.tree.statements import File

__all__ = ["Checked", "Context", "check"]


@dataclass(frozen=True, slots=True)
class Checked:
    """`model` is None when there are errors. The diagnostics are sorted by file and place."""

    model: Model | None
    diagnostics: tuple[Diagnostic, ...]


def check(files: tuple[File, ...], context: Context, flaws: tuple[Diagnostic, ...] = ()) -> Checked:
    """Check files that have been parsed, as one rule set.

    `flaws` are what parsing them found. They are not repeated, but there is no model when one is an error, and
    names that stand on their lines do not count as unknown: the parser may have left their declaration out.
    """
    report = Report()
    catalog = collect(files, report)
    definitions = Definitions(catalog, report)
    draft = lower(catalog, context, definitions, report)
    subject = Subject(files, catalog, context, draft, frozenset(definitions.used))
    for one in PASSES:
        for finding in one(subject):
            report.add(finding)
    diagnostics = tuple(sorted(heard(independent(report.found, flaws), files), key=_place))
    return Checked(None if has_errors((*flaws, *diagnostics)) else draft, diagnostics)


def _place(item: Diagnostic) -> tuple[str, int, int, str]:
    return item.span.source.name, item.span.start, item.span.end, item.slug
