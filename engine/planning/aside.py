"""A plan of a project's rules as files, made in a process of its own: what they say when that process reads them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.aside import Told, aside
from engine.planning.planning import Planned, Question, plan
from engine.planning.trial import untold
from engine.projects.candidate import candidate
from engine.projects.project import open_project


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan, and the digest of the rules that it is about."""

    digest: str
    planned: Planned


def plan_aside(folder: Path, question: Question, told: Told, wanted: Callable[[], bool]) -> Drawn | None:
    """The plan; None once it is no longer `wanted`.

    RulesError when the rules have errors, and whatever else `plan` raises.
    """
    return aside(_drawn, (folder, question), told, wanted)


def _drawn(asked: tuple[Path, Question], told: Told) -> Drawn:
    folder, question = asked
    project = open_project(folder)
    try:
        rules, found = candidate(project)
        planned = plan(project, rules, rules.sound(found), question, told)
    finally:
        project.store.close()
    days = planned.days
    return Drawn(rules.digest, replace(planned, days=replace(days, period=replace(days.period, told=untold))))
