"""The audit trail: who did what is on record, and what somebody changes in it shows (fault I8)."""

import atexit
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pytest

from engine.storage.audit import By, Deed, record
from engine.storage.store import open_store
from tests.projects import Homing, applied_project

CUSTOMERS = "id,name,phone\nC1,陈晨,13800000001\nC2,李明,13800000002\n"


@cache
def _template() -> Path:
    """Made once for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="homing-audit-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    homing = applied_project(folder)
    homing.well("import", "customers", homing.file("c.csv", CUSTOMERS))
    homing.well("optout", "C1", "--as", "小林", "--because", "on the phone")
    homing.well("optout", "C1", "--lift", "--as", "小林")
    homing.well("pause", "--channel", "sms", "--as", "李明", "--because", "complaints")
    return folder


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project of which some things have been done: apply, import, opt-outs, a pause."""
    folder = tmp_path / "shop"
    shutil.copytree(_template(), folder)
    return Homing(folder)


def altered(homing: Homing, *statements: str) -> list[str]:
    """What `audit --verify` finds after somebody has been at the database."""
    with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return not_whole(homing)


def not_whole(homing: Homing) -> list[str]:
    """What `audit --verify` finds; it leaves with 1."""
    said = homing("audit", "--verify", "--json")
    assert (said.status, said.json["whole"]) == (1, False)
    return [one["what"] for one in said.json["findings"]]


def head(homing: Homing) -> str:
    """The head of a trail that is whole."""
    said = homing.well("audit", "--verify", "--json")
    assert said.json["whole"] is True
    return str(said.json["head"])


class TestList:
    """`homing audit` lists who did what."""

    def test_each_act_with_name_time_and_note(self, homing: Homing) -> None:
        """Every act is there in its order, with who did it, of whom, and the note."""
        found = homing.well("audit", "--json").json
        assert [(row["actor"], row["verb"], row["customer"], row["because"]) for row in found][2:] == [
            ("小林", "optout", "C1", "on the phone"),
            ("小林", "optout lifted", "C1", None),
            ("李明", "pause", None, "complaints"),
        ]
        assert [row["verb"] for row in found][:2] == ["apply", "import"]

    def test_since(self, homing: Homing) -> None:
        """`--since` leaves out what was done before."""
        assert homing.well("audit", "--since", "2999-01-01", "--json").json == []


class TestWhole:
    """What belongs to the life of a project leaves the trail whole."""

    def test_as_it_was_written(self, homing: Homing) -> None:
        """A trail that nobody touched is whole; its head is printed to be kept elsewhere."""
        said = homing.well("audit", "--verify")
        assert said.err == "whole: 5 rows\n"
        assert said.out.strip() == head(homing)

    def test_a_head_kept_elsewhere(self, homing: Homing) -> None:
        """A trail that has grown since still knows its old head."""
        old = head(homing)
        homing.well("resume", "--channel", "sms")
        assert homing("audit", "--verify", "--anchor", old).status == 0

    def test_backup_and_restore(self, homing: Homing, tmp_path: Path) -> None:
        """An older trail that a restore puts in place is whole, here and in an empty folder."""
        backup = str(tmp_path / "b.backup")
        homing.well("backup", backup)
        homing.well("optout", "C2")
        homing.well("restore", backup)
        head(homing)
        elsewhere = Homing(tmp_path / "elsewhere")
        elsewhere.well("restore", backup)
        head(elsewhere)
        homing.well("optout", "C2")
        assert not_cut(homing)


def not_cut(homing: Homing) -> bool:
    """Whether the trail is whole."""
    return bool(homing("audit", "--verify").status == 0)


