"""Leaders who are gone for certain are followed at once; those who may live when their lease is over."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.projects.leading import Lead, LostLeadError
from engine.projects.life import Life
from engine.storage.store import Store, open_store
from tests.deliveries import NOW, at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database that nobody has led."""
    opened = open_store(tmp_path / "homing.db", create=True)
    yield opened
    opened.close()


def lead(store: Store, name: str, *, life: bool = True) -> Lead:
    """The lead as a process would have it, while time stands still. Another file handle is as another process."""
    path = Path(store.place)
    own = Life(path.with_name("homing.db-lead")) if life else None
    return Lead(store, f"serve test {name}", 30_000, None, lambda: at(NOW), lambda: 0.0, own)


def die(one: Lead) -> None:
    """What the system does for a process that has ended."""
    assert one.life is not None
    one.life.end()


def test_who_lives_leads(store: Store) -> None:
    """Frozen or not: the lock is held as long as the process is there."""
    first, second = lead(store, "1"), lead(store, "2")
    assert first.take()
    assert not second.take()
    assert not second.take()


def test_who_is_gone_is_followed_at_once(store: Store) -> None:
    """Again and again, and without waiting for any lease."""
    for number in range(3):
        one = lead(store, str(number))
        assert one.take()
        die(one)


def test_who_led_without_the_lock_may_live(store: Store) -> None:
    """An older version, or one that did not get it: its lease has to run out."""
    assert lead(store, "1", life=False).take()
    assert not lead(store, "2").take()


def test_a_lock_that_somebody_else_held_proves_nothing(store: Store) -> None:
    """Whoever led under the lock before is gone; who leads now never had it."""
    first = lead(store, "1")
    assert first.take()
    forced = lead(store, "2")
    assert forced.take(by_force=True)
    die(first)
    assert not lead(store, "3").take()


def test_a_copy_in_its_place_proves_nothing(store: Store, tmp_path: Path) -> None:
    """Somebody has put files back while the leader lives: its lock is on a file without a name."""
    first = lead(store, "1")
    assert first.take()
    shutil.copy(tmp_path / "homing.db-lead", tmp_path / "copy")
    (tmp_path / "copy").replace(tmp_path / "homing.db-lead")
    assert not lead(store, "2").take()


def test_who_has_lost_the_lead_lets_go(store: Store) -> None:
    """So that the next ones have the lock."""
    first, forced = lead(store, "1"), lead(store, "2")
    assert first.take()
    assert forced.take(by_force=True)
    with pytest.raises(LostLeadError):
        first.renew()
    forced.give_back()
    assert first.take()
    die(first)
    assert lead(store, "3").take()


def test_a_file_that_cannot_be_had(store: Store, tmp_path: Path) -> None:
    """Then it is as it was without one."""
    (tmp_path / "homing.db-lead").mkdir()
    assert lead(store, "1").take()
    assert not lead(store, "2").take()
