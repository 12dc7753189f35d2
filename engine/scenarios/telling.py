"""What a person is told when a scenario fails: what was expected, what happened, how things stand, and why."""

from collections.abc import Iterator

import sqlalchemy as sa

from dsl.model import scenarios as m
from dsl.model.journeys import Journey, Send, Task, ToEnd
from dsl.wording import Phrase
from engine.explaining.answers import Line
from engine.explaining.inquiry import Inquiry, inquire
from engine.explaining.verdicts import explain
from engine.plans.plan import in_a_line
from engine.scenarios.finding import (
    gone,
    held_up,
    is_meant,
    open_tasks,
    outcomes,
    person,
    place_names,
    places,
)
from engine.scenarios.stage import PLAYER, Stage
from engine.storage.states import MessageStatus
from engine.views.timeline import timeline
from engine.views.window import Window
from engine.wording import all_of, say

_LATELY = 8
"""Lines of the timeline that are told."""


def step_words(step: m.Step | m.Given) -> Phrase:
    """A step in the words of its file."""
    return say("{step}", step=in_a_line(step.span))


def needed(step: m.Step | m.Given, what: Phrase) -> Phrase:
    """A step that could not be done, and what it needs."""
    return say("{step}: needs {what}", step=step_words(step), what=what)


def happened(stage: Stage, connection: sa.Connection, step: m.Step, now: int) -> tuple[Phrase, ...]:
    """The latest lines of the customer's timeline, how things stand, and why it is not as the step expects."""
    plan, symbols = stage.plan, stage.plan.world.symbols
    zone, who = plan.world.zone, step.who
    window = Window(connection, stage.config, plan.model, plan.tables, symbols, zone, plan.release)
    number = person(connection, plan, who).customer
    told = [_line(moment) for moment in timeline(window, number) if moment["because"] != PLAYER][-_LATELY:]
    standing = list(_standing(stage, connection, who)) or [say("in no journey")]
    now_line = say(
        "{at} now {who}: {standing}",
        at=_short(zone.iso(now)),
        who=who.record or who.customer,
        standing=all_of(standing),
    )
    inquiry = inquire(window, plan, stage.permits, number, now)
    used_up = _used_up(stage, connection, step)
    return (*told, now_line, *used_up, *(_why(inquiry, step) if number and not used_up else ()))


def _used_up(stage: Stage, connection: sa.Connection, step: m.Step) -> tuple[Phrase, ...]:
    """Why a message that did go is not the one that is expected: an expectation before has taken it."""
    expected = step.does
    if not isinstance(expected, m.Sent) or expected.negated:
        return ()
    found = gone(connection, stage.plan, step.who, expected.message)
    if not any(is_meant(one, expected) for one in found):
        return ()
    return (
        say(
            "why: what went before the last `expect sent {name}` does not count again", name=expected.message
        ),
    )


def _why(inquiry: Inquiry, step: m.Step) -> Iterator[Phrase]:
    """For each journey that might bring what is expected: how the customer stands, and what would have to change."""
    journeys = [journey for journey in inquiry.plan.journeys if _may_bring(journey, step.does)]
    for verdict in explain(inquiry, step.who.customer, journeys).journeys:
        if step.who.record not in {None, verdict.record}:
            continue
        yield say("why: {journey}: {verdict}", journey=verdict.journey, verdict=verdict.verdict)
        for line in verdict.because:
            if line.decides:
                yield _decisive(line)
        for message in verdict.messages:
            if isinstance(step.does, m.Sent | m.Waiting) and message.message == step.does.message:
                yield say("  message {message}: {verdict}", message=message.message, verdict=message.verdict)
        if verdict.next is not None:
            at = _short(inquiry.world.zone.iso(verdict.next))
            yield say("  next: {at}: {then}", at=at, then=verdict.then)


def _may_bring(journey: Journey, expected: object) -> bool:
    actions = [action for state in journey.states for action in state.actions]
    match expected:
        case m.Sent(message=name, negated=False) | m.Waiting(message=name):
            return any(isinstance(action, Send) and action.message == name for action in actions)
        case m.Asked(task=name) | m.Finish(task=name):
            return any(isinstance(action, Task) and action.task == name for action in actions)
        case m.InState(name=name):
            return any(name in place_names(journey.name, state.name) for state in journey.states)
        case m.Ended(outcome=name):
            ends = (way.target for state in journey.states for way in state.transitions)
            return any(isinstance(target, ToEnd) and target.outcome == name for target in ends)
    return False


def _decisive(line: Line) -> Phrase:
    values = all_of(
        say("{name} = {value}", name=one.text, value=say("not known") if one.value is None else one.value)
        for one in line.values
    )
    where = f"{line.file}:{line.line}"
    if not line.values:
        return say("  {where} {rule}: does not hold", where=where, rule=line.text)
    return say("  {where} {rule}: does not hold, {values}", where=where, rule=line.text, values=values)


def _line(moment: dict[str, object]) -> Phrase:
    at, kind, what, because = _short(moment["at"]), moment["kind"], moment["what"], moment["because"]
    if because is None:
        return say("{at} {kind}: {what}", at=at, kind=kind, what=what)
    return say("{at} {kind}: {what} ({because})", at=at, kind=kind, what=what, because=because)


def _standing(stage: Stage, connection: sa.Connection, who: m.Who) -> Iterator[Phrase]:
    plan = stage.plan
    for journey, state in places(connection, plan, who):
        yield say("in {journey}: {state}", journey=journey, state=state)
    for outcome in outcomes(connection, plan, who):
        yield say("ended {outcome}", outcome=outcome)
    for name, because, row in held_up(connection, plan, who):
        if row.status == MessageStatus.HELD:
            yield say("{message} is held: {because}", message=name, because=because)
        else:
            until = _short(plan.world.zone.iso(row.until)) if row.until else "?"
            yield say("{message} waits until {until}: {because}", message=name, until=until, because=because)
    for name in open_tasks(connection, plan, who):
        yield say("task {name} is open", name=name)


def _short(time: object) -> str:
    """Without the offset: scenarios are written in the time of the wall clock."""
    return str(time)[:16].replace("T", " ")
