"""What follows when a task is finished, outcome by outcome: states, messages, the next task.

As the next run would have it, if nothing else happens before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from dsl.model.journeys import After, Grant, Otherwise, SetAttribute, State, Task, TaskDone
from dsl.wording import Phrase
from engine.explaining.answers import Line, line_of
from engine.explaining.doing import done_by
from engine.explaining.supposing import Case, Place
from engine.people.tasks import declared_task, read_answers, task_row
from engine.plans.ways import Way
from engine.running.picking import MOST_MOVES
from engine.storage.keys import Intent
from engine.storage.values import Stored, Surroundings
from engine.texts.scripts import Scripts
from engine.views.tasks import Item, find_task
from engine.views.window import Window
from engine.wording import lasting, say


@dataclass(frozen=True, slots=True)
class Step:
    """A state that is entered, or the end of the journey (`ended`: as what). `does`: what is done there at once.

    `end`: what that end is called.
    """

    title: str
    line: Line
    ended: str | None = None
    end: str = field(default="", kw_only=True)
    does: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an outcome leads to. No `steps`: the customer stays. `later`: what comes then, if nothing else does."""

    outcome: str
    steps: tuple[Step, ...]
    later: Phrase | None = None


class TaskInFull(NamedTuple):
    """A task as `engine.views.tasks` lists it, and what follows from each of its outcomes."""

    item: Item
    follows: list[Consequence]


def task_in_full(
    window: Window, scripts: Scripts, surroundings: Surroundings, intent: Intent, filled: Mapping[str, object]
) -> TaskInFull:
    """A task with what follows if that is filled in, as written. UnknownNameError when there is none.

    UsageError when what is filled in cannot be read.
    """
    row = task_row(window.connection, intent)
    item, declared = (
        find_task(window, scripts, intent) or {},
        declared_task(window.model, window.symbols, row),
    )
    if declared is None:
        return TaskInFull(item, [])
    answers = read_answers(surroundings, declared, filled)
    journey = window.model.journeys[window.symbols.name(row.journey)]
    case = Case(window, scripts.plan, scripts.now, journey, intent)
    return TaskInFull(item, list(_consequences(case, declared, window.state(row.state) or "", answers)))


def titled(step: Step) -> Phrase | str:
    """Where a step leads, in words."""
    if step.ended is None:
        return step.title
    return say("the end of “{journey}”: {outcome}", journey=step.title, outcome=step.end)


def _consequences(
    case: Case, declared: Task, state: str, answers: Mapping[str, Stored]
) -> Iterator[Consequence]:
    stored = {ask.name for ask in declared.asks if ask.attribute}
    known = {name: value for name, value in answers.items() if name in stored and value is not None}
    place = Place(case.journey.state(state), settled=False)
    for outcome in declared.outcomes:
        yield _from(replace(case, known=dict(known)), place, declared, outcome)


def _from(case: Case, place: Place, declared: Task, outcome: str) -> Consequence:
    """Along the way of the outcome, then on as long as something leads on at once."""
    steps: list[Step] = []
    way = _outcome_way(case, place, declared, outcome)
    moves = 0
    while way is not None or (way := _next(case, place)) is not None:
        line, moves = line_of(way.span, holds=True), moves + 1
        if way.target is None:
            end = case.window.titles.end(case.journey.name, way.outcome)
            steps.append(Step(case.journey.title or case.journey.name, line, way.outcome or "", end=end))
            return Consequence(outcome, tuple(steps))
        place = place.by(way)
        steps.append(Step(_title(way.target), line, None, tuple(_does(case, place))))
        if moves >= MOST_MOVES:
            break
        way = None
    return Consequence(outcome, tuple(steps), _later(case, place))


def _outcome_way(case: Case, place: Place, declared: Task, outcome: str) -> Way | None:
    for way in case.ways_from(place):
        found = way.transition
        if isinstance(found, TaskDone) and (found.task, found.outcome) == (declared.task, outcome):
            return way
    return None


def _next(case: Case, place: Place) -> Way | None:
    return next((one.way for one in case.ways_on(place) if one.taken), None)


def _later(case: Case, place: Place) -> Phrase | None:
    """What time alone leads to first."""
    ways = list(case.ways_on(place))
    known = [(one.due, one.way) for one in ways if one.due is not None]
    if known:
        due, way = min(known, key=lambda one: one[0])
        return say("{time}: {title}", time=case.window.time(due), title=_leads_to(case, way))
    if place.settled:
        return None
    for one in ways:
        title, transition = _leads_to(case, one.way), one.way.transition
        if isinstance(transition, After):
            after = lasting(transition.duration)
            return say("{duration} after it has gone out: {title}", duration=after, title=title)
        if isinstance(transition, Otherwise):
            return say("once it has gone out: {title}", title=title)
    return None


def _leads_to(case: Case, way: Way) -> str:
    if way.target is not None:
        return _title(way.target)
    return say("the end, {outcome}", outcome=case.window.titles.end(case.journey.name, way.outcome))


def _title(state: State) -> str:
    return state.title or state.name


def _does(case: Case, place: Place) -> Iterator[Phrase]:
    """What is done on entering; attributes that are set are known from then on."""
    for action in place.state.actions:
        value = None
        if isinstance(action, SetAttribute):
            value = case.known[action.attribute] = case.value_of(action, place)
        yield done_by(action, case.window, value)
        given = case.spent(action.benefit) if isinstance(action, Grant) else None
        if given is not None:
            yield say("none of it is left: {given}", given=given)


def document(found: list[Consequence]) -> list[dict[str, object]]:
    """The consequences as JSON."""
    return [
        {
            "outcome": one.outcome,
            "steps": [
                {
                    "title": step.title,
                    "ended": step.ended,
                    "does": list(step.does),
                    "file": step.line.file,
                    "line": step.line.line,
                    "text": step.line.text,
                }
                for step in one.steps
            ],
            "later": one.later,
        }
        for one in found
    ]
