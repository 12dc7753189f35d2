"""A journey as it runs: how many are in each state and for how long, how many went each way, and where it is stuck."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from dsl.model.journeys import After, At, Journey, State
from engine.calendars.zone import DAY
from engine.delivery.pausing import Pause, keeping, pauses
from engine.storage.benefit_tables import OPEN_GRANT, grant
from engine.storage.flow_tables import UNDER_WAY
from engine.storage.schema import OPEN_MESSAGE, enrolment, message
from engine.storage.states import TAKEN_BACK
from engine.storage.symbols import state_name
from engine.views.flows import MONTH, WEEK, Flow, counts, flows, stage_of, standing
from engine.views.goals import Conversion, conversion, reached_this_week
from engine.views.stays import Usual
from engine.views.window import Window

K = TypeVar("K")


class Lately(NamedTuple):
    """How many in the last week and in the last month, today included."""

    week: int = 0
    month: int = 0


class Passage(NamedTuple):
    """From a state (None: from outside) to another, or to an end (None) with `outcome`."""

    source: str | None
    target: str | None
    outcome: str | None


class Line(NamedTuple):
    """The same by the rule line that leads there; None where applying rules did."""

    source: str | None
    target: str | None
    because: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A state. `oldest`: when the one came in who has been there for longest.

    `late`: how many have been there for longer than its longest timer lets anybody, `limit` milliseconds; None where
    no timer says so. `usual`: within which time nearly all leave; `lingering`: how many are there for longer.
    `blocked`: messages of it that have not left: they wait, are held or may go; `ungranted`: benefits
    that nobody has got, for quota or for a person's word.
    """

    state: State
    number: int
    came: Lately
    left: Lately
    oldest: int | None
    late: int
    limit: int | None
    usual: Usual | None
    lingering: int
    blocked: int
    ungranted: int

    def is_late(self, since: int, now: int) -> bool:
        """Whether one who came in then is among the late."""
        return self.limit is not None and since < now - self.limit

    def lingers(self, since: int, now: int) -> bool:
        """Whether one who came in then has been here for longer than nearly all stay."""
        return self.usual is not None and since < now - self.usual.limit


@dataclass(frozen=True, slots=True)
class Running:
    """`entered`: who came in; `held_out`: instead of that. `stages`: who came into them; `ended` by outcome.

    `reached`: so many reached its goal this week, as the loop counts; None where it has none.
    `passages`, `lines`: how many went which way. `paused`: what keeps all that it sends.
    """

    journey: Journey
    places: tuple[Place, ...]
    entered: Lately
    held_out: Lately
    stages: Mapping[str | None, Lately]
    ended: Mapping[str | None, Lately]
    passages: Mapping[Passage, Lately]
    lines: Mapping[Line, Lately]
    reached: int | None
    conversion: Conversion | None
    paused: Pause | None

    @property
    def number(self) -> int:
        """How many are under way."""
        return sum(place.number for place in self.places)

    @property
    def stuck(self) -> int:
        """How many are where no timer should have left them."""
        return sum(place.late for place in self.places)

    @property
    def blocked(self) -> int:
        """Messages that have not left."""
        return sum(place.blocked for place in self.places)


def running(window: Window, now: int, usual: Mapping[int, Usual] | None = None) -> tuple[Running, ...]:
    """All journeys in force, in the order in which a run works them. `usual`: see `usual_stays`, if that is asked."""
    today = window.zone.day(now)
    moved, there = flows(window, today - MONTH + 1), standing(window.connection, window.symbols)
    kept = _Kept(_blocked(window), _ungranted(window), pauses(window.connection), usual or {})
    found = []
    for journey in window.model.ordered_journeys():
        counted = _Counted(window, journey, moved.get(journey.name, ()), now)
        found.append(counted.running(there.get(journey.name, {}), kept))
    return tuple(found)


def _blocked(window: Window) -> Mapping[int, int]:
    """Messages that have not left, by state."""
    held_back = message.c.status.in_(TAKEN_BACK)
    rows = sa.select(message.c.state, sa.func.count()).where(OPEN_MESSAGE, held_back)
    return counts(window.connection, rows.group_by(message.c.state))


