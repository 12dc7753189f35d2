"""How one enrolment moves: which transition fires, what leaving and entering a state does."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dsl.model import journeys as m
from dsl.model.conditions import Cond, type_of
from engine.running.shares import bucket
from engine.storage.customers import customer_hash
from tests.oracle import moments
from tests.oracle.conditions import holds, value_of
from tests.oracle.facts import TAKEN_BACK, Enrolment, Event, Grant, Message, Record, Task, Visit
from tests.oracle.world import Scope, World

LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(slots=True)
class Run:
    """The run under way. Events up to (`before`, `before_seq`) were seen by the run before.

    `moved`: how often each enrolment has moved at this instant. `entered`: those whose state was entered in this run.
    `begun`: journeys that a `begin` wants started, as (journey, customer, record). `first`: there was no run before.
    """

    now: datetime
    before: datetime = LONG_AGO
    before_seq: int = 0
    first: bool = False
    moved: dict[int, int] = field(default_factory=dict)
    entered: set[int] = field(default_factory=set)
    begun: list[tuple[str, str, Record | None]] = field(default_factory=list)

    def is_new(self, event: Event) -> bool:
        """Whether no earlier run has seen this event."""
        return (event.seq > self.before_seq or event.at > self.before) and event.at <= self.now


def pick(enrolment: Enrolment, run: Run, world: World) -> tuple[m.Transition, Event | None] | None:
    """The first transition of the state that fires, with the event that made it fire."""
    journey = world.model.journeys[enrolment.journey]
    assert enrolment.state is not None
    for transition in journey.state(enrolment.state).transitions:
        if isinstance(transition, m.On):
            event = trigger(transition, enrolment, run, world)
            if event is not None:
                return transition, event
        elif fires(transition, enrolment, run.now, world):
            return transition, None
    return None


def trigger(transition: m.On, enrolment: Enrolment, run: Run, world: World) -> Event | None:
    """The earliest new event that an `on` waits for."""
    oldest = moments.shift(enrolment.entered_at, world.lateness, world.zone, back=True)
    for event in world.facts.events_of(enrolment.customer, transition.event, run.now):
        counts = run.is_new(event) and event.at >= oldest and is_after_cursor(event, enrolment, run)
        if counts and holds(transition.where, scope_of(enrolment, run.now, world, event)):
            return event
    return None


def is_after_cursor(event: Event, enrolment: Enrolment, run: Run) -> bool:
    """Whether an event is none that led to the state, and none that was history when it was entered.

    Whoever was in the state before this run takes any new event; who has come within this run takes what
    happened later than what brought them there.
    """
    return id(enrolment) not in run.entered or (event.at, event.seq) > enrolment.cursor


def fires(transition: m.Transition, enrolment: Enrolment, now: datetime, world: World) -> bool:
    """Whether any other transition fires now."""
    match transition:
        case m.TaskDone():
            return any(
                task.task == transition.task and task.status == "done" and task.outcome == transition.outcome
                for task in tasks_of_visit(enrolment, world)
            )
        case m.NotGranted():
            return any(
                grant.benefit == transition.benefit and grant.status in ("refused", "spent")
                for grant in grants_of_visit(enrolment, world)
            )
        case m.When():
            return holds(transition.condition, scope_of(enrolment, now, world))
        case m.Split():
            share = bucket(customer_hash(enrolment.customer), enrolment.journey, enrolment.state or "")
            return enrolment.settled_at is not None and transition.low <= share < transition.high
        case m.Otherwise():
            return enrolment.settled_at is not None
        case m.After() | m.At():
            moment = due_at(transition, enrolment, now, world)
            return moment is not None and moment <= now
    raise NotImplementedError(type(transition).__name__)


def due_at(transition: m.After | m.At, enrolment: Enrolment, now: datetime, world: World) -> datetime | None:
    """When time makes a transition fire; None: not as things are."""
    if isinstance(transition, m.At):
        moment: datetime | None = value_of(transition.moment, scope_of(enrolment, now, world))
        if moment is None or transition.clock is None:
            return moment
        return moments.clock_on(moments.day_of(moment, world.zone), transition.clock, world.zone)
    bases = {
        "state": enrolment.settled_at,
        "stage": enrolment.stage_entered_at,
        "journey": enrolment.entered_at,
    }
    base = bases[transition.since]
    if base is None:
        return None
    moment = moments.shift(base, transition.duration, world.zone)
    return moment if transition.clock is None else moments.first_clock(moment, transition.clock, world.zone)


def move(enrolment: Enrolment, transition: m.Transition, event: Event | None, run: Run, world: World) -> None:
    """Take a transition that was picked."""
    leave(enrolment, timed=isinstance(transition, m.After | m.At), run=run, world=world)
    run.moved[id(enrolment)] = run.moved.get(id(enrolment), 0) + 1
    if isinstance(transition.target, m.ToEnd):
        end(enrolment, transition.target.outcome, run.now)
        return
    cursor = (run.now, world.facts.arrivals) if event is None else (event.at, event.seq)
    enter(enrolment, transition.target.state, cursor, run, world)


def leave(enrolment: Enrolment, *, timed: bool, run: Run, world: World) -> None:
    """Take back what the state still has waiting."""
    for message in messages_of_visit(enrolment, world):
        if message.status in TAKEN_BACK:
            message.status = "cancelled"
            message.until = None
            message.counted_at = None
    for task in tasks_of_visit(enrolment, world):
        if task.status == "open":
            task.status = "expired" if timed else "cancelled"
            task.closed_at = run.now
    for grant in grants_of_visit(enrolment, world):
        if grant.status in ("waiting", "held"):
            grant.status = "cancelled"


def end(enrolment: Enrolment, outcome: str | None, now: datetime) -> None:
    """End the run through the journey."""
    enrolment.status = "ended"
    enrolment.ended_at = now
    enrolment.outcome = outcome
    enrolment.visits.append(Visit(now, None, outcome))


def enter(enrolment: Enrolment, name: str, cursor: tuple[datetime, int], run: Run, world: World) -> None:
    """Enter a state and do its actions."""
    journey = world.model.journeys[enrolment.journey]
    state = journey.state(name)
    left = None if enrolment.state is None else journey.state(enrolment.state)
    if left is None or (left.stage or "") != (state.stage or ""):
        enrolment.stage_entered_at = run.now
    run.entered.add(id(enrolment))
    enrolment.state = name
    enrolment.visit += 1
    enrolment.state_entered_at = run.now
    enrolment.cursor = cursor
    enrolment.pending = sum(isinstance(action, m.Send | m.Grant) for action in state.actions)
    enrolment.settled_at = run.now if enrolment.pending == 0 else None
    enrolment.visits.append(Visit(run.now, name))
    for action in state.actions:
        act(action, enrolment, run, world)


def act(action: m.Action, enrolment: Enrolment, run: Run, world: World) -> None:
    """Do one action."""
    scope, facts, visit = scope_of(enrolment, run.now, world), world.facts, enrolment.visit
    match action:
        case m.Send():
            facts.messages.append(
                Message(enrolment, visit, action.number, action.message, action.policy, run.now)
            )
        case m.Task():
            due = None if action.due is None else moments.shift(run.now, action.due, world.zone)
            facts.tasks.append(Task(enrolment, visit, action.number, action.task, action.role, run.now, due))
        case m.Grant():
            has_else = action.otherwise is not None
            facts.grants.append(Grant(enrolment, visit, action.number, action.benefit, has_else, run.now))
        case m.SetAttribute():
            scope.customer.attributes[action.attribute] = stored(action.value, scope)
        case m.Tag(tag=tag, remove=False):
            scope.customer.tags.add(tag)
        case m.Tag(tag=tag, remove=True):
            scope.customer.tags.discard(tag)
        case m.Emit():
            fields = {name: stored(value, scope) for name, value in action.values}
            facts.arrive(action.event, enrolment.customer, run.now, fields)
        case m.Begin():
            kind = world.model.journeys[action.journey].record
            record = enrolment.record if enrolment.record and enrolment.record.kind == kind else None
            run.begun.append((action.journey, enrolment.customer, record))
        case _:
            raise NotImplementedError(type(action).__name__)


def stored(value: Cond, scope: Scope) -> Any:
    """A value as it is kept: money in whole minor units, halves to the even one; flags never missing."""
    result = value_of(value, scope)
    return round(result) if type_of(value).kind == "money" and result is not None else result


def settle_one(wanted: Message | Grant, now: datetime) -> None:
    """A send or grant of a state has come to something; with the last one the state is settled."""
    enrolment = wanted.enrolment
    if enrolment.status == "active" and enrolment.visit == wanted.visit:
        enrolment.pending -= 1
        if enrolment.pending == 0:
            enrolment.settled_at = now


def scope_of(enrolment: Enrolment, now: datetime, world: World, event: Event | None = None) -> Scope:
    """Whom the conditions of a journey are asked of."""
    customer = world.facts.customers[enrolment.customer]
    return Scope(world, now, customer, enrolment.record, enrolment, event)


def messages_of_visit(enrolment: Enrolment, world: World) -> list[Message]:
    """What the state under way has wanted sent."""
    messages = world.facts.messages
    return [item for item in messages if item.enrolment is enrolment and item.visit == enrolment.visit]


def tasks_of_visit(enrolment: Enrolment, world: World) -> list[Task]:
    """The tasks of the state under way."""
    return [
        item for item in world.facts.tasks if item.enrolment is enrolment and item.visit == enrolment.visit
    ]


def grants_of_visit(enrolment: Enrolment, world: World) -> list[Grant]:
    """What the state under way grants."""
    return [
        item for item in world.facts.grants if item.enrolment is enrolment and item.visit == enrolment.visit
    ]
