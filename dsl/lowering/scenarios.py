"""Scenarios: what they name must exist, and the values they give must fit. What they use counts as used by nobody."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import singledispatch

from dsl.context import Context
from dsl.lowering.singles import report_repeats
from dsl.model import scenarios as m
from dsl.model.conditions import Cond, Type
from dsl.model.journeys import Task
from dsl.model.model import Field, Model
from dsl.names.catalog import Catalog
from dsl.names.outline import Outline
from dsl.report import Report, hint_for
from dsl.resolve import Definitions, Scope, assigned, condition
from dsl.resolve.core import Broken
from dsl.source import Span
from dsl.tree import scenarios as tree
from dsl.tree.expressions import Name, Node, Ref, Text
from dsl.tree.journeys import Pair
from dsl.wording import Phrase, say

_STEPS: Mapping[str, str] = {
    "sent": "expect sent hello",
    "delivered": "receipt hello as delivered",
    "failed": "receipt hello as failed",
    "task_done": "finish call as done",
}
"""What brings about, or asks about, the events that only the engine records."""

SOMEBODY = "C1"
"""Who is meant where a scenario gives no customer an id."""


def lower_scenarios(
    catalog: Catalog, model: Model, context: Context, report: Report
) -> tuple[m.Scenario, ...]:
    """The scenarios of a rule set, whose other parts are in `model` already."""
    stage = _stage(catalog, model, context)
    found = tuple(_scenario(item, stage) for item in catalog.scenarios)
    for finding in stage.scope.report.found:
        report.add(finding)
    return found


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the steps of scenarios can name. `tasks`: every task of a name."""

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

    def among(self, name: Name, names: Collection[str], message: Phrase) -> None:
        """Report a name that is none of these, in words of its own."""
        if name.text not in names:
            self.scope.report.error("unknown-name", name.span, message, hint_for(name.text, tuple(names)))


