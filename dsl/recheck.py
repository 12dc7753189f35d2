"""A rule set that has passed the whole check once, made a model again in half the time.

What it says has not changed since, only what surrounds it may have: variables and channels are looked up again.
`dsl.check` does the whole check by the same steps.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dsl.causes import by_cause
from dsl.checks.subject import Subject
from dsl.checks.variables import check_variables
from dsl.context import Context
from dsl.diagnostics import Diagnostic, has_errors
from dsl.lowering.lower import lower
from dsl.model.model import Model
from dsl.names.catalog import collect
from dsl.report import Report
from dsl.resolve import Definitions
from dsl.silence import heard, independent, misspelt
from dsl.syntax.titles import with_names
from dsl.tree.statements import File

Pass = Callable[[Subject], Iterable[Diagnostic]]
"""A check of a whole rule set."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`model` is None when there are errors. The diagnostics are in the order of `dsl.causes.by_cause`."""

    model: Model | None
    diagnostics: tuple[Diagnostic, ...]


def recheck(files: tuple[File, ...], context: Context, flaws: tuple[Diagnostic, ...] = ()) -> Checked:
    """The model of files that `check` found no error in, unless what surrounds them does not fit any more."""
    return checked_by((check_variables,), files, context, flaws)


def checked_by(
    passes: Iterable[Pass], files: tuple[File, ...], context: Context, flaws: tuple[Diagnostic, ...]
) -> Checked:
    """Make a model, and look at it by these passes."""
    report = Report()
    catalog = collect(files, report)
    definitions = Definitions(catalog, report)
    draft = lower(catalog, context, definitions, report)
    subject = Subject(files, catalog, context, draft, frozenset(definitions.used))
    for one in passes:
        for finding in one(subject):
            report.add(finding)
    found = with_names(independent(report.found, flaws, files), files)
    diagnostics = by_cause((*heard(found, files), *misspelt(files)), files, catalog)
    return Checked(None if has_errors((*flaws, *diagnostics)) else draft, diagnostics)
