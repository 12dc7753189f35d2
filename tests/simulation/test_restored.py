"""S15: simulated worlds in whose midst an old backup is put in place. Nothing leaves unreleased, nothing twice."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from engine.delivery.journal import open_journal
from engine.delivery.pausing import quarantine
from engine.delivery.unseen import take_in
from engine.storage.audit import By
from engine.storage.copies import copy_file
from engine.storage.states import MessageStatus as M
from tests.deliveries import SHANGHAI
from tests.simulation.checks import keys_of
from tests.simulation.people import intent_of
from tests.simulation.stage import HOUR, START, Template, draws, make_template
from tests.simulation.world import World

SEEDS = int(os.environ.get("HOMING_SEEDS", "300")) // 30
"""Worlds to live through; `make soak` asks for more."""

MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of its own in it
GROUP, STEPS = 10, 60


@pytest.fixture(scope="module")
def template() -> Iterator[Template]:
    """In memory where the system has a file system there."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield make_template(Path(folder))


@dataclass
class Restored:
    """What came of a world: hits before the backup was put in place, then in quarantine, then after it.

    `twice`: keys that were taken more than once. `denied`: those that were taken, and are shown as if they were not.
    """

    before: int
    locked_up: int
    after: int
    twice: list[str]
    denied: list[str]


def live(template: Template, seed: int, *, journal: bool = True) -> Restored:
    """A storm, an old backup in its place, some days in quarantine, and calm days after it."""
    folder = template.path.parent
    world = World(template, seed, erasing=False)
    backup, noted = folder / f"{seed}.backup", folder / f"{seed}.sent"
    world.journal = open_journal(noted, START) if journal else None
    made = draws(seed).randint(3, STEPS - 20)
    for step, _ in enumerate(world.live(STEPS)):
        if step == made:
            copy_file(world.path, backup)
    before = len(world.gateway.hits)
    restore(world, backup)
    for _ in range(3):
        world.now += 8 * HOUR
        world.live_through(0)
    locked_up = len(world.gateway.hits) - before
    for _ in world.calm():
        pass
    keys = Counter(hit.message.key for hit in world.gateway.hits)
    rows = {intent_of(row): row for row in world.rows()}
    status = {key: M(row["status"]) for key, (_, row) in keys_of(world, rows).items()}
    denied = [key for key in keys if status.get(key, M.SENT) < M.SENDING]
    after = len(world.gateway.hits) - before - locked_up
    world.close()
    for path in (backup, noted):
        path.unlink(missing_ok=True)
    return Restored(before, locked_up, after, [key for key, number in keys.items() if number > 1], denied)


def restore(world: World, backup: Path) -> None:
    """What `homing restore` does to a database."""
    world.at_work = [None, None]
    world.close()
    backup.replace(world.path)
    world.look_anew()
    world.template.plan.forget_rules()
    by = By("小林", world.now)
    with world.people.write() as connection:
        quarantine(connection, by, "restored")
        if world.journal is not None:
            take_in(connection, world.journal, SHANGHAI, by)


@pytest.mark.parametrize("first", range(0, SEEDS, GROUP))
def test_a_restored_world(first: int, template: Template) -> None:
    """In every world, whatever died or lied before."""
    worlds = {seed: live(template, seed) for seed in range(first, first + GROUP)}
    assert {seed: one.twice for seed, one in worlds.items() if one.twice} == {}
    assert {seed: one.denied for seed, one in worlds.items() if one.denied} == {}
    assert {seed: one.locked_up for seed, one in worlds.items() if one.locked_up} == {}
    assert sum(one.after for one in worlds.values())


def test_without_the_journal_it_shows(template: Template) -> None:
    """The same worlds send twice then."""
    assert any(live(template, seed, journal=False).twice for seed in range(GROUP))
