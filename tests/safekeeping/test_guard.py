"""What must hold before anything is sent: each thing that does not is a sentence, and nothing is sent."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.projects import project
from engine.storage import store
from tests.projects import Homing, applied_project

RUN = ("run", "--at", "2026-10-01 10:00")


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project that has run once."""
    made = applied_project(tmp_path / "shop")
    made.well(*RUN)
    return made


def refused(homing: Homing, words: str, *command: str) -> None:
    """A run ends with exit status 2 and these words."""
    said = homing(*(command or RUN))
    assert (said.status, said.out) == (2, "")
    assert words in said.err
    assert "hint: " in said.err


def seal(homing: Homing, **changes: object) -> None:
    """Change the seal."""
    path = homing.folder / "homing.seal"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def test_an_older_copy_in_its_place(homing: Homing, tmp_path: Path) -> None:
    """It has been begun less often than the folder knows."""
    shutil.copy(homing.folder / "homing.db", tmp_path / "older.db")
    homing.well(*RUN)
    shutil.copy(tmp_path / "older.db", homing.folder / "homing.db")
    refused(homing, "it holds less than it did")


def test_a_copy_from_before_an_optout(homing: Homing, tmp_path: Path) -> None:
    """Any command that writes raises what must be there: an opt-out that was lost is noticed."""
    homing.file("c.csv", "id,name\nC1,陈晨\n")
    homing.well("import", "customers", str(homing.folder / "c.csv"))
    shutil.copy(homing.folder / "homing.db", tmp_path / "older.db")
    homing.well("optout", "C1")
    shutil.copy(tmp_path / "older.db", homing.folder / "homing.db")
    refused(homing, "it holds less than it did")


def test_the_database_of_another_project(homing: Homing, tmp_path: Path) -> None:
    """Its life is another one."""
    other = applied_project(tmp_path / "other")
    with closing(sqlite3.connect(other.folder / "homing.db")) as connection:
        connection.execute("UPDATE meta SET value = '1.other' WHERE key = 'incarnation'")
        connection.commit()
    shutil.copy(other.folder / "homing.db", homing.folder / "homing.db")
    refused(homing, "not the database that was here before")


def test_a_database_without_its_seal(homing: Homing) -> None:
    """As after `cp homing.db elsewhere`: nobody can tell whether it is all that there was."""
    (homing.folder / "homing.seal").unlink()
    refused(homing, "holds no homing.seal of it")


def test_a_seal_that_cannot_be_read(homing: Homing) -> None:
    """It is written whole or not at all; so somebody else has."""
    (homing.folder / "homing.seal").write_text("{", encoding="utf-8")
    refused(homing, "homing.seal: damaged")


def test_what_is_refused_can_be_taken_as_it_is(homing: Homing) -> None:
    """`homing restore` of the file itself: in quarantine, with the old one kept aside."""
    (homing.folder / "homing.seal").unlink()
    homing.well("restore", str(homing.folder / "homing.db"))
    homing.well(*RUN)
    assert "restored" in homing("status").err


def test_views_do_not_ask(homing: Homing) -> None:
    """Whoever wants to look at what is wrong can; only sending is refused."""
    (homing.folder / "homing.seal").unlink()
    homing.well("messages")


def test_a_clock_behind_what_has_happened(tmp_path: Path) -> None:
    """Two minutes are forgiven: then it is as late as it was. More is not, for everything is decided by the time."""
    homing = applied_project(tmp_path / "shop")
    homing.well("run")
    last = json.loads((homing.folder / "homing.seal").read_text(encoding="utf-8"))["at"]
    seal(homing, at=last + 100_000)
    homing.well("run")
    seal(homing, at=last + 3_600_000)
    refused(homing, "and Homing was at work at", "run")


def test_files_that_others_could_read(homing: Homing) -> None:
    """They hold customers' data: they are their owner's alone again."""
    (homing.folder / "homing.db").chmod(0o644)
    homing.well(*RUN)
    names = ("homing.db", "homing.sent", "homing.seal")
    assert {(homing.folder / name).stat().st_mode & 0o777 for name in names} == {0o600}


def test_a_large_file_is_read_when_its_last_use_did_not_end(
    homing: Homing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D7. Small ones are read whenever they are opened; to read a large one takes too long for every run."""
    for module in (store, project):
        monkeypatch.setattr(module, "QUICK_CHECK_LIMIT", 0)
    damage(homing.folder / "homing.db")
    seal(homing, clean=True)
    homing.well(*RUN)
    seal(homing, clean=False)
    refused(homing, "damaged")


def test_a_small_file_is_always_read(homing: Homing) -> None:
    """D7: a damaged page is found before anything is sent, whether a run would have come across it or not."""
    damage(homing.folder / "homing.db")
    refused(homing, "damaged")


def damage(database: Path) -> None:
    """Put garbage into a page of a table that this project never reads."""
    with closing(sqlite3.connect(database)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'entry_queue'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(database.read_bytes())
    content[(root - 1) * size : root * size] = b"\xaa" * size
    database.write_bytes(content)
