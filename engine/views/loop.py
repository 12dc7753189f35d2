"""The numbers of the loop: how many are under way in each journey and stage, how that went, who came from where."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dsl.model.journeys import Journey
from engine.views.flows import MONTH, WEEK, Flow, by_day, flows, history, stage_of
from engine.views.goals import reached_this_week
from engine.views.titles import Titles
from engine.views.window import Window


@dataclass(frozen=True, slots=True)
class Reach:
    """A stage of a journey, or all of it (`stage` None): how many are there, and were at the end of each day.

    `came`: how many in this week; `sources`: of these from which stages, with their titles, the most first.
    """

    stage: str | None
    title: str
    number: int
    days: tuple[int, ...]
    came: int
    sources: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Course:
    """How a journey goes. `ended`: this week, by what that end is called, the most first.

    `reached`: so many reached its goal this week, None where it has none.
    """

    journey: str
    whole: Reach
    stages: tuple[Reach, ...]
    ended: Mapping[str, int]
    reached: int | None


def loop(window: Window, there: Mapping[str, Mapping[str, int]], now: int) -> tuple[Course, ...]:
    """All journeys in force, in the order in which a run works them. `there`: how many are where now."""
    today = window.zone.day(now)
    days = range(today - MONTH + 1, today + 1)
    moved = flows(window, days[0])
    found = []
    for journey in window.model.ordered_journeys():
        name = journey.name
        counted = _Counted(journey, moved.get(name, []), there.get(name, {}), days, window.titles)
        found.append(counted.course(reached_this_week(window, journey, now)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is known of a journey on some days, the last of which is today."""

    journey: Journey
    moves: Sequence[Flow]
    there: Mapping[str, int]
    days: Sequence[int]
    titles: Titles

    def course(self, reached: int | None) -> Course:
        ended = Counter[str]()
        for one in self._recent(self.moves):
            if one.source is not None and one.target is None:
                ended[self.titles.end(self.journey.name, one.outcome)] += one.number
        stages = tuple(self._reach(stage.name, stage.title) for stage in self.journey.stages)
        return Course(
            self.journey.name,
            self._reach(None, self.journey.title),
            stages,
            dict(ended.most_common()),
            reached,
        )

    def _reach(self, stage: str | None, title: str) -> Reach:
        """Who moves inside a stage neither comes nor leaves."""

        def inside(state: str | None) -> bool:
            return state is not None and (stage is None or stage_of(state) == stage)

        came = [one for one in self.moves if inside(one.target) and not inside(one.source)]
        left = [one for one in self.moves if inside(one.source) and not inside(one.target)]
        number = sum(count for state, count in self.there.items() if inside(state))
        return Reach(
            stage,
            title or stage or self.journey.name,
            number,
            history(number, by_day(came, self.days), by_day(left, self.days)),
            sum(one.number for one in self._recent(came)),
            self._sources(came),
        )

    def _sources(self, came: Sequence[Flow]) -> Mapping[str, int]:
        titles = {one.name: one.title for one in self.journey.stages}
        found = Counter[str]()
        for one in self._recent(came):
            if one.source is not None:
                known = stage_of(one.source) or one.source
                found[titles.get(known) or known] += one.number
        return dict(found.most_common())

    def _recent(self, moves: Sequence[Flow]) -> list[Flow]:
        return [one for one in moves if one.day > self.days[-1] - WEEK]
