"""Tasks of a state: script, fields to ask for, outcomes."""

from dsl.lowering.messages import TASK
from dsl.model.conditions import Type
from dsl.model.journeys import Ask, Task
from dsl.model.type_words import type_words
from dsl.names.catalog import declared_type, titles_of, unique
from dsl.resolve import Scope
from dsl.tree.journeys import Ask as AskDecl
from dsl.tree.journeys import Task as TaskDecl
from dsl.wording import say


def lower_task(item: TaskDecl, number: int, scope: Scope) -> Task:
    """A task with everything it names checked. Where its outcomes lead is among the transitions."""
    _check_script(item, scope)
    unique((ask.name for ask in item.asks), say("question"), scope.report)
    outcomes = unique((outcome.name for outcome in item.outcomes), say("outcome"), scope.report)
    return Task(
        number,
        task=item.name.text,
        title=item.title or item.name.text,
        role=item.role.text if item.role else None,
        due=item.due,
        script=item.script.text if item.script else None,
        asks=tuple(_ask(ask, scope) for ask in item.asks),
        outcomes=tuple(outcomes),
        titles=titles_of(item.outcomes),
        span=item.span,
    )


def _check_script(item: TaskDecl, scope: Scope) -> None:
    if item.script is None:
        return
    message = scope.catalog.messages.get(item.script.text)
    if message is None:
        scope.report.unknown(say("message"), item.script, scope.catalog.messages)
    elif all(variant.channel.text != TASK for variant in message.variants):
        text = say("The message `{message}` has no text for a task.", message=item.script.text)
        hint = say('Write one into it: `task: "…"`.')
        scope.report.error("missing-channel", item.script.span, text, hint, (message.name.span,))


def _ask(ask: AskDecl, scope: Scope) -> Ask:
    kind = declared_type(ask.type, scope.report)
    declared = scope.catalog.customer.get(ask.name.text)
    if declared is not None and not _fits(kind, declared):
        text = say(
            "`{name}` is asked for as {asked}, but declared as {declared} for the customer.",
            name=ask.name.text,
            asked=type_words(kind),
            declared=type_words(declared),
        )
        hint = say("Ask for the declared type, or give the question another name.")
        scope.report.error("type-mismatch", ask.type.span, text, hint)
    return Ask(
        ask.name.text,
        kind,
        attribute=declared is not None,
        title=ask.title or "",
        choices=titles_of(ask.type.choices),
    )


def _fits(asked: Type, declared: Type) -> bool:
    return asked.kind == declared.kind and set(asked.choices) <= set(declared.choices)
