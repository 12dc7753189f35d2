"""A journey as lines of text: stages as boxes, states below each other, ways out as branches. Knows no widget.

Each line is as wide as it is asked for, in parts with a style each. What a place means is told by a sign as well:
`●` here, `✓` passed, `○` a state, `◇` any of them, `■` an end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal

from textual.content import Content

from dsl.graphs.ways import Way, deed, ways
from dsl.model.journeys import Journey, Stage, State, Target, ToState
from engine.views.titles import NAMES, Titles
from tui.widgets.bars import padded, width_of
from tui.wording import say, told

Style = Literal["", "frame", "name", "quiet", "lit", "note"]
Part = tuple[str, Style]

Course = tuple[str | None, str | None, Target]
"""Ways between the same ends: of a state, else of a stage, and where they lead."""

_EDGES = 4
"""Cells that the sides of a box take."""

_LEAST = 12
"""Targets are not cut to fewer cells than that, nor shown in fewer."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn. `notes`: what stands beside states, such as how many customers are there; `flows`: beside ways.

    `lit`: where somebody is; `passed`: where they have been. All are full names of states. `titles`: what else is
    named is called by these.
    """

    journey: Journey
    notes: Mapping[str, str] = field(default_factory=dict)
    lit: str | None = None
    passed: AbstractSet[str] = frozenset()
    flows: Mapping[Course, str] = field(default_factory=dict)
    titles: Titles = NAMES


@dataclass(frozen=True, slots=True)
class Line:
    """`state`: the one that the line names; None for frames and ways."""

    parts: tuple[Part, ...]
    state: str | None = None


def drawn(drawing: Drawing, width: int, unfolded: AbstractSet[str] | None = None) -> list[Line]:
    """The lines. The ways out of `unfolded` states (None: of all) are told one by one, of others where they lead."""
    pen = _Pen(drawing, width, unfolded, ways(drawing.journey, drawing.titles))
    stages: dict[str | None, list[State]] = {None: []}
    for state in drawing.journey.states:
        stages.setdefault(state.stage, []).append(state)
    return [line for stage, states in stages.items() for line in pen.box(stage, states)]


def name_of(state: State) -> str:
    """A state as its stage knows it."""
    return state.name if state.stage is None else state.name.removeprefix(f"{state.stage}.")


def title_of(thing: State | Stage | Journey) -> str:
    """What people call it: its title, else its name."""
    return told(thing.title or (name_of(thing) if isinstance(thing, State) else thing.name))


@dataclass(frozen=True, slots=True)
class _Pen:
    drawing: Drawing
    width: int
    unfolded: AbstractSet[str] | None
    ways: tuple[Way, ...]

    def box(self, stage: str | None, states: Sequence[State]) -> Iterator[Line]:
        """A stage, or what is in none: what leads out of all of it, then state by state."""
        everywhere = [way for way in self.ways if way.state is None and way.stage == stage]
        if not everywhere and not states:
            return
        yield self._top(stage)
        if everywhere:
            yield self._framed([("◇ ", "quiet"), (told(say("wherever they are")), "quiet")])
            yield from self._branches(everywhere, stage, None)
        for state, after in zip(states, [*states[1:], None], strict=False):
            yield from self._state(state, after)
        yield Line(((f"╰{'─' * (self.width - 2)}╯", "frame"),))

    def _top(self, stage: str | None) -> Line:
        """The upper edge of a box, with the title."""
        journey = self.drawing.journey
        thing: Stage | Journey = next((one for one in journey.stages if one.name == stage), journey)
        title, name = title_of(thing), told(thing.name)
        words = title if title == name else f"{title} {name}"
        words = padded(words, min(width_of(words), self.width - 6))
        rest = self.width - width_of(words) - 5
        return Line((("╭─ ", "frame"), (words, "name"), (f" {'─' * rest}╮", "frame")))

    def _state(self, state: State, after: State | None) -> Iterator[Line]:
        """What is told of a state; `after`: the one drawn below it."""
        mine = [way for way in self.ways if way.state == state.name]
        whole = self.unfolded is None or state.name in self.unfolded
        parts = self._heading(state)
        if mine and not whole:
            there = dict.fromkeys(self._target(way.target, state.stage) for way in mine)
            parts.append((f"  → {', '.join(there)}", "quiet"))
        yield self._framed(parts, self.drawing.notes.get(state.name, ""), state.name)
        if whole and state.actions:
            deeds = " · ".join(told(deed(action, self.drawing.titles)) for action in state.actions)
            yield self._framed([("│ " if mine else "  ", "frame"), (deeds, "quiet")])
        if whole:
            yield from self._branches(mine, state.stage, after)

    def _heading(self, state: State) -> list[Part]:
        lit = state.name == self.drawing.lit
        sign = "●" if lit else "✓" if state.name in self.drawing.passed else "○"
        style: Style = "lit" if lit else "name"
        title, name = title_of(state), told(name_of(state))
        return [(f"{sign} ", style), (title, style), (f" {name}" if name != title else "", "quiet")]

    def _branches(self, found: Sequence[Way], stage: str | None, after: State | None) -> Iterator[Line]:
        """Ways by where they lead; the one to the state drawn below comes last and leads straight on."""
        targets: dict[Target, list[str]] = {}
        for way in found:
            targets.setdefault(way.target, []).append(told(way.words))
        straight = [] if after is None else targets.pop(ToState(after.name), [])
        heads = {target: self._target(target, stage) for target in targets}
        flows = {target: self._flow(found[0], target) for target in targets}
        room = min(max(map(width_of, heads.values()), default=0), max(_LEAST, self.width // 3))
        for target, words in targets.items():
            last = not straight and target == list(targets)[-1]
            lines = _wrapped(
                words, self.width - _EDGES - room - 5 - (width_of(flows[target]) + 2 if flows[target] else 0)
            )
            for number, line in enumerate(lines):
                stem = ("  " if last else "│ ") if number else ("└▶" if last else "├▶")
                head = padded("" if number else heads[target], room)
                parts: list[Part] = [(f"{stem} ", "frame"), (head, ""), (f"  {line}", "quiet")]
                yield self._framed(parts, "" if number else flows[target])
        lines = _wrapped(straight, self.width - _EDGES - 2)
        for number, line in enumerate(lines):
            down: list[Part] = [("▼ " if number == len(lines) - 1 else "│ ", "frame"), (line, "quiet")]
            yield self._framed(
                down, self._flow(found[0], ToState(after.name)) if after and not number else ""
            )

    def _flow(self, way: Way, target: Target) -> str:
        """How many went there, where that is told."""
        return self.drawing.flows.get((way.state, None if way.state else way.stage, target), "")

    def _target(self, target: Target, stage: str | None) -> str:
        """Where a way out of a stage leads, with its stage where that is another one."""
        if not isinstance(target, ToState):
            return f"■ {told(self.drawing.journey.ends.get(target.outcome) or target.outcome)}"
        there = self.drawing.journey.state(target.state)
        if there.stage in (None, stage):
            return title_of(there)
        other = next(one for one in self.drawing.journey.stages if one.name == there.stage)
        return f"{title_of(other)} · {title_of(there)}"

    def _framed(self, parts: Iterable[Part], note: str = "", state: str | None = None) -> Line:
        room = self.width - _EDGES - (width_of(note) + 2 if note else 0)
        inside = [*_fitted(parts, max(room, 0))]
        if note:
            inside.append((f"  {note}", "note"))
        return Line((("│ ", "frame"), *inside, (" │", "frame")), state)


def _fitted(parts: Iterable[Part], room: int) -> Iterator[Part]:
    """Parts in exactly so much room."""
    for text, style in parts:
        width = width_of(text)
        if width > room:
            if room > 0:
                yield padded(text, room), style
            return
        yield text, style
        room -= width
    if room:
        yield " " * room, ""


def _wrapped(words: Iterable[str], width: int) -> list[str]:
    """Each text on as many lines as it needs."""
    return [line.plain for text in words for line in Content(text).wrap(max(width, _LEAST))]
