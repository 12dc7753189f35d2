"""What a person is told when a scenario fails: what was expected, what happened around then, how things stand."""

from collections.abc import Iterator

import sqlalchemy as sa

from dsl.model import scenarios as m
from dsl.wording import Phrase
from engine.plans.plan import in_a_line
from engine.scenarios.finding import held_up, open_tasks, outcomes, person, places
from engine.scenarios.stage import PLAYER, Stage
from engine.storage.states import MessageStatus
from engine.views.timeline import timeline
from engine.views.window import Window
from engine.wording import all_of, say

_LATELY = 8
"""Lines of the timeline that are told."""


def step_words(step: m.Step) -> Phrase:
    """A step in the words of its file."""
    return say("{step}", step=in_a_line(step.span))


def happened(stage: Stage, connection: sa.Connection, who: m.Who, now: int) -> tuple[Phrase, ...]:
    """The latest lines of the customer's timeline, then how things stand."""
    plan, symbols = stage.plan, stage.plan.world.symbols
    zone = plan.world.zone
    window = Window(connection, stage.config, plan.model, plan.tables, symbols, zone, plan.release)
    moments = timeline(window, person(connection, plan, who).customer)
    told = [_line(moment) for moment in moments if moment["because"] != PLAYER][-_LATELY:]
    standing = all_of(_standing(stage, connection, who))
    return (*told, say("{at} now: {standing}", at=_short(zone.iso(now)), standing=standing))


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
