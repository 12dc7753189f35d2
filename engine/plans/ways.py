"""Ways: every transition of every state, numbered, with what taking it means. And who may find a way at all.

Made once for a release. Static facts that save work are found here: a state is calm when nobody who has just
entered it can move on at once.
"""

from dataclasses import dataclass

from dsl.model.conditions import Attribute, Events, Tagged
from dsl.model.journeys import (
    Action,
    After,
    At,
    Begin,
    Emit,
    Grant,
    Journey,
    NotGranted,
    On,
    Otherwise,
    Send,
    SetAttribute,
    Split,
    State,
    Tag,
    Task,
    TaskDone,
    ToEnd,
    Transition,
    When,
)
from dsl.source import Span
from engine.conditions.world import World
from engine.plans.needs import nodes
from engine.storage.symbols import state_name


@dataclass(frozen=True, slots=True)
class Way:
    """From a state (None: from outside) to a state or an end.

    `stirs`: taking it may let somebody move again in this very run, wait in the journey's queue, or reach its goal.
    `in_turn`: what a customer's one record does on its way, the next one's actions see. `pending`: sends and grants of
    the target.
    """

    number: int
    journey: Journey
    source: State | None
    transition: Transition | None
    target: State | None
    outcome: str | None
    stirs: bool
    in_turn: bool
    pending: int
    span: Span

    @property
    def changes_stage(self) -> bool:
        """Whether the target is in another stage than the source."""
        return self.source is None or self.target is None or self.source.stage != self.target.stage

    @property
    def timed(self) -> bool:
        """Whether time alone leads this way."""
        return isinstance(self.transition, After | At)


def pending_actions(state: State) -> int:
    """How many sends and grants keep a state from being settled."""
    return sum(isinstance(action, Send | Grant) for action in state.actions)


def ways_of(world: World, *, membership: bool) -> dict[str, list[Way]]:
    """The ways of each journey: the way in first. Numbers are unique over all journeys, and positive."""
    found: dict[str, list[Way]] = {}
    number = 1
    for journey in world.model.ordered_journeys():
        ways = [_way(number, journey, None, None, membership=membership)]
        for state in journey.states:
            for transition in state.transitions:
                ways.append(_way(number + len(ways), journey, state, transition, membership=membership))
        found[journey.name] = ways
        number += len(ways)
    return found


def _way(
    number: int, journey: Journey, source: State | None, transition: Transition | None, *, membership: bool
) -> Way:
    outcome = transition.target.outcome if transition and isinstance(transition.target, ToEnd) else None
    target = None if outcome is not None else _target(journey, transition)
    return Way(
        number=number,
        journey=journey,
        source=source,
        transition=transition,
        target=target,
        outcome=outcome,
        stirs=membership
        or journey.limited
        or (outcome is not None and journey.reenter is not None)
        or (source is None and journey.goal is not None)
        or (target is not None and not (calm(target) and _is_quiet_after(transition, target))),
        in_turn=journey.record is not None and target is not None and _reads_what_it_writes(target.actions),
        pending=0 if target is None else pending_actions(target),
        span=_way_in(journey) if transition is None else transition.span,
    )


def _reads_what_it_writes(actions: tuple[Action, ...]) -> bool:
    """Whether actions ask for what one of them changes of the customer: `set points = points + 1`."""
    written = {action.attribute for action in actions if isinstance(action, SetAttribute)}
    emitted = {action.event for action in actions if isinstance(action, Emit)}
    tags = any(isinstance(action, Tag) for action in actions)
    values = [action for action in actions if isinstance(action, SetAttribute | Emit)]
    return any(
        (isinstance(node, Attribute) and node.name in written)
        or (isinstance(node, Events) and node.event in emitted)
        or (isinstance(node, Tagged) and tags)
        for node in nodes(tuple(values))
    )


def _way_in(journey: Journey) -> Span:
    """`enter when …`; in a journey that others begin, its first words."""
    whole = journey.span
    head = Span(whole.source, whole.start, whole.start + len(whole.text.partition("{")[0].rstrip()))
    return journey.spans.get("enter when", head)


def _target(journey: Journey, transition: Transition | None) -> State:
    if transition is None or isinstance(transition.target, ToEnd):
        return journey.states[0]
    return journey.state(transition.target.state)


def calm(state: State) -> bool:
    """Whether entering a state can neither be followed by leaving it at once nor change a fact others look at."""
    settles_at_once = pending_actions(state) == 0
    return not any(_restless(item, settles_at_once) for item in state.transitions) and not any(
        isinstance(action, SetAttribute | Tag | Emit | Begin) for action in state.actions
    )


def _is_quiet_after(transition: Transition | None, target: State) -> bool:
    """Whether no event leads on at once; after an event, what happened later may be there already."""
    return not isinstance(transition, On) or not any(isinstance(item, On) for item in target.transitions)


def _restless(transition: Transition, settles_at_once: bool) -> bool:  # noqa: FBT001
    match transition:
        case On() | TaskDone() | NotGranted():
            return False
        case Split() | Otherwise():
            return settles_at_once
        case After(since="state", duration=duration):
            return duration.amount == 0 and settles_at_once
        case _:
            return isinstance(transition, When | At | After)


def actions_of(journey: Journey, kind: type[Action]) -> list[tuple[State, Action]]:
    """Every action of a kind with its state, in the order written."""
    return [
        (state, action) for state in journey.states for action in state.actions if isinstance(action, kind)
    ]


def has_tasks(state: State | None) -> bool:
    """Whether leaving the state may leave a task behind."""
    return state is not None and any(isinstance(action, Task) for action in state.actions)


def has_grants(state: State | None) -> bool:
    """Whether the state grants anything."""
    return state is not None and any(isinstance(action, Grant) for action in state.actions)


def state_number(world: World, journey: Journey, state: State) -> int:
    """The number of a state."""
    return world.number("state", state_name(journey.name, state.name))
