"""A simulation from its seed to its verdict."""

from dataclasses import dataclass

from tests.simulation.checks import Watch
from tests.simulation.stage import Template
from tests.simulation.world import World

STEPS = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was wrong, and the digest of the history: equal for equal seeds. `hits`: messages that the gateway took."""

    seed: int
    found: tuple[str, ...]
    digest: str
    hits: int


def simulate(template: Template, seed: int) -> Verdict:
    """Live through the world of a seed: a storm, then calm."""
    world = World(template, seed)
    try:
        watch = Watch(world)
        for _ in world.live(STEPS):
            watch.look()
        for _ in world.calm():
            watch.look()
        watch.end()
        return Verdict(seed, tuple(watch.found), world.notes.digest, len(world.gateway.hits))
    finally:
        world.close()
