"""Checks of a whole rule set, one module per family. `PASSES` runs them all, in no order that matters."""

from collections.abc import Callable, Iterable

from dsl.checks.days import check_days
from dsl.checks.flow import check_flow
from dsl.checks.hiding import check_hiding
from dsl.checks.later import check_later
from dsl.checks.lengths import check_lengths
from dsl.checks.loops import check_loops
from dsl.checks.never import check_never
from dsl.checks.policy_texts import check_policy_texts
from dsl.checks.shadows import check_shadows
from dsl.checks.style import check_style
from dsl.checks.subject import Subject
from dsl.checks.tasks import check_tasks
from dsl.checks.tightness import check_tightness
from dsl.checks.unused import check_unused
from dsl.checks.variables import check_variables
from dsl.checks.windows import check_windows
from dsl.diagnostics import Diagnostic

Pass = Callable[[Subject], Iterable[Diagnostic]]

PASSES: tuple[Pass, ...] = (
    check_days,
    check_flow,
    check_hiding,
    check_later,
    check_lengths,
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

__all__ = ["PASSES", "Pass", "Subject"]
