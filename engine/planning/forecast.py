"""The days to come, lived through on copies: once under the release in force, once under the rules to be applied.

Nobody new responds: no event comes in, no task is finished, nobody opts out, what is sent arrives.
"""

from dataclasses import dataclass

from dsl.wording import Phrase
from engine.errors import MigrationError
from engine.planning.counting import Counts, count
from engine.planning.sides import both
from engine.planning.taken_back import Standing
from engine.planning.trial import Period, let_time_pass, pace
from engine.projects.applying import apply
from engine.projects.fates import Move
from engine.projects.project import Project
from engine.projects.project_turn import ready
from engine.projects.rule_sets import RuleSet
from engine.storage.audit import By

PLANNER = "plan"
"""Who applies rules on a copy, in its trail."""


@dataclass(frozen=True, slots=True)
class Days:
    """What a period brings under the old release and under the new one; None where there is none.

    `turns`: how many runs that takes, of both; `hours`: see `pace`. `refused`: why the new rules cannot be applied.
    `began`: how a replay began. `helped`: whether moves were made in it that nobody asked for.
    """

    period: Period
    hours: int | None
    turns: int
    old: Counts | None
    new: Counts | None
    refused: Phrase | None = None
    began: Standing | None = None
    helped: bool = False


@dataclass(frozen=True, slots=True)
class Applying:
    """The rules to be applied, with every move that they need; `same`: they are in force already."""

    rules: RuleSet
    moves: tuple[Move, ...]
    same: bool


def forecast(copy: Project, applying: Applying, period: Period, *, released: bool) -> Days:
    """Live through a period on a copy of a project, which is used up. `released`: there is a release in force."""
    hours = pace(copy)

    def apply_and_live(project: Project, period: Period) -> _Side:
        try:
            apply(project, applying.rules, By(PLANNER, period.after), applying.moves)
        except MigrationError as error:
            return _Side(refused=error.message)
        return _lived(project, period)

    if applying.same:
        only = _lived(copy, period)
        return Days(period, hours, only.turns, only.counts, only.counts)
    if released:
        old, new = both(copy, period, _lived, apply_and_live)
    else:
        old, new = _Side(), apply_and_live(copy, period)
    return Days(period, hours, old.turns + new.turns, old.counts, new.counts, new.refused)


@dataclass(frozen=True, slots=True)
class _Side:
    counts: Counts | None = None
    turns: int = 0
    refused: Phrase | None = None


def _lived(copy: Project, period: Period) -> _Side:
    engine = ready(copy)
    turns = let_time_pass(engine, period)
    with copy.store.read() as connection:
        return _Side(count(connection, copy.config, engine.release.model, period.after), turns)
