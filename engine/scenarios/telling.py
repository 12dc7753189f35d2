"""What a person is told when a scenario fails: what was expected, what happened, how things stand, and why."""

from collections.abc import Iterator

from dsl.model import scenarios as m
from dsl.wording import Phrase
from engine.plans.plan import in_a_line
from engine.scenarios.expecting import Look
from engine.scenarios.finding import held_up, open_grants, open_tasks, outcomes, places
from engine.scenarios.keeping import inquiry_of
from engine.scenarios.reasoning import why
from engine.scenarios.stage import PLAYER, Stage
from engine.storage.states import GrantStatus, MessageStatus
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


def happened(stage: Stage, look: Look, step: m.Step) -> tuple[Phrase, ...]:
    """The latest lines of the customer's timeline, how things stand, and why it is not as the step expects."""
    inquiry, who = inquiry_of(stage, look), step.who
    window, number = inquiry.window, inquiry.customer
    told = [_line(moment) for moment in timeline(window, number) if moment["because"] != PLAYER][-_LATELY:]
    standing = list(_standing(window, look)) or [say("in no journey")]
    now_line = say(
        "{at} now {who}: {standing}",
        at=window.time(look.now),
        who=who.record or who.customer,
        standing=all_of(standing),
    )
    return (*told, now_line, *(why(inquiry, look, step) if number else ()))


def _line(moment: dict[str, object]) -> Phrase:
    at, kind, what, because = moment["at"], moment["kind"], moment["what"], moment["because"]
    if because is None:
        return say("{at} {kind}: {what}", at=at, kind=kind, what=what)
    return say("{at} {kind}: {what} ({because})", at=at, kind=kind, what=what, because=because)


def _standing(window: Window, look: Look) -> Iterator[Phrase]:
    connection, plan, who = look.connection, look.plan, look.who
    for journey, state in places(connection, plan, who):
        yield say("in {journey}: {state}", journey=journey, state=state)
    for journey, outcome in outcomes(connection, plan, who):
        yield say("{journey} ended {outcome}", journey=journey, outcome=outcome)
    for name, because, row in held_up(connection, plan, who):
        if row.status == MessageStatus.HELD:
            yield say("{message} is held: {because}", message=name, because=because)
        else:
            until = window.time(row.until) or "?"
            yield say("{message} waits until {until}: {because}", message=name, until=until, because=because)
    for name in open_tasks(connection, plan, who):
        yield say("task {name} is open", name=name)
    for name, status in open_grants(connection, plan, who):
        if status is GrantStatus.HELD:
            yield say("benefit {name} must be approved", name=name)
        else:
            yield say("benefit {name} waits for quota", name=name)