def _stage(catalog: Catalog, model: Model, context: Context) -> _Stage:
    outlines = catalog.outlines.values()
    tasks: dict[str, tuple[Task, ...]] = {}
    for journey in model.journeys.values():
        for action in (action for state in journey.states for action in state.actions):
            if isinstance(action, Task):
                tasks[action.task] = (*tasks.get(action.task, ()), action)
    return _Stage(
        scope=Scope(catalog, Report(), Definitions(catalog, Report())),
        channels=context.channels,
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


def _scenario(item: tree.ScenarioDecl, stage: _Stage) -> m.Scenario:
    report_repeats(
        item.steps, lambda step: "from" if isinstance(step, tree.From) else None, stage.scope.report
    )
    _report_twins(item, stage.scope.report)
    cast = _Cast(stage, _people(item))
    givens = tuple(cast.given(step) for step in item.steps if isinstance(step, tree.Given))
    steps = sorted(
        (cast.step(step) for step in item.steps if isinstance(step, tree.At | tree.Until)),
        key=lambda step: step.at,
    )
    times = [step.at for step in item.steps if isinstance(step, tree.From)]
    times += [step.at for step in steps]
    times += [given.at for given in givens if given.at is not None]
    return m.Scenario(item.title.value, times[0] if times else None, givens, tuple(steps), span=item.span)


def _people(item: tree.ScenarioDecl) -> dict[str, m.Who]:
    """Who can be told apart: customers, the first one first, and records with their owners."""
    givens = [step for step in item.steps if isinstance(step, tree.Given) and step.at is None]
    customers = [_id(step) or SOMEBODY for step in givens if step.kind.text == "customer"] or [SOMEBODY]
    people = {name: m.Who(name) for name in customers}
    for step in givens:
        record = _id(step)
        if step.kind.text != "customer" and record is not None:
            owner = customers[0] if step.who is None else step.who.value
            people.setdefault(record, m.Who(owner, record))
    return people


def _report_twins(item: tree.ScenarioDecl, report: Report) -> None:
    """Report customers and records that have the id of another one, so that nobody could tell which is meant."""
    first: dict[str, Span] = {}
    for step in item.steps:
        if not isinstance(step, tree.Given) or step.at is not None:
            continue
        written = _id_text(step)
        name = (
            (SOMEBODY if step.kind.text == "customer" else step.kind.text)
            if written is None
            else written.value
        )
        span = step.kind.span if written is None else written.span
        if name in first:
            message = say(
                "There is already somebody or something with the id `{name}` in this scenario.", name=name
            )
            report.twice(span, first[name], message, say('Give each an id of its own: `id: "C2"`.'))
        first.setdefault(name, span)


def _id(step: tree.Given) -> str | None:
    written = _id_text(step)
    return None if written is None else written.value


def _id_text(step: tree.Given) -> Text | None:
    return next(
        (pair.value for pair in step.values if pair.name.text == "id" and isinstance(pair.value, Text)), None
    )


@dataclass(frozen=True, slots=True)
class _Cast:
    """One scenario and who plays in it."""

    stage: _Stage
    people: Mapping[str, m.Who]

    def who(self, said: Text | None) -> m.Who:
        """Whom a step is about; the first customer when it does not say."""
        if said is None:
            return next(iter(self.people.values()))
        name = Name(said.value, span=said.span)
        message = say("Nobody and nothing in this scenario has the id `{name}`.", name=said.value)
        self.stage.among(name, self.people, message)
        return self.people.get(said.value, m.Who(said.value))

    def given(self, step: tree.Given) -> m.Given:
        """Something known before."""
        catalog, kind, stage = self.stage.scope.catalog, step.kind, self.stage
        if step.at is not None:
            values = _event(kind, step.values, stage)
            return m.Given("event", kind.text, self.who(step.who), values, None, step.at, span=step.span)
        own = tuple(pair for pair in step.values if pair.name.text != "id")
        if kind.text == "customer":
            values = _values(own, catalog.customer, say("The customer"), stage)
            return m.Given("customer", "customer", m.Who(_id(step) or SOMEBODY), values, span=step.span)
        values = ()
        if stage.known(say("record"), kind, ("customer", *catalog.records)):
            owner = say("The record `{name}`", name=kind.text)
            values = _values(own, _types(catalog.records[kind.text].fields), owner, stage)
        record = _id(step) or kind.text
        return m.Given("record", kind.text, self.who(step.who), values, record, span=step.span)

    def step(self, step: tree.At | tree.Until) -> m.Step:
        """Something that happens, or is expected."""
        what = step.expects if isinstance(step, tree.Until) else step.does
        until = isinstance(step, tree.Until)
        return m.Step(step.at, self.who(step.who), _done(what, self.stage), until, span=step.span)


@singledispatch
def _done(what: tree.Act | tree.Expectation, stage: _Stage) -> m.Act | m.Expectation:
    """What a step does or expects."""
    raise NotImplementedError(type(what).__name__, stage)


@_done.register
def _(what: tree.Happens, stage: _Stage) -> m.Happens | m.Receipt:
    """What became of a message is told by its gateway, also where it is written as an event."""
    match what:
        case tree.Happens(
            Name("delivered" | "failed" as says), (Pair(Name("message"), Text(message) as text),)
        ):
            stage.known(say("message"), Name(message, span=text.span), stage.scope.catalog.messages)
            return m.Receipt(message, says)
    return m.Happens(what.event.text, _event(what.event, what.values, stage))


@_done.register
def _(what: tree.Change, stage: _Stage) -> m.Change:
    """`set tier = vip`, or `set bill.paid = true` of a record."""
    catalog, name = stage.scope.catalog, what.parts[-1]
    pair = Pair(name, what.value, span=name.span)
    if len(what.parts) == 1:
        return m.Change(None, name.text, _value(pair, catalog.customer, say("The customer"), stage))
    kind = what.parts[0]
    if not stage.known(say("record"), kind, catalog.records):
        return m.Change(kind.text, name.text, Broken(span=what.span))
    types, owner = _types(catalog.records[kind.text].fields), say("The record `{name}`", name=kind.text)
    return m.Change(kind.text, name.text, _value(pair, types, owner, stage))


@_done.register
def _(what: tree.Reply, stage: _Stage) -> m.Reply:
    del stage
    return m.Reply(what.text.value)


@_done.register
def _(what: tree.Finish, stage: _Stage) -> m.Finish:
    """`finish phone as interested { reason: convenience }`: questions of the task or attributes."""
    tasks = stage.tasks.get(what.task.text, ())
    if stage.known(say("task"), what.task, stage.tasks):
        outcomes = dict.fromkeys(word for task in tasks for word in task.outcomes)
        message = say(
            "The task `{task}` has no outcome `{name}`.", task=what.task.text, name=what.outcome.text
        )
        stage.among(what.outcome, outcomes, message)
    asked = {ask.name: ask.type for task in tasks for ask in task.asks}
    types = {**stage.scope.catalog.customer, **asked}
    owner = say("The task `{name}`", name=what.task.text)
    values = _values(what.values, types, owner, stage) if tasks else ()
    return m.Finish(what.task.text, what.outcome.text, values)


@_done.register
def _(what: tree.Approve, stage: _Stage) -> m.Decide:
    catalog = stage.scope.catalog
    stage.known(say("benefit or message"), what.what, (*catalog.benefits, *catalog.messages))
    return m.Decide(what.what.text, approve=not what.refuse)


@_done.register
def _(what: tree.Fail, stage: _Stage) -> m.Fail:
    stage.known(say("channel"), what.channel, stage.channels)
    return m.Fail(what.channel.text)


@_done.register
def _(what: tree.Receipt, stage: _Stage) -> m.Receipt:
    stage.known(say("message"), what.message, stage.scope.catalog.messages)
    return m.Receipt(what.message.text, what.says)


@_done.register
def _(what: tree.Consent, stage: _Stage) -> m.Agree:
    policy, channel = what.policy, what.channel
    if policy is not None:
        stage.known(say("policy"), policy, stage.scope.catalog.policies)
    if channel is not None:
        stage.known(say("channel"), channel, stage.channels)
    return m.Agree(_name(policy), _name(channel), what.withdrawn)


@_done.register
def _(what: tree.ExpectSent, stage: _Stage) -> m.Sent:
    stage.known(say("message"), what.message, stage.scope.catalog.messages)
    if what.via is not None:
        stage.known(say("channel"), what.via, stage.channels)
    return m.Sent(what.message.text, _name(what.via), _text(what.containing), what.negated)


@_done.register
def _(what: tree.ExpectState, stage: _Stage) -> m.InState:
    text = ".".join(part.text for part in what.parts)
    span = what.parts[0].span.to(what.parts[-1].span)
    stage.known(say("state"), Name(text, span=span), stage.states)
    return m.InState(text)


@_done.register
def _(what: tree.ExpectEnded, stage: _Stage) -> m.Ended:
    message = say("No journey ends as `{name}`.", name=what.outcome.text)
    stage.among(what.outcome, stage.outcomes, message)
    return m.Ended(what.outcome.text)


@_done.register
def _(what: tree.ExpectTask, stage: _Stage) -> m.Asked:
    stage.known(say("task"), what.task, stage.tasks)
    return m.Asked(what.task.text)


@_done.register
def _(what: tree.ExpectWaiting, stage: _Stage) -> m.Waiting:
    stage.known(say("message"), what.message, stage.scope.catalog.messages)
    return m.Waiting(what.message.text, _text(what.because))


@_done.register
def _(what: tree.ExpectGranted, stage: _Stage) -> m.Granted:
    stage.known(say("benefit"), what.benefit, stage.scope.catalog.benefits)
    return m.Granted(what.benefit.text)


@_done.register
def _(what: tree.ExpectNothing, stage: _Stage) -> m.Nothing:
    del what, stage
    return m.Nothing()


@_done.register
def _(what: tree.ExpectAtMost, stage: _Stage) -> m.AtMost:
    del stage
    return m.AtMost(what.count, what.per)


@_done.register
def _(what: tree.ExpectFact, stage: _Stage) -> m.Holds:
    """Fields of a record are named with its kind: which journey's record was meant, nobody could tell."""
    records = stage.scope.catalog.records
    kind = next((name for name in _owners(what.fact) if name in records), None)
    if kind is None:
        return m.Holds(condition(what.fact, stage.scope))
    return m.Holds(condition(what.fact, replace(stage.scope, record=records[kind])), kind)


def _owners(node: Node) -> Iterator[str]:
    """What stands before the dots in an expression."""
    if isinstance(node, Ref) and len(node.parts) > 1:
        yield node.parts[0].text
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Node):
                yield from _owners(item)


