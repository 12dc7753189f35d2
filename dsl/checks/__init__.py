"""Checks of a whole rule set, one module per family. `PASSES` runs them all, in no order that matters."""

from collections.abc import Callable, Iterable

from dsl.checks.days import check_days
from dsl.checks.flow import check_flow
from dsl.checks.hiding import check_hiding
from dsl.checks.later import check_later
from dsl.checks.lengths import check_lengths
from dsl.checks.loops import check_loops
from dsl.checks.policy_texts import check_policy_texts
from dsl.checks.style import check_style
from dsl.checks.subject import Subject
from dsl.checks.tasks import check_tasks
from dsl.checks.unused import check_unused
from dsl.checks.variables import check_variables
from dsl.diagnostics import Diagnostic

Pass = Callable[[Subject], Iterable[Diagnostic]]

PASSES: tuple[Pass, ...] = (
    check_days,
    check_flow,
    check_hiding,
    check_later,
    check_lengths,
    check_loops,
    check_policy_texts,
    check_style,
    check_tasks,
    check_unused,
    check_variables,
)

__all__ = ["PASSES", "Pass", "Subject"]
