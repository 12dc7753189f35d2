"""What becomes of everyone under way when another rule set is applied: by state, and told before it is done.

Everyone goes by the new rules from the state they are in. Whose state is gone needs a `--move`; the rules are not
applied until each of them has one, so nobody is stranded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from dsl.model.journeys import Journey, State, ToEnd
from dsl.model.model import Model
from dsl.near import nearest
from dsl.wording import Phrase, Series
from engine.errors import StrandedError, UsageError
from engine.projects.meaning import goes_on
from engine.storage.schema import ACTIVE, WATCHED, enrolment
from engine.storage.symbols import load_symbols
from engine.wording import all_of, near_or, say

Kind = Literal["stays", "anew", "moves", "ends", "stranded"]

END = "end"


@dataclass(frozen=True, slots=True)
class Move:
    """`--move JOURNEY.OLD=NEW`. `old` None: whatever the state. `new` a state's full name, or `end [OUTCOME]`."""

    journey: str
    old: str | None
    new: str

    @property
    def option(self) -> str:
        """The option that says it, to the letter."""
        return (
            f"--move {self.journey}.{self.old}={self.new}"
            if self.old
            else f"--move {self.journey}={self.new}"
        )

    @property
    def ends(self) -> bool:
        """Whether the run through the journey ends."""
        return self.new == END or self.new.startswith(END + " ")

    @property
    def outcome(self) -> str | None:
        """The outcome it ends with."""
        return self.new.removeprefix(END).strip() or None if self.ends else None


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of the `count` who are in a state. `state` None: those held out.

    They stay; stay and go on by other actions or transitions (`anew`); move to state `target`; end, with outcome
    `target` if any; or would be stranded.
    """

    journey: str
    state: str | None
    count: int
    kind: Kind
    target: str | None = None

    @property
    def acts(self) -> bool:
        """Whether something must be done about them."""
        return self.kind in {"moves", "ends"}

    @property
    def told(self) -> Phrase:
        """In words, such as `win_back.hello: 3 move to greeting`."""
        held_out = say("{journey} (held out)", journey=self.journey)
        place = f"{self.journey}.{self.state}" if self.state else held_out
        what = WORDS[self.kind]
        if self.target is None:
            return say("{place}: {count:,} {what}", place=place, count=self.count, what=what)
        return say(
            "{place}: {count:,} {what} {target}", place=place, count=self.count, what=what, target=self.target
        )


WORDS: Mapping[Kind, Phrase] = {
    "stays": say("stay"),
    "anew": say("stay and go on by the new rules"),
    "moves": say("move to"),
    "ends": say("end"),
    "stranded": say("would be stranded"),
}
"""Fates as they are told."""


def parse_move(text: str) -> Move:
    """A `--move`; UsageError when it is none."""
    place, equals, new = text.partition("=")
    journey, dot, old = place.strip().partition(".")
    if not equals or not journey or not new.strip() or (dot and not old):
        raise UsageError(
            say("--move {text!r} is not JOURNEY.OLD=NEW", text=text),
            say("write --move win_back.hello=greeting, or =end"),
        )
    return Move(journey, old or None, " ".join(new.split()))


def decide(
    connection: sa.Connection, before: Model | None, after: Model, moves: tuple[Move, ...]
) -> tuple[Fate, ...]:
    """The fate of everyone under way; StrandedError names the moves that are still to be written."""
    fates = fates_of(connection, before, after, moves)
    stranded = [fate for fate in fates if fate.kind == "stranded"]
    if stranded:
        people = sum(fate.count for fate in stranded)
        raise StrandedError(
            say(
                "{people:,} under way would be stranded:\n  {fates}",
                people=people,
                fates=Series(tuple(fate.told for fate in stranded), "\n  "),
            ),
            say(
                "say where they go: {moves}",
                moves=" ".join(suggested_move(fate, before, after).option for fate in stranded),
            ),
        )
    return fates


def fates_of(
    connection: sa.Connection, before: Model | None, after: Model, moves: tuple[Move, ...]
) -> tuple[Fate, ...]:
    """The fate of everyone under way, those who would be stranded included. UsageError when a move cannot be meant."""
    for move in moves:
        _check(move, before, after)
    return tuple(_fates(connection, before, after, moves))


def suggested_move(fate: Fate, before: Model | None, after: Model) -> Move:
    """The move that would help: to the one new state that does the same, else to the nearest one, new ones first."""
    states = _names(after, fate.journey)
    new = [name for name in states if before is None or name not in _names(before, fate.journey)]
    target = (
        _alike(fate, before, after, new)
        or nearest(fate.state or "", new)
        or nearest(fate.state or "", states)
        or next(iter(states), END)
    )
    return Move(fate.journey, fate.state, target)


def targets(model: Model, journey: str) -> list[str]:
    """Everywhere a move in a journey may lead under these rules: its states, then its ends."""
    states = model.journeys[journey].states if journey in model.journeys else ()
    ways = (way.target for state in states for way in state.transitions)
    outcomes = sorted({way.outcome for way in ways if isinstance(way, ToEnd)})
    return [*(state.name for state in states), END, *(f"{END} {outcome}" for outcome in outcomes if outcome)]


def _alike(fate: Fate, before: Model | None, after: Model, new: list[str]) -> str | None:
    old = before.journeys.get(fate.journey) if before else None
    state = None if old is None else _state(old, fate.state)
    alike = [
        name
        for name in new
        if state is not None and _does_the_same(state, _state(after.journeys[fate.journey], name))
    ]
    return alike[0] if len(alike) == 1 else None


def _does_the_same(one: State, other: State | None) -> bool:
    return other is not None and (one.stage, one.actions, one.transitions) == (
        other.stage,
        other.actions,
        other.transitions,
    )


def _fates(
    connection: sa.Connection, before: Model | None, after: Model, moves: tuple[Move, ...]
) -> Iterable[Fate]:
    symbols = load_symbols(connection)
    key = (enrolment.c.journey, enrolment.c.state, enrolment.c.status)
    counts = sa.select(*key, sa.func.count()).where(enrolment.c.status.in_((ACTIVE, WATCHED))).group_by(*key)
    for journey, state, status, count in connection.execute(counts):
        name = symbols.name(journey)
        now = after.journeys.get(name)
        if status == WATCHED:
            yield Fate(name, None, count, "stays" if now else "ends")
            continue
        own = symbols.name(state).partition("/")[2]
        yield _fate(Fate(name, own, count, "stranded"), before, now, moves)


def _fate(found: Fate, before: Model | None, after: Journey | None, moves: tuple[Move, ...]) -> Fate:
    old = None if before is None else before.journeys.get(found.journey)
    move = _move_for(found, moves)
    if move is not None:
        kind: Kind = "ends" if move.ends else "moves"
        return Fate(found.journey, found.state, found.count, kind, move.outcome if move.ends else move.new)
    if after is None or (old is not None and old.record != after.record):
        return found
    state, was = _state(after, found.state), None if old is None else _state(old, found.state)
    if state is None:
        return found
    kind = "stays" if was is not None and goes_on(was, state) else "anew"
    return Fate(found.journey, found.state, found.count, kind)


def _move_for(found: Fate, moves: tuple[Move, ...]) -> Move | None:
    exact = [move for move in moves if move.journey == found.journey and move.old == found.state]
    every = [move for move in moves if move.journey == found.journey and move.old is None]
    return next(iter(exact + every), None)


def _state(journey: Journey, name: str | None) -> State | None:
    return next((state for state in journey.states if state.name == name), None)


def _check(move: Move, before: Model | None, after: Model) -> None:
    known = {*after.journeys, *(before.journeys if before else ())}
    if move.journey not in known:
        raise UsageError(
            say("--move: there is no journey `{journey}`", journey=move.journey),
            near_or(move.journey, known, say("known: {names}", names=all_of(sorted(known)))),
        )
    if move.ends:
        return
    states = _names(after, move.journey)
    if move.new not in states:
        otherwise = (
            say("its states: {names}", names=all_of(states)) if states else say("it has none: write =end")
        )
        hint = near_or(move.new, states, otherwise)
        raise UsageError(
            say("--move: `{journey}` has no state `{new}`", journey=move.journey, new=move.new), hint
        )


def _names(model: Model, journey: str) -> list[str]:
    return [state.name for state in model.journeys[journey].states] if journey in model.journeys else []
