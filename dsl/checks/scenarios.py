"""What scenarios name: customers' fields, events, messages, states and tasks must exist, and values fit."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.conditions import TEXT, Type
from dsl.model.journeys import Task
from dsl.model.model import Field
from dsl.names.outline import Outline
from dsl.report import Report, hint_for
from dsl.resolve import Definitions, Scope, assigned
from dsl.tree.expressions import Name
from dsl.tree.journeys import Pair
from dsl.tree.scenarios import (
    Act,
    Approve,
    At,
    Change,
    Expectation,
    ExpectEnded,
    ExpectGranted,
    ExpectSent,
    ExpectState,
    ExpectTask,
    ExpectWaiting,
    Fail,
    Finish,
    Given,
    Happens,
    Step,
    Until,
)
from dsl.wording import Phrase, say


def check_scenarios(subject: Subject) -> Iterator[Diagnostic]:
    """`unknown-name` and `type-mismatch` inside scenarios."""
    stage = _stage(subject)
    for scenario in subject.catalog.scenarios:
        for step in scenario.steps:
            _check_step(step, stage)
    yield from stage.scope.report.found


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the steps of scenarios can name. `tasks` map outcomes and questions by the task's name."""

    scope: Scope
    channels: Collection[str]
    outcomes: Collection[str]
    states: Collection[str]
    tasks: Mapping[str, tuple[Task, ...]]

    def known(self, kind: Phrase, name: Name, names: Collection[str]) -> bool:
        """Whether a name is one of these; else it is reported."""
        if name.text not in names:
            self.scope.report.unknown(kind, name, names)
        return name.text in names


def _stage(subject: Subject) -> _Stage:
    outlines = subject.catalog.outlines.values()
    tasks: dict[str, tuple[Task, ...]] = {}
    for journey in subject.model.journeys.values():
        for action in (action for state in journey.states for action in state.actions):
            if isinstance(action, Task):
                tasks[action.task] = (*tasks.get(action.task, ()), action)
    return _Stage(
        scope=Scope(subject.catalog, Report(), Definitions(subject.catalog, Report())),
        channels=subject.context.channels,
        outcomes=sorted({outcome for one in outlines for outcome in one.outcomes}),
        states=frozenset(name for one in outlines for name in _state_names(one)),
        tasks=tasks,
    )


def _state_names(outline: Outline) -> Iterator[str]:
    """Every way to name a state or a stage of a journey: `thanks`, `care.thanks`, `win_back.care.thanks`."""
    for full in (*outline.states, *outline.stages):
        yield full
        yield full.rpartition(".")[2]
        yield f"{outline.name}.{full}"


def _check_step(step: Step, stage: _Stage) -> None:
    match step:
        case Given():
            _given(step, stage)
        case At(does=Expectation() as expected) | Until(expects=expected):
            _check_expectation(expected, stage)
        case At(does=Act() as act):
            _check_act(act, stage)


def _given(step: Given, stage: _Stage) -> None:
    catalog, kind = stage.scope.catalog, step.kind
    if step.at is not None:
        _event(kind, step.values, stage)
    elif kind.text == "customer":
        _check_pairs(step.values, {"id": TEXT, **catalog.customer}, say("The customer"), stage)
    elif stage.known(say("record"), kind, ("customer", *catalog.records)):
        types = {"id": TEXT, **_types(catalog.records[kind.text].fields)}
        _check_pairs(step.values, types, say("The record `{name}`", name=kind.text), stage)


def _check_act(act: Act, stage: _Stage) -> None:
    catalog = stage.scope.catalog
    match act:
        case Happens(event=event, values=values):
            _event(event, values, stage)
        case Change():
            _change(act, stage)
        case Finish():
            _finish(act, stage)
        case Approve(what=what):
            stage.known(say("benefit or message"), what, (*catalog.benefits, *catalog.messages))
        case Fail(channel=channel):
            stage.known(say("channel"), channel, stage.channels)


def _check_expectation(expected: Expectation, stage: _Stage) -> None:
    catalog = stage.scope.catalog
    match expected:
        case ExpectSent(message=message, via=via):
            stage.known(say("message"), message, catalog.messages)
            if via is not None:
                stage.known(say("channel"), via, stage.channels)
        case ExpectWaiting(message=message):
            stage.known(say("message"), message, catalog.messages)
        case ExpectState(parts=parts):
            text = ".".join(part.text for part in parts)
            stage.known(say("state"), Name(text, span=parts[0].span.to(parts[-1].span)), stage.states)
        case ExpectEnded(outcome=outcome):
            text = say("No journey ends as `{name}`.", name=outcome.text)
            _among(outcome, stage.outcomes, text, stage)
        case ExpectTask(task=task):
            stage.known(say("task"), task, stage.tasks)
        case ExpectGranted(benefit=benefit):
            stage.known(say("benefit"), benefit, catalog.benefits)


def _event(name: Name, values: tuple[Pair, ...], stage: _Stage) -> None:
    events = stage.scope.catalog.events
    if stage.known(say("event"), name, events):
        types = _types(events[name.text].fields)
        _check_pairs(values, types, say("The event `{name}`", name=name.text), stage)


def _change(act: Change, stage: _Stage) -> None:
    """`set tier = vip`, or `set bill.paid = true` of a record."""
    catalog, name = stage.scope.catalog, act.parts[-1]
    types, owner = catalog.customer, say("The customer")
    if len(act.parts) > 1:
        record = act.parts[0]
        if not stage.known(say("record"), record, catalog.records):
            return
        types, owner = (
            _types(catalog.records[record.text].fields),
            say("The record `{name}`", name=record.text),
        )
    _check_pairs((Pair(name, act.value, span=name.span),), types, owner, stage)


def _finish(act: Finish, stage: _Stage) -> None:
    """`finish phone as interested { reason: convenience }`: questions of the task or attributes."""
    if not stage.known(say("task"), act.task, stage.tasks):
        return
    tasks = stage.tasks[act.task.text]
    outcomes = dict.fromkeys(word for task in tasks for word in task.outcomes)
    message = say("The task `{task}` has no outcome `{name}`.", task=act.task.text, name=act.outcome.text)
    _among(act.outcome, outcomes, message, stage)
    asked = {ask.name: ask.type for task in tasks for ask in task.asks}
    types = {**stage.scope.catalog.customer, **asked}
    _check_pairs(act.values, types, say("The task `{name}`", name=act.task.text), stage)


def _among(name: Name, names: Collection[str], message: Phrase, stage: _Stage) -> None:
    if name.text not in names:
        stage.scope.report.error("unknown-name", name.span, message, hint_for(name.text, tuple(names)))


def _check_pairs(pairs: Iterable[Pair], types: Mapping[str, Type], owner: Phrase, stage: _Stage) -> None:
    for pair in pairs:
        name = pair.name
        if name.text in types:
            assigned(pair.value, types[name.text], name.text, stage.scope)
        else:
            message = say("{owner} has no `{name}`.", owner=owner, name=name.text)
            stage.scope.report.error("unknown-name", name.span, message, hint_for(name.text, tuple(types)))


def _types(fields: Iterable[Field]) -> dict[str, Type]:
    return {field.name: field.type for field in fields}
