"""States and stages of a journey to the model: every way out of each state, outer ones included, in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dsl.lowering.actions import lower_actions
from dsl.lowering.transitions import Place, Way, at_once, by_time, ways
from dsl.model.journeys import Stage, State, ToState
from dsl.names.catalog import unique
from dsl.names.outline import full_name, states_of
from dsl.report import Report
from dsl.resolve import Scope
from dsl.tree.journeys import JourneyDecl, StageDecl, StateDecl
from dsl.wording import say

_UNDER_WAY = frozenset({"entry", "stage", "state"})


def lower_stages(decl: JourneyDecl, report: Report) -> tuple[Stage, ...]:
    """The stages of a journey; an empty one cannot be entered."""
    stages = [item for item in decl.items if isinstance(item, StageDecl)]
    unique((stage.name for stage in stages), say("stage"), report)
    for stage in stages:
        if not any(isinstance(item, StateDecl) for item in stage.items):
            message = say("The stage `{name}` has no state.", name=stage.name.text)
            report.error(
                "syntax", stage.name.span, message, say("Write a state into it, or remove the stage.")
            )
    first = {stage.name.text: stage for stage in reversed(stages)}
    ordered = dict.fromkeys(stage.name.text for stage in stages)
    return tuple(Stage(name, first[name].title or name, first[name].span) for name in ordered)


def lower_states(decl: JourneyDecl, scope: Scope, policy: str | None) -> tuple[State, ...]:
    """The states of a journey in the order written; `scope` knows the journey's record."""
    outline = scope.catalog.outlines[decl.name.text]
    frame = _frame(decl, Place(outline, replace(scope, since=_UNDER_WAY)), policy)
    found: dict[str, tuple[StateDecl, State]] = {}
    for stage, state in states_of(decl):
        name = full_name(stage, state)
        if name in found:
            message = say("Another state is already called `{name}`.", name=name)
            hint = say("Give one of the two another name, or remove it.")
            scope.report.twice(state.name.span, found[name][0].name.span, message, hint)
        else:
            found[name] = (state, _state(state, stage.name.text if stage else None, frame))
    if not found:
        message = say("The journey `{name}` has no state.", name=decl.name.text)
        hint = say("Write at least one, `state hello { … }`; the first one is entered first.")
        scope.report.error("syntax", decl.name.span, message, hint)
    return tuple(state for _, state in found.values())


@dataclass(frozen=True, slots=True)
class _Frame:
    """What surrounds the states of a journey: ways out written in it, and in its stages by name."""

    place: Place
    policy: str | None
    outer: list[Way]
    staged: Mapping[str, list[Way]]


def _frame(decl: JourneyDecl, place: Place, policy: str | None) -> _Frame:
    staged = {
        item.name.text: ways(item.items, replace(place, stage=item.name.text, scope="stage"))
        for item in decl.items
        if isinstance(item, StageDecl)
    }
    return _Frame(place, policy, ways(decl.items, replace(place, scope="journey")), staged)


def _state(decl: StateDecl, stage: str | None, frame: _Frame) -> State:
    place = replace(frame.place, stage=stage)
    name = decl.name.text if stage is None else f"{stage}.{decl.name.text}"
    own = ways(decl.items, place)
    outer = [
        way for way in (*frame.staged.get(stage or "", ()), *frame.outer) if not _leads_here(way, name, stage)
    ]
    ordered = _in_order(own, outer)
    return State(
        name=name,
        stage=stage,
        title=decl.title or decl.name.text,
        actions=lower_actions(decl.items, place, frame.policy),
        transitions=tuple(way.transition for way in ordered),
        span=decl.span,
    )


def _leads_here(way: Way, name: str, stage: str | None) -> bool:
    """Whether an outer transition leads to where the customer already is."""
    return way.transition.target == ToState(name) or (stage is not None and way.stage == stage)


def _in_order(own: list[Way], outer: list[Way]) -> Iterator[Way]:
    """The order of `State.transitions`: at once, the state's split or otherwise, outer at once, by time."""
    yield from filter(at_once, own)
    yield from (way for way in own if not at_once(way) and not by_time(way))
    yield from filter(at_once, outer)
    yield from filter(by_time, (*own, *outer))
