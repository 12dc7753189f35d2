"""The scenarios of a project's rules as files, played in a process of its own; what became of each, to be shown."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dsl.context import WELL_KNOWN_CHANNELS
from engine.aside import Told, aside
from engine.config import FILE_NAME, load_config
from engine.projects.folder import rules_of
from engine.projects.rule_files import read_rule_set
from engine.scenarios.playing import Failure, Played
from engine.scenarios.trying import Trial, try_all


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scenario: `line` of `file` where it begins; `failures` where it did not go as written."""

    title: str
    file: str
    line: int
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of all of them, and the digest of the rules that they were played with."""

    digest: str
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those that did not go as written."""
        return tuple(one for one in self.outcomes if one.failures)


def try_aside(folder: Path, told: Told, wanted: Callable[[], bool]) -> Tried | None:
    """Play all of them; None once it is no longer `wanted`. RulesError when the rules have errors."""
    return aside(_tried, folder, told, wanted)


def _tried(folder: Path, told: Told) -> Tried:
    config = load_config(folder / FILE_NAME)
    rules = read_rule_set(rules_of(folder, config), config)
    model = rules.sound(rules.diagnostics)
    places = range(len(model.scenarios))
    found: list[Outcome] = []

    def note(played: Played) -> None:
        found.append(_outcome(played))
        told(len(found), len(places))

    try_all(Trial(model, config, WELL_KNOWN_CHANNELS | config.channels.keys(), places), note)
    return Tried(rules.digest, tuple(found))


def _outcome(played: Played) -> Outcome:
    span = played.scenario.span
    return Outcome(played.scenario.title, span.source.name, span.line, played.failures)
