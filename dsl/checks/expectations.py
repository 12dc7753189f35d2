"""Scenarios that cannot fail, since they say nothing of what should come of the rules."""

from collections.abc import Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.tree.scenarios import At, Expectation, Step, Until
from dsl.wording import say


def check_expectations(subject: Subject) -> Iterator[Diagnostic]:
    """`no-expectation`."""
    for item in subject.catalog.scenarios:
        if not any(_expects(step) for step in item.steps):
            message = say("This scenario expects nothing: it passes whatever the rules do.")
            hint = say(
                "Say what should come of it: `at 2026-03-02 10:00 expect state …`, or `expect nothing`."
            )
            yield Diagnostic("no-expectation", "warning", item.title.span, message, hint)


def _expects(step: Step) -> bool:
    return isinstance(step, Until) or (isinstance(step, At) and isinstance(step.does, Expectation))
