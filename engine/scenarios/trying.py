"""All scenarios of a rule set, or those of a title, played one after the other or by several processes."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from os import sched_getaffinity

from dsl.model.model import Model
from engine.config import Config
from engine.scenarios.playing import Played, play
from engine.scenarios.stage import set_stage

WORTH_A_PROCESS = 40
"""Scenarios that take as long as starting a process and compiling everything there."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: a rule set's scenarios by their places, with what the rules may rely on.

    `watched`: it is noted which conditions are asked, which takes its time.
    """

    model: Model
    config: Config
    channels: Collection[str]
    places: Sequence[int]
    watched: bool = False


def try_all(trial: Trial, told: Callable[[Played], None] = lambda _: None) -> list[Played]:
    """Play the scenarios of a trial, in their order; `told` hears of each when it is over."""
    found = []
    for played in _played(trial):
        told(played)
        found.append(played)
    return found


def chosen(model: Model, only: str | None) -> list[int]:
    """The places of the scenarios whose titles hold a text."""
    return [place for place, item in enumerate(model.scenarios) if only is None or only in item.title]


def _played(trial: Trial) -> Iterator[Played]:
    workers = min(len(sched_getaffinity(0)), len(trial.places) // WORTH_A_PROCESS)
    if workers < 2:
        yield from by_one(trial)
        return
    shares = [replace(trial, places=trial.places[first::workers]) for first in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        played = [iter(some) for some in pool.map(_share, shares)]
        for turn in range(len(trial.places)):
            yield next(played[turn % workers])


def by_one(trial: Trial) -> Iterator[Played]:
    """Play the scenarios in this process."""
    stage = set_stage(trial.model, trial.config, trial.channels, watched=trial.watched)
    for place in trial.places:
        yield play(stage, trial.model.scenarios[place])


def _share(trial: Trial) -> list[Played]:
    return list(by_one(trial))
