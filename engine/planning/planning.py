"""What applying rules would bring: differences, the fate of those under way, a forecast, a replay. Changes nothing.

All but the first look happens on copies of the database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dsl.model.model import Model
from dsl.units import Duration
from engine.aside import Told
from engine.config import Config
from engine.planning.difference import Difference
from engine.planning.differences import differences
from engine.planning.forecast import Applying, Days, forecast
from engine.planning.journey_differences import concerning
from engine.planning.replay import Contrast, replay
from engine.planning.trial import Period, on_a_copy
from engine.projects.fates import Fate, Move, fates_of, suggested_move
from engine.projects.project import Project
from engine.projects.releases import Release, current_release, find_release
from engine.projects.rule_sets import RuleSet, stored_rule_set
from engine.projects.virtual_time import last_run_at


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `now`: from when; `days`: how far ahead, or, to `replay`, how far back."""

    now: int
    days: int
    replay: bool = False
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """The answer. `release`: the one in force; `same`: these very rules.

    `helpful`: the move that would help each fate that strands people; they are assumed to be made in `days`, those to
    come, or, with a `contrast`, those that have passed.
    """

    now: int
    release: int | None
    same: bool
    differences: tuple[Difference, ...]
    fates: tuple[Fate, ...]
    helpful: Mapping[Fate, Move]
    days: Days
    contrast: Contrast | None
    replayed: bool

    @property
    def stranded(self) -> int:
        """How many people would be stranded."""
        return sum(fate.count for fate in self.helpful)


def plan(
    project: Project,
    rules: RuleSet,
    model: Model,
    question: Question,
    told: Told = lambda _done, _total: None,
) -> Planned:
    """What applying `rules`, whose model is `model`, would bring. NoReleaseError when there is nothing to replay.

    `told` hears how much of the days has passed; for each side from the start.
    """
    with on_a_copy(project) as copy:
        with copy.store.read() as connection:
            find = current_release if question.replay else find_release
            before, last = find(connection, project.config), last_run_at(connection)
            old = None if before is None else before.model
            fates = fates_of(connection, old, model, question.moves)
        helpful = {fate: suggested_move(fate, old, model) for fate in fates if fate.kind == "stranded"}
        same = before is not None and before.digest == rules.digest
        applying = Applying(rules, (*question.moves, *helpful.values()), same)
        now = max(question.now, last or 0)
        days, contrast = _lived(copy, applying, replace(question, now=now), old, told)
    return Planned(
        now=now,
        release=None if before is None else before.number,
        same=same,
        differences=_differences(project.config, before, applying, question.moves, helpful),
        fates=fates,
        helpful=helpful,
        days=days,
        contrast=contrast,
        replayed=question.replay,
    )


def _differences(
    config: Config,
    before: Release | None,
    applying: Applying,
    moves: tuple[Move, ...],
    stranded: Iterable[Fate],
) -> tuple[Difference, ...]:
    if applying.same:
        return ()
    old = None if before is None else stored_rule_set(before.texts, config)
    return concerning(differences(old, applying.rules, moves), stranded)


def _lived(
    copy: Project, applying: Applying, question: Question, old: Model | None, told: Told
) -> tuple[Days, Contrast | None]:
    """The days in question, on a copy that is used up."""
    now, zone, length = question.now, copy.config.zone, Duration(question.days, "day")
    if question.replay and old is not None:
        return replay(copy, old, applying, _period(zone.shift(now, length, back=True), now, told))
    period = _period(now, zone.shift(now, length), told)
    return forecast(copy, applying, period, released=old is not None), None


def _period(after: int, until: int, told: Told) -> Period:
    return Period(after, until, lambda at: told(at - after, until - after))