def _ungranted(window: Window) -> Mapping[int, int]:
    """Benefits that wait, by state."""
    rows = sa.select(grant.c.state, sa.func.count()).where(OPEN_GRANT).group_by(grant.c.state)
    return counts(window.connection, rows)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What has not gone, by state, what is stopped, and how long people stay."""

    messages: Mapping[int, int]
    benefits: Mapping[int, int]
    pauses: Sequence[Pause]
    usual: Mapping[int, Usual]


@dataclass(frozen=True, slots=True)
class _Counted:
    """`moves`: those of the last month."""

    window: Window
    journey: Journey
    moves: Sequence[Flow]
    now: int

    def running(self, there: Mapping[str, int], kept: _Kept) -> Running:
        """All of it. Who moves inside a stage does not come into it."""
        moves = [one for one in self.moves if not one.held_out]
        into = [one for one in moves if one.target and stage_of(one.target) != stage_of(one.source)]
        return Running(
            self.journey,
            tuple(self._place(state, there.get(state.name, 0), kept) for state in self.journey.states),
            self._lately(one for one in moves if one.entry),
            self._lately(one for one in self.moves if one.held_out),
            self._grouped(into, lambda one: stage_of(one.target)),
            self._grouped((one for one in moves if one.target is None), lambda one: one.outcome),
            self._grouped(moves, lambda one: Passage(one.source, one.target, one.outcome)),
            self._grouped(moves, lambda one: Line(one.source, one.target, one.because)),
            reached_this_week(self.window, self.journey, self.now),
            conversion(self.window, self.journey, self.now),
            keeping(kept.pauses, {"journey": self.journey.name, "channel": None, "message": None}),
        )

    def _lately(self, moves: Iterable[Flow]) -> Lately:
        return self._grouped(moves, lambda _: None).get(None, Lately())

    def _grouped(self, moves: Iterable[Flow], key: Callable[[Flow], K]) -> dict[K, Lately]:
        """By what a key says of them, the most of the month first."""
        first = self.window.zone.day(self.now) - WEEK + 1
        week, month = Counter[K](), Counter[K]()
        for one in moves:
            own = key(one)
            month[own] += one.number
            week[own] += one.number if one.day >= first else 0
        return {own: Lately(week[own], number) for own, number in month.most_common()}

    def _place(self, state: State, number: int, kept: _Kept) -> Place:
        known = self.window.symbols.known("state", state_name(self.journey.name, state.name))
        limit, usual = self._limit(state), kept.usual.get(known)
        return Place(
            state,
            number,
            self._lately(one for one in self.moves if one.target == state.name),
            self._lately(one for one in self.moves if one.source == state.name),
            self._oldest(known) if number else None,
            self._since_before(known, self.now - limit) if number and limit else 0,
            limit,
            usual,
            self._since_before(known, self.now - usual.limit) if number and usual else 0,
            kept.messages.get(known, 0),
            kept.benefits.get(known, 0),
        )

    def _limit(self, state: State) -> int | None:
        """For how long somebody may be in a state: its longest timer, and a day for the clock it waits for."""
        timers = [one for one in state.transitions if isinstance(one, After) and one.since == "state"]
        if not timers or any(isinstance(one, At) for one in state.transitions):
            return None
        starts = (self.window.zone.shift(self.now, one.duration, back=True) for one in timers)
        return self.now - min(starts) + DAY

    def _oldest(self, state: int) -> int | None:
        found = self._ask(sa.func.min(enrolment.c.state_entered_at), state)
        return None if found is None else int(found)

    def _since_before(self, state: int, instant: int) -> int:
        return int(self._ask(sa.func.count(), state, enrolment.c.state_entered_at < instant))

    def _ask(self, what: sa.ColumnElement[Any], state: int, *these: sa.ColumnElement[bool]) -> Any:
        journey = self.window.symbols.known("journey", self.journey.name)
        here = (UNDER_WAY, enrolment.c.journey == journey, enrolment.c.state == state, *these)
        return self.window.connection.scalar(sa.select(what).select_from(enrolment).where(*here))