class TestTouched:
    """What somebody does to the rows shows, and where."""

    @pytest.mark.parametrize(
        "change",
        [
            "update audit set actor = '李明' where seq = 3",
            "update audit set at = at - 1000 where seq = 3",
            "update audit set customer = 2 where seq = 3",
            "update audit set verb = 'consent given' where seq = 3",
            "update audit set what = 'sms' where seq = 3",
        ],
    )
    def test_a_row_changed(self, homing: Homing, change: str) -> None:
        """Whatever is changed in a row: that row is named."""
        assert altered(homing, change) == ["row 3: not as it was written"]

    def test_a_note(self, homing: Homing) -> None:
        """A note changed, taken away or put in."""
        assert altered(homing, "update audit set because = 'by mail' where seq = 3") == [
            "row 3: its note was changed"
        ]
        assert altered(homing, "update audit set because = null, salt = null where seq = 3") == [
            "row 3: its note is gone"
        ]
        assert "row 4: a note was put in" in altered(homing, "update audit set because = 'x' where seq = 4")

    def test_a_row_taken_out(self, homing: Homing) -> None:
        """A row that is gone, from the middle and from the beginning."""
        assert altered(homing, "delete from audit where seq = 3") == ["row 3: it is gone"]
        assert altered(homing, "delete from audit where seq < 3") == ["rows 1 to 3: they are gone"]

    def test_taken_out_and_numbered_anew(self, homing: Homing) -> None:
        """To close the gap does not help."""
        taken = ("delete from audit where seq = 3", "update audit set seq = seq - 1 where seq > 3")
        assert "row 3: not as it was written" in altered(homing, *taken)

    def test_swapped(self, homing: Homing) -> None:
        """Two rows that changed places."""
        swapped = (
            "update audit set seq = 99 where seq = 3",
            "update audit set seq = 3 where seq = 4",
            "update audit set seq = 4 where seq = 99",
        )
        assert altered(homing, *swapped)[:2] == [
            "row 3: not as it was written",
            "row 4: not as it was written",
        ]

    def test_a_row_put_in(self, homing: Homing) -> None:
        """A row by somebody who has not the key."""
        put_in = "insert into audit (seq, at, actor, verb, mac) select 6, at, 'me', 'x', mac from audit where seq = 5"
        assert altered(homing, put_in) == ["row 6: not as it was written"]

    def test_the_end_cut_off(self, homing: Homing) -> None:
        """The rows that are left fit; the anchor knows more of them."""
        assert altered(homing, "delete from audit where seq > 3") == [
            "rows 4 to 5: they are gone; homing.anchor knows them"
        ]

    def test_the_end_cut_off_and_grown_again(self, homing: Homing) -> None:
        """What is done afterwards does not cover it."""
        altered(homing, "delete from audit where seq > 3")
        homing.well("pause", "--channel", "wecom")
        homing.well("resume", "--channel", "wecom")
        homing.well("pause", "--channel", "wecom")
        assert "row 5: not the one that homing.anchor knows" in not_whole(homing)

    def test_cut_off_with_the_anchor(self, homing: Homing) -> None:
        """Trail and anchor cut together: a head that was kept elsewhere tells."""
        kept, anchor = head(homing), homing.folder / "homing.anchor"
        anchor.write_bytes(b"".join(anchor.read_bytes().splitlines(keepends=True)[:-1]))
        with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:
            connection.execute("delete from audit where seq > 4")
            connection.commit()
        assert not_cut(homing)
        said = homing("audit", "--verify", "--anchor", kept)
        assert (said.status, said.err.splitlines()[0]) == (
            1,
            "rows 5 to 5: they are gone; the head that was kept elsewhere knows them",
        )

    def test_the_anchor(self, homing: Homing) -> None:
        """A line of the anchor changed; the anchor gone."""
        anchor = homing.folder / "homing.anchor"
        lines = anchor.read_text().splitlines(keepends=True)
        anchor.write_text("".join([lines[0], *lines[2:]]))
        assert not_whole(homing) == ["homing.anchor, line 2: not as it was written"]
        anchor.unlink()
        assert not_whole(homing) == ["homing.anchor is gone: nobody can tell whether the end was cut off"]

    def test_another_key(self, homing: Homing) -> None:
        """Who has not the key cannot say that a trail is whole."""
        (homing.folder / "homing.key").write_text("0" * 64)
        assert "row 1: not as it was written" in not_whole(homing)


def test_half_a_line_of_the_anchor(homing: Homing) -> None:
    """What a crash left of a line spoils nothing."""
    anchor = homing.folder / "homing.anchor"
    anchor.write_bytes(anchor.read_bytes() + b"head 6 abc")
    assert not_cut(homing)
    homing.well("resume", "--channel", "sms")
    assert not_cut(homing)


def test_the_key_is_nobody_elses_to_read(homing: Homing) -> None:
    """Key and anchor belong to the engine's user alone."""
    modes = [(homing.folder / name).stat().st_mode & 0o777 for name in ("homing.key", "homing.anchor")]
    assert modes == [0o600, 0o600]


def written(database: Path, actor: str, number: int) -> None:
    """One of several processes that write rows."""
    store = open_store(database)
    for at in range(number):
        with store.write() as connection:
            record(connection, By(actor, at), Deed("test", what=str(at), because="多人"))
    store.close()


def test_several_processes(homing: Homing) -> None:
    """Rows of several processes at once make one chain."""
    context = get_context("spawn")
    many = [context.Process(target=written, args=(homing.folder / "homing.db", name, 20)) for name in "abc"]
    for one in many:
        one.start()
    for one in many:
        one.join(60)
    assert homing.well("audit", "--verify", "--json").json["rows"] == 5 + 60


class TestSettings:
    """What somebody changes in homing.toml by hand is on record from the next run on: which keys, never values."""

    def settings(self, homing: Homing) -> list[str]:
        """What the trail says of settings, without digests."""
        rows = [row for row in homing.well("audit", "--json").json if row["verb"] == "settings"]
        assert all(row["actor"] == "homing.toml" for row in rows)
        return [row["what"].partition("; ")[2] for row in rows]

    def test_keys_are_named(self, homing: Homing) -> None:
        """Changed, added and gone; comments and order say nothing."""
        homing.well("run")
        homing.well("run")
        assert self.settings(homing) == [""]
        written = (homing.folder / "homing.toml").read_text("utf-8")
        homing.file("homing.toml", f"# by hand\n{written}")
        homing.well("run")
        assert self.settings(homing) == [""]
        homing.file("homing.toml", written.replace("毛毛家", "小明家") + '[vars]\nhotline = "400-123"\n')
        homing.well("run")
        homing.file("homing.toml", written.replace("毛毛家", "小明家"))
        homing.well("run")
        assert self.settings(homing) == [
            "",
            "changed: project.brand; added: vars.hotline",
            "gone: vars.hotline",
        ]

    def test_no_value_is_in_the_database(self, homing: Homing) -> None:
        """Whoever reads trail and database finds digests under the key of the trail."""
        written = (homing.folder / "homing.toml").read_text("utf-8")
        homing.file("homing.toml", f'{written}[alerts]\nurls = ["mailtos://alerts:canary-77@example.com"]\n')
        homing.well("run")
        kept = [path for path in homing.folder.glob("homing.*") if path.suffix != ".toml"]
        assert not any(b"canary-77" in path.read_bytes() for path in kept)
