"""Targets of transitions: which state `-> name` means, from where it is written."""

from collections.abc import Mapping
from dataclasses import dataclass

from dsl.model.journeys import Target, ToEnd, ToState
from dsl.names.outline import Outline
from dsl.near import nearest
from dsl.report import Report, hint_for
from dsl.tree.expressions import Name
from dsl.tree.journeys import End, Goto
from dsl.tree.journeys import Target as TargetDecl
from dsl.wording import Phrase, say

LOST = ToState("")
"""Stands for a target that was reported; no state has that name."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A target, and the stage it names when it names a stage and not a state."""

    target: Target
    stage: str | None = None


def aim(target: TargetDecl, here: str | None, outline: Outline, report: Report) -> Aim:
    """What a target means when written in the stage `here` (None: outside stages), or `LOST` and a report."""
    if isinstance(target, End):
        return Aim(ToEnd(target.outcome.text))
    return (
        _exact(target, outline, report)
        if len(target.parts) > 1
        else _bare(target.parts[0], here, outline, report)
    )


def _bare(name: Name, here: str | None, outline: Outline, report: Report) -> Aim:
    own = f"{here}.{name.text}"
    if here is not None and own in outline.states:
        return Aim(ToState(own))
    if name.text in outline.states:
        return Aim(ToState(name.text))
    if name.text in outline.stages:
        first = outline.stages[name.text]
        return Aim(LOST if first is None else ToState(first), name.text)
    message = say(
        "The journey `{journey}` has no state or stage `{name}`.", journey=outline.name, name=name.text
    )
    report.error("unknown-name", name.span, message, _nearest(name.text, here, outline))
    return Aim(LOST)


def _exact(target: Goto, outline: Outline, report: Report) -> Aim:
    stage, state = target.parts[0], target.parts[1]
    full = f"{stage.text}.{state.text}"
    if full in outline.states:
        return Aim(ToState(full))
    if stage.text not in outline.stages:
        message = say("The journey `{journey}` has no stage `{name}`.", journey=outline.name, name=stage.text)
        report.error("unknown-name", stage.span, message, hint_for(stage.text, tuple(outline.stages)))
    else:
        known = tuple(bare for owner, bare in map(_split, outline.states) if owner == stage.text)
        message = say("The stage `{stage}` has no state `{name}`.", stage=stage.text, name=state.text)
        report.error("unknown-name", state.span, message, hint_for(state.text, known))
    return Aim(LOST)


def _nearest(name: str, here: str | None, outline: Outline) -> Phrase:
    """A state of another stage with that very name, else what can be written here and looks alike."""
    if name == "end":
        return say("An end has a name, its outcome: `-> end won`.")
    elsewhere = [full for full in outline.states if _split(full) == (full.rpartition(".")[0], name)]
    if elsewhere:
        return say("A state of another stage is written with its stage: `-> {name}`.", name=elsewhere[0])
    near: Mapping[str, str] = {
        bare: bare if owner in {"", here} else f"{owner}.{bare}"
        for owner, bare in map(_split, outline.states)
    }
    found = nearest(name, (*near, *outline.stages))
    if found is None:
        return hint_for(name, tuple(near[bare] for bare in near))
    return say("Did you mean `{name}`?", name=near.get(found, found))


def _split(full: str) -> tuple[str, str]:
    """Stage and state of a full name; no stage is empty."""
    stage, _, state = full.rpartition(".")
    return stage, state
