"""What journeys say differently: heading lines, stages, states, and what stands in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dsl.model.journeys import Journey
from dsl.tree.expressions import Node
from dsl.tree.journeys import Action, JourneyDecl, JourneyLine, StageDecl, StateDecl, Transition
from engine.planning.difference import Difference, changed, in_any_order, in_order, renamed
from engine.planning.said import Renaming, Said, named
from engine.projects.fates import Fate, Move
from engine.projects.meaning import same
from engine.wording import say

NEEDS_MOVE = say("who is there needs a `--move`")
BEGINS_ANEW = say(
    "the new one knows nobody: who is under way in the old one needs a `--move` to an end, and who has been through it "
    "may come in again"
)
OTHER_SUBJECT = say("it runs for something else: who is under way needs a `--move`")


def journey_differences(old: Said, new: Said, moves: Sequence[Move] = ()) -> Iterator[Difference]:
    """Everything about journeys; `moves` as somebody said."""

    def inside(name: str, one: JourneyDecl, other: JourneyDecl) -> Iterator[Difference]:
        models = (_model(old, name), _model(new, name))
        if not same(*models):
            found = list(_inside(one, other, models, moves))
            yield from found or [Difference("affected", "journey", name)]

    def told(names: tuple[str, str], one: JourneyDecl, other: JourneyDecl) -> Iterator[Difference]:
        yield renamed("journey", names, replace(one, items=()), replace(other, items=()), BEGINS_ANEW)

    both = old.by_name(JourneyDecl), new.by_name(JourneyDecl)
    yield from named("journey", both, inside, NEEDS_MOVE, Renaming(told))


def concerning(found: Iterable[Difference], stranded: Iterable[Fate]) -> tuple[Difference, ...]:
    """The differences, where these would be stranded: what breaks only where somebody is breaks nothing elsewhere."""
    there = {name for fate in stranded for name in (fate.journey, f"{fate.journey}.{fate.state}")}
    return tuple(
        replace(item, why=None) if item.needs_somebody and item.name not in there else item for item in found
    )


def _model(said: Said, name: str) -> Journey:
    assert said.model is not None  # noqa: S101  # there is a statement
    return said.model.journeys[name]


def _inside(
    one: JourneyDecl, other: JourneyDecl, models: tuple[Journey, Journey], moves: Sequence[Move]
) -> Iterator[Difference]:
    (old, new), name = models, models[0].name
    if one.title != other.title:
        yield changed("journey", name, replace(one, items=()), replace(other, items=()))
    for line in in_any_order("journey_line", name, *(_lines(item) for item in (one, other))):
        subject = old.record != new.record and _is_subject(line)
        yield replace(line, why=OTHER_SUBJECT) if subject else line
    yield from in_order("transition", name, *(_transitions(item.items) for item in (one, other)))
    yield from named("stage", (_stages(one), _stages(other)), _inside_stage)
    said = {f"{name}.{move.old}": f"{name}.{move.new}" for move in moves if move.journey == name and move.old}
    yield from _states((_placed(one), _placed(other)), models, said)
    first, now_first = (f"{name}.{journey.states[0].name}" for journey in (old, new))
    if first != now_first and {first, now_first} <= _placed(one).keys() & _placed(other).keys():
        states = _placed(one)[first], _placed(other)[now_first]
        yield changed("first_state", name, replace(states[0], items=()), replace(states[1], items=()))


def _lines(decl: JourneyDecl) -> list[Node]:
    return [item for item in decl.items if isinstance(item, JourneyLine)]


def _is_subject(line: Difference) -> bool:
    return any(said is not None and said.text.startswith("for ") for said in (line.old, line.new))


def _transitions(items: tuple[Node, ...]) -> list[Node]:
    return [item for item in items if isinstance(item, Transition)]


def _stages(decl: JourneyDecl) -> dict[str, StageDecl]:
    stages = (item for item in decl.items if isinstance(item, StageDecl))
    return {f"{decl.name.text}.{item.name.text}": item for item in stages}


def _placed(decl: JourneyDecl) -> dict[str, StateDecl]:
    """The states by their full names, the journey's included."""
    scopes = {decl.name.text: decl.items} | {name: stage.items for name, stage in _stages(decl).items()}
    return {
        f"{scope}.{item.name.text}": item
        for scope, items in scopes.items()
        for item in items
        if isinstance(item, StateDecl)
    }


def _inside_stage(name: str, one: StageDecl, other: StageDecl) -> Iterator[Difference]:
    if one.title != other.title:
        yield changed("stage", name, replace(one, items=()), replace(other, items=()))
    yield from in_order("transition", name, _transitions(one.items), _transitions(other.items))


def _states(
    both: tuple[dict[str, StateDecl], dict[str, StateDecl]],
    models: tuple[Journey, Journey],
    said: Mapping[str, str],
) -> Iterator[Difference]:
    journey = models[0].name

    def inside(name: str, before: StateDecl, after: StateDecl) -> Iterator[Difference]:
        own = name.removeprefix(f"{journey}.")
        if not same(models[0].state(own), models[1].state(own)):
            yield from _inside_state(name, before, after)

    def told(names: tuple[str, str], before: StateDecl, after: StateDecl) -> Iterator[Difference]:
        old, new = names
        option = Move(journey, old.removeprefix(f"{journey}."), new.removeprefix(f"{journey}.")).option
        why = None if said.get(old) == new else say("who is there needs {move}", move=option)
        yield renamed("state", names, replace(before, items=()), replace(after, items=()), why)
        yield from _inside_state(new, replace(before, title=after.title), after)

    yield from named("state", both, inside, NEEDS_MOVE, Renaming(told, said))


def _inside_state(name: str, one: StateDecl, other: StateDecl) -> Iterator[Difference]:
    if one.title != other.title:
        yield changed("state", name, replace(one, items=()), replace(other, items=()))
    actions = ([item for item in decl.items if isinstance(item, Action)] for decl in (one, other))
    yield from in_order("action", name, *actions)
    yield from in_order("transition", name, _transitions(one.items), _transitions(other.items))
