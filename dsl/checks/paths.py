"""How long a journey takes from one touch to the next, where only time leads on. Knows no policies' limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dsl.model.conditions import Cond, Shift
from dsl.model.journeys import After, At, Grant, Journey, Otherwise, Send, Split, State, ToState, Transition
from dsl.reasoning.durations import Extent, extent, family
from dsl.reasoning.terms import MINUTES_OF_DAY, plain
from dsl.units import Duration

_STEPS = 300  # of the search from one touch


@dataclass(frozen=True, slots=True)
class Touch:
    """A message that a journey sends, with the state that sends it."""

    state: State
    send: Send


@dataclass(frozen=True, slots=True)
class Step:
    """From one touch to the next one, and how many minutes the journey lets pass between them."""

    first: Touch
    then: Touch
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A state on a path: time since the touch, and where the touch lies beside moments that are named (`anchors`)."""

    state: State
    least: int
    most: int
    anchors: tuple[tuple[Cond, Extent], ...]
    passed: frozenset[str]


def steps(journey: Journey, group: frozenset[str]) -> Iterator[Step]:
    """Every way from one message under a group of policies to the next one that time alone leads along."""
    states = {state.name: state for state in journey.states}
    for state in journey.states:
        sends = _sends(state, group)
        for first, then in pairwise(sends):
            yield Step(Touch(state, first), Touch(state, then), 0, 0)
        if sends and _all_count(state, group):
            touch = Touch(state, sends[-1])
            for anchors in _ways_in(journey, state):
                yield from _from(touch, anchors, states, group)


def _from(
    touch: Touch, anchors: tuple[tuple[Cond, Extent], ...], states: dict[str, State], group: frozenset[str]
) -> Iterator[Step]:
    waiting = [_Place(touch.state, 0, 0, anchors, frozenset({touch.state.name}))]
    for _ in range(_STEPS):
        if not waiting:
            return
        place = waiting.pop()
        for transition in place.state.transitions:
            reached = _next(place, transition, states)
            if reached is None:
                continue
            sends = _sends(reached.state, group)
            if sends:
                yield Step(touch, Touch(reached.state, sends[0]), reached.least, reached.most)
            elif reached.state.name not in place.passed and not _waits(reached.state):
                waiting.append(reached)


def _next(place: _Place, transition: Transition, states: dict[str, State]) -> _Place | None:
    """The state that a transition of time leads to; None when something else leads there, or nobody knows when."""
    if not isinstance(transition.target, ToState):
        return None
    state = states.get(transition.target.state)
    passes = _passes(place, transition)
    if state is None or passes is None:
        return None
    return _Place(state, passes.least, passes.most, place.anchors, place.passed | {state.name})


def _passes(place: _Place, transition: Transition) -> Extent | None:
    """How long after the touch a transition is taken."""
    match transition:
        case Split(low=low, high=high) if low == high:
            return None
        case Otherwise() | Split():
            return Extent(place.least, place.most)
        case After(since="state", duration=duration, clock=clock):
            least, most = _elapsed(duration)
            return Extent(place.least + least, place.most + most + (0 if clock is None else MINUTES_OF_DAY))
        case At(moment=moment):
            root, offset = anchored(moment)
            for known, touch in place.anchors:
                if known == root:
                    least, most = offset.least - touch.most, offset.most - touch.least
                    return Extent(max(least, place.least), max(most, place.most))
    return None


def _elapsed(duration: Duration) -> Extent:
    """How long a duration is for one who waits."""
    kind, amount = family(duration)
    return Extent(amount, amount) if kind == "minutes" else extent(duration)


def anchored(moment: Cond) -> tuple[Cond, Extent]:
    """What a moment is counted from, and how far it lies after that."""
    moment = plain(moment)
    least = most = 0
    while isinstance(moment, Shift):
        distance = extent(moment.duration)
        least += -distance.most if moment.back else distance.least
        most += -distance.least if moment.back else distance.most
        moment = moment.operand
    return moment, Extent(least, most)


def _ways_in(journey: Journey, state: State) -> Iterator[tuple[tuple[Cond, Extent], ...]]:
    """What is known of when a state is entered: once for each moment that leads there, else once."""
    entries = {
        anchored(transition.moment)
        for other in journey.states
        for transition in other.transitions
        if isinstance(transition, At) and transition.target == ToState(state.name)
    }
    if not entries:
        yield ()
    for entry in sorted(entries, key=repr):
        yield (entry,)


def _sends(state: State, group: frozenset[str]) -> list[Send]:
    return [action for action in state.actions if isinstance(action, Send) and action.policy in group]


def _all_count(state: State, group: frozenset[str]) -> bool:
    """Whether nothing else holds a state up once its last touch has gone."""
    return all(
        action.policy in group if isinstance(action, Send) else not isinstance(action, Grant)
        for action in state.actions
    )


def _waits(state: State) -> bool:
    """Whether a state waits for something that has to go first."""
    return any(isinstance(action, (Send, Grant)) for action in state.actions)
