"""The check of a rule set: from parsed files to the model, or to everything that is wrong with them."""

from dsl.checks.always import check_always
from dsl.checks.birthdays import check_birthdays
from dsl.checks.card_numbers import check_card_numbers
from dsl.checks.days import check_days
from dsl.checks.empty_texts import check_empty_texts
from dsl.checks.expectations import check_expectations
from dsl.checks.flow import check_flow
from dsl.checks.hiding import check_hiding
from dsl.checks.lengths import check_lengths
from dsl.checks.limits import check_limits
from dsl.checks.links import check_links
from dsl.checks.loops import check_loops
from dsl.checks.never import check_never
from dsl.checks.policy_texts import check_policy_texts
from dsl.checks.shadows import check_shadows
from dsl.checks.style import check_style
from dsl.checks.tasks import check_tasks
from dsl.checks.tightness import check_tightness
from dsl.checks.unused import check_unused
from dsl.checks.variables import check_variables
from dsl.checks.windows import check_windows
from dsl.context import Context
from dsl.diagnostics import Diagnostic
from dsl.recheck import Checked, Pass, checked_by
from dsl.tree.statements import File

__all__ = ["Checked", "Context", "check"]

PASSES: tuple[Pass, ...] = (
    check_always,
    check_birthdays,
    check_card_numbers,
    check_days,
    check_empty_texts,
    check_expectations,
    check_flow,
    check_hiding,
    check_lengths,
    check_limits,
    check_links,
    check_loops,
    check_never,
    check_policy_texts,
    check_shadows,
    check_style,
    check_tasks,
    check_tightness,
    check_unused,
    check_variables,
    check_windows,
)
"""All checks there are, in no order that matters."""


def check(files: tuple[File, ...], context: Context, flaws: tuple[Diagnostic, ...] = ()) -> Checked:
    """Check files that have been parsed, as one rule set.

    `flaws` are what parsing them found. They are not repeated, but there is no model when one is an error, and
    names that stand on their lines do not count as unknown: the parser may have left their declaration out.
    """
    return checked_by(PASSES, files, context, flaws)
