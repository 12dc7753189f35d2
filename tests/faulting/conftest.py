"""One process that forks faulty commands, for all tests of a module, and a shop that sends through a real gateway."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faulting.faulty import COMPILER, Faulty, faulty
from tests.faulting.shops import Shop, shop_with_gateway


@pytest.fixture(scope="module")
def homing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    """Runs commands that go wrong."""
    if COMPILER is None:
        pytest.skip("there is no C compiler (cc), and without one no write can be made to fail")
    with faulty(tmp_path_factory.mktemp("faulty")) as process:
        yield process


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Five customers, each of whom is to get one message."""
    with shop_with_gateway(tmp_path) as made:
        yield made