def _name(node: Name | None) -> str | None:
    return None if node is None else node.text


def _text(node: Text | None) -> str | None:
    return None if node is None else node.value


def _event(name: Name, values: tuple[Pair, ...], stage: _Stage) -> m.Values:
    events = stage.scope.catalog.events
    if not stage.known(say("event"), name, events):
        return ()
    if name.text in _STEPS:
        text = say("`{event}` is recorded when it happens; no scenario can make it up.", event=name.text)
        stage.scope.report.error("syntax", name.span, text, say("Write `{name}`.", name=_STEPS[name.text]))
    types = _types(events[name.text].fields)
    return _values(values, types, say("The event `{name}`", name=name.text), stage)


def _values(pairs: Iterable[Pair], types: Mapping[str, Type], owner: Phrase, stage: _Stage) -> m.Values:
    return tuple((pair.name.text, _value(pair, types, owner, stage)) for pair in pairs)


def _value(pair: Pair, types: Mapping[str, Type], owner: Phrase, stage: _Stage) -> Cond:
    name = pair.name
    if name.text in types:
        return assigned(pair.value, types[name.text], name.text, stage.scope)
    stage.among(name, types, say("{owner} has no `{name}`.", owner=owner, name=name.text))
    return Broken(span=pair.span)


def _types(fields: Iterable[Field]) -> dict[str, Type]:
    return {field.name: field.type for field in fields}
