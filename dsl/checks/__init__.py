"""Checks of a whole rule set, one module per family. `PASSES` runs them all, in no order that matters."""

from collections.abc import Callable, Iterable

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic

Pass = Callable[[Subject], Iterable[Diagnostic]]

PASSES: tuple[Pass, ...] = ()

__all__ = ["PASSES", "Pass", "Subject"]
