"""What takes long to make is kept in the user's cache folder: never another's, never a damaged one, never for ever."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import cached as module
from engine.cached import cached


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "homing"


def maker() -> tuple[list[int], Callable[[], tuple[str, ...]]]:
    """Something that makes a value, and the list that tells how often it was asked to."""
    made: list[int] = []

    def make() -> tuple[str, ...]:
        made.append(len(made))
        return ("made", str(len(made)))

    return made, make


def test_a_value_is_made_once(folder: Path) -> None:
    """What it follows from tells values apart; another kind of value is another."""
    made, make = maker()
    first = cached("model", ("texts", 1), make)
    assert cached("model", ("texts", 1), make) == first
    assert len(made) == 1
    assert cached("model", ("texts", 2), make) != first
    assert cached("calendar", ("texts", 1), make) != first
    assert len(made) == len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("damage", [lambda whole: whole[:-1], lambda whole: whole[:9], lambda _: b""])
def test_half_a_file_is_none(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    """What was cut off when the machine stopped is made anew, and whole again."""
    made, make = maker()
    cached("model", "texts", make)
    (file,) = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    again = cached("model", "texts", make)
    assert cached("model", "texts", make) == again
    assert len(made) == 2


def test_a_file_of_somebody_elses_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can put a file there must not have another person run it."""
    made, make = maker()
    cached("model", "texts", make)
    assert [file.stat().st_uid for file in folder.iterdir()] == [os.geteuid()]
    monkeypatch.setattr(module.os, "geteuid", lambda: os.getuid() + 1)
    cached("model", "texts", make)
    assert len(made) == 2


def test_without_a_folder_it_is_made_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service without a home works; it only takes longer. So does a value that nothing can be made of."""
    made, make = maker()
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cached("model", "texts", make) != cached("model", "texts", make)
    assert len(made) == 2


def test_the_oldest_go(folder: Path) -> None:
    """A folder that many rule sets pass through stays small."""
    for number in range(module._KEPT + 3):
        cached("model", number, lambda: "value")
    assert len(list(folder.iterdir())) == module._KEPT
