"""Simulated worlds: whatever dies, lies or changes its mind, the invariants of delivery hold; broken, it shows."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.simulation.mutations import MUTATIONS, Mutation
from tests.simulation.simulating import simulate
from tests.simulation.stage import Template, make_template

SEEDS = int(os.environ.get("HOMING_SEEDS", "300"))
"""Worlds to live through; a soak asks for 20,000."""

FOUND = {
    43: "an opt-out in a gateway's answer was lost when somebody else had recorded what became of the message",
    59: "the same, by an engine that had stood still in its call",
    533: "a reply from a number that the customer had had before stayed when they were erased",
    738: "the same",
}
"""Worlds that have shown a fault of the engine, and which. They change with the simulator, and stay all the same."""

MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of its own in it
GROUP = 25
NOTICED_WITHIN = 150


@pytest.fixture(scope="module")
def template() -> Iterator[Template]:
    """In memory where the system has a file system there: nothing here is about disks."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield make_template(Path(folder))


@pytest.mark.parametrize("first", range(0, SEEDS, GROUP))
def test_invariants_hold(first: int, template: Template) -> None:
    """In every world, after every step and when all is calm again."""
    verdicts = [simulate(template, seed) for seed in range(first, first + GROUP)]
    assert {verdict.seed: verdict.found for verdict in verdicts if verdict.found} == {}
    assert sum(verdict.hits for verdict in verdicts) > GROUP


@pytest.mark.parametrize("seed", FOUND)
def test_what_was_found_once(seed: int, template: Template) -> None:
    """Does not come again."""
    assert simulate(template, seed).found == ()


def test_the_same_seed_is_the_same_history(template: Template) -> None:
    """So that what was found can be looked at again."""
    for seed in (3, 5, 11):
        assert simulate(template, seed) == simulate(template, seed)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.__name__)
def test_mutations_are_noticed(
    mutation: Mutation, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By one of the invariants that they break."""
    mutation(monkeypatch)
    for seed in range(NOTICED_WITHIN):
        found = simulate(template, seed).found
        if any(problem.split()[0] in MUTATIONS[mutation].split() for problem in found):
            return
    pytest.fail(f"{NOTICED_WITHIN} worlds did not notice it")
