"""One scenario played: virtual time jumps from one moment at which something is due to the next, and to each step."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from dsl.model import scenarios as m
from dsl.wording import Phrase
from engine.scenarios.coverage import Trail, trail_of
from engine.scenarios.expecting import Look, Notes, holds
from engine.scenarios.feeding import CannotBeDoneError, Feed
from engine.scenarios.keeping import keeps
from engine.scenarios.stage import Stage
from engine.scenarios.telling import happened, needed, step_words
from engine.storage.bulk import many_objects
from engine.wording import say

Happened = tuple[Phrase, ...]
"""What really happened to the customer around then, line by line, the last line where things stand."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that did not go as written. `line` of the scenario's file."""

    line: int
    expected: Phrase
    happened: Happened


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a scenario, and what it tried of the rules."""

    scenario: m.Scenario
    failures: tuple[Failure, ...] = ()
    trail: Trail = field(default_factory=Trail)

    @property
    def passed(self) -> bool:
        """Whether everything went as written."""
        return not self.failures


def play(stage: Stage, scenario: m.Scenario) -> Played:
    """Play a scenario from its beginning, on an empty store."""
    if scenario.start is None:
        return Played(scenario)
    stage.clear()
    with many_objects():
        playing = _Playing(stage, stage.config.zone.instant(scenario.start))
        for step in scenario.steps if playing.begin(scenario.givens) else ():
            playing.take(step)
    return Played(scenario, tuple(playing.failures), trail_of(stage))


@dataclass(slots=True)
class _Playing:
    """A scenario under way. `fed`: how much has been told, which tells equal events apart."""

    stage: Stage
    now: int
    notes: Notes = field(default_factory=Notes)
    failures: list[Failure] = field(default_factory=list)
    fed: int = 0

    def begin(self, givens: tuple[m.Given, ...]) -> bool:
        """Tell what is given, customers first, and start the clock; whether all of it could be told."""
        order = ("customer", "record", "event")
        with self.stage.store.write() as connection:
            feed = Feed(self.stage, connection, self.now)
            for number, given in enumerate(sorted(givens, key=lambda one: order.index(one.family))):
                try:
                    feed.given(given, number)
                except CannotBeDoneError as error:
                    self.failures.append(Failure(given.span.line, needed(given, error.needs), ()))
        self.fed = len(givens)
        self.stage.turn(self.now)
        return not self.failures

    def take(self, step: m.Step) -> None:
        """Let time pass up to a step, and take it."""
        if self.stage.config.zone.instant(step.at) < self.now:
            start = self.stage.config.zone.on_the_wall(self.now)
            needs = say("a time that is not before the clock starts, {start}", start=start)
            self._fail(step, needed(step, needs))
            return
        self._pass_time(step)
        if isinstance(step.does, m.Expectation) and not _lasts(step):
            self._expect(step, step.does)
        with self.stage.store.read() as connection:
            self.notes.step_over(connection, self.stage.plan, step.who)
        if not isinstance(step.does, m.Expectation):
            self._act(step)  # what comes of it is news to the step after

    def _pass_time(self, step: m.Step) -> None:
        """Go on to a step, by way of every moment at which something is due."""
        until = self.stage.config.zone.instant(step.at)
        as_expected = self._lasting(step)
        while self.now < until:
            due = self.stage.next_due(self.now, until)
            self.now = until if due is None else due
            self.stage.turn(self.now)
            as_expected = as_expected and self._lasting(step)

    def _lasting(self, step: m.Step) -> bool:
        """Whether what a step expects all the time is so now."""
        return not isinstance(step.does, m.Expectation) or not _lasts(step) or self._expect(step, step.does)

    def _act(self, step: m.Step) -> None:
        self.fed += 1
        try:
            with self.stage.store.write() as connection:
                Feed(self.stage, connection, self.now).act(step, self.fed)
        except CannotBeDoneError as error:
            self._fail(step, needed(step, error.needs))
        self.stage.turn(self.now)

    def _expect(self, step: m.Step, expected: m.Expectation) -> bool:
        """Whether what is expected is so; else it is written down."""
        with self.stage.store.read() as connection:
            look = self._look(connection, step)
            as_expected = holds(expected, look) or (
                isinstance(expected, m.Waiting) and keeps(self.stage, look, expected)
            )
        if not as_expected:
            self._fail(step, step_words(step))
        return as_expected

    def _look(self, connection: sa.Connection, step: m.Step) -> Look:
        return Look(connection, self.stage.plan, self.notes, step.who, self.now)

    def _fail(self, step: m.Step, expected: Phrase) -> None:
        with self.stage.store.read() as connection:
            told = happened(self.stage, self._look(connection, step), step)
        self.failures.append(Failure(step.span.line, expected, told))


def _lasts(step: m.Step) -> bool:
    """Whether `until` asks for it all the time; else it is asked of the whole time at its end."""
    return step.until and isinstance(step.does, m.InState | m.Asked | m.Waiting | m.Holds)
