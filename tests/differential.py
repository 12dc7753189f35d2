"""The same rules and the same history through the interpreter and through the engine: the outcomes must be equal.

`compare` is the whole of it. The engine's side is `tests.engine_side`.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from hypothesis import assume

from dsl.check import Context, check
from dsl.model.model import Model
from dsl.tree.statements import File
from engine.plans.editions import editions
from tests.engine_side import EngineSide
from tests.oracle import history as h
from tests.oracle import people
from tests.oracle.facts import Grant, Message, Task
from tests.oracle.interpreter import Interpreter
from tests.oracle.outcomes import Outcome, differences, outcome_of

ZONE = "Asia/Shanghai"
Decision = h.Finishes | h.Reopens | h.Decides | h.Foresees | h.Looks | h.Rewrites | h.Hints | h.Clears


def model_in_scope(file: File, *, watching: bool = False) -> Model:
    """The model of a rule set; rules that ask for what the interpreter does not know are passed over."""
    model = check((file,), Context()).model
    assume(model is not None)
    assert model is not None
    if not watching:
        assume(not any(editions(model)))
    return model


def compare(model: Model, history: h.History, zone: str = ZONE, **how: Any) -> Outcome:
    """The outcome of a history after every moment of it; AssertionError with the rows that differ."""
    oracle, engine = Interpreter(model, zone), EngineSide(model, zone, **how)
    expected = outcome_of(oracle.facts)
    for moment in history:
        for step in moment.steps:
            tell(oracle, step, moment)
            engine.tell(step, moment)
        oracle.settle(moment.at, moment.refusing)
        engine.settle(moment)
        expected = outcome_of(oracle.facts)
        found = differences(expected, engine.outcome())
        if found:
            raise AssertionError("\n".join([f"after {moment.at:%Y-%m-%d %H:%M} UTC", *found]))
    return expected


def by_interpreter(model: Model, history: h.History, zone: str = ZONE) -> Outcome:
    """The outcome of a history by the interpreter alone."""
    oracle = Interpreter(model, zone)
    for moment in history:
        for step in moment.steps:
            tell(oracle, step, moment)
        oracle.settle(moment.at, moment.refusing)
    return outcome_of(oracle.facts)


def tell(oracle: Interpreter, step: h.Step, moment: h.Moment) -> None:
    """One step for the interpreter."""
    match step:
        case h.Known():
            oracle.customer(step.customer, step.attributes)
        case h.Thing():
            oracle.record(step.kind, step.id, step.customer, step.fields)
        case h.Happens():
            oracle.arrive(step.kind, step.customer, step.at or moment.at, step.fields)
        case h.Agrees():
            oracle.consent(step.customer, moment.at, step.policy, step.channel)
        case h.Withdraws():
            oracle.withdraw(step.customer, moment.at, step.policy, step.channel)
        case h.OptsOut():
            oracle.optout(step.customer, moment.at, step.channel)
        case h.Labelled():
            oracle.label(step.customer, step.tag, remove=step.remove)
        case h.Told():
            _told(oracle, step, moment)
        case _:
            _decide(oracle, step, moment)


def _decide(oracle: Interpreter, step: Decision, moment: h.Moment) -> None:
    """One step of people's; of several things it is about the first."""
    match step:
        case h.Finishes():
            _finish(oracle, step, moment)
        case h.Reopens():
            _reopen(oracle, step, moment)
        case h.Decides():
            _decide_on_benefit(oracle, step, moment)
        case h.Foresees():
            people.foresee(step.message, step.count, h.STAFF[step.who], oracle.world)
        case h.Looks() | h.Rewrites():
            _decide_on_message(oracle, step, moment)
        case h.Hints():
            oracle.hint(step.customer)
        case h.Clears():
            if step.customer in oracle.facts.doubts:
                oracle.clear(step.customer, moment.at, optout=step.optout)


def _decide_on_message(oracle: Interpreter, step: h.Looks | h.Rewrites, moment: h.Moment) -> None:
    mine = oracle.facts.messages_of(step.customer)
    if isinstance(step, h.Rewrites):
        found = _first(one for one in mine if people.may_be_rewritten(one))
        if found is not None:
            people.rewrite(found, step.text, step.via, moment.at, oracle.world)
        return
    found = _first(one for one in mine if one.status == "held")
    if found is not None:
        oracle.look(found, h.STAFF[step.who], moment.at, approve=step.approve)


def _told(oracle: Interpreter, step: h.Told, moment: h.Moment) -> None:
    """Told of is the first one that was sent."""
    first = _first(one for one in oracle.facts.messages_of(step.customer) if one.status == "sent")
    if first is not None:
        oracle.receipt(first, moment.at, step.at, arrived=step.arrived)


def _decide_on_benefit(oracle: Interpreter, step: h.Decides, moment: h.Moment) -> None:
    """Decided on is the first one that is held."""
    first = _first(
        grant
        for grant in oracle.facts.grants
        if grant.enrolment.customer == step.customer and grant.status == "held"
    )
    if first is not None:
        oracle.decide(first, h.STAFF[step.who], moment.at, approve=step.approve)


def _finish(oracle: Interpreter, step: h.Finishes, moment: h.Moment) -> None:
    """Done is the first open one."""
    task = _first(
        task
        for task in oracle.facts.tasks
        if task.enrolment.customer == step.customer and task.task == step.task and task.status == "open"
    )
    if task is not None:
        outcomes: Sequence[str] = oracle.action_of(task).outcomes
        oracle.finish(task, outcomes[step.outcome % len(outcomes)], moment.at, step.answers)


def _reopen(oracle: Interpreter, step: h.Reopens, moment: h.Moment) -> None:
    """Open again is the first one that was done at this moment."""
    task = _first(
        task
        for task in oracle.facts.tasks
        if task.enrolment.customer == step.customer
        and task.task == step.task
        and task.status == "done"
        and task.closed_at == moment.at
    )
    if task is not None:
        oracle.reopen(task)


_Wanted = TypeVar("_Wanted", Message, Task, Grant)


def _first(found: Iterable[_Wanted]) -> _Wanted | None:
    """By journey, record, occurrence, visit and action."""

    def place(one: _Wanted) -> tuple[str, int, int, int, int]:
        enrolment = one.enrolment
        return enrolment.journey, enrolment.record_number, enrolment.occurrence, one.visit, one.action

    return min(found, key=place, default=None)
