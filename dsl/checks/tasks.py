"""Tasks that nobody can finish, or that nobody has to finish."""

from collections.abc import Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.names.outline import states_of
from dsl.tree.journeys import Task
from dsl.wording import say


def check_tasks(subject: Subject) -> Iterator[Diagnostic]:
    """`task-without-outcome` and `task-without-deadline`."""
    for journey in subject.catalog.journeys.values():
        for _, state in states_of(journey):
            for item in state.items:
                if isinstance(item, Task):
                    yield from _task(item)


def _task(task: Task) -> Iterator[Diagnostic]:
    name = task.name.text
    if not task.outcomes:
        message = say("The task `{name}` has no outcome, so nobody can say how it went.", name=name)
        hint = say("Write at least one: `outcome done -> …`.")
        yield Diagnostic("task-without-outcome", "warning", task.name.span, message, hint)
    if task.due is None:
        message = say("The task `{name}` has no deadline.", name=name)
        yield Diagnostic(
            "task-without-deadline", "warning", task.name.span, message, say("Write `due 2 days`.")
        )
