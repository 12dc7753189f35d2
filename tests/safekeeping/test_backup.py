"""Backups, and databases put back in place: whole, in quarantine, and nothing that left since leaves again."""

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from engine.safekeeping.drafts import draft_of
from engine.storage.copies import copy_file
from engine.storage.schema import meta
from tests.projects import CONFIG, Homing, applied_project, ran

RULES = """\
customer { name: text, phone: phone, points: number }
record appointment { due: time }
message hello { sms: "{{ name }}您好" }
message due { sms: "{{ name }}您好，明天见" }
policy p { at most 5 per month }
journey one { policy p
  enter when phone is known
  state first { send hello via sms
    after 3 days -> end over } }
journey two { policy p
  for each appointment
  enter when due within next 2 days
  state first { send due via sms
    after 3 days -> end over } }
"""
BEFORE, NOW, LATER = "2026-10-01 10:00", "2026-10-02 10:00", "2026-10-02 11:00"


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project with a customer, C1, and nothing sent yet; `backup` in the folder above is a copy of it."""
    made = applied_project(
        tmp_path / "shop", RULES.replace("for each appointment", "for appointment"), CONFIG
    )
    made.well("run", "--at", BEFORE)
    people = made.file("people.csv", "id,name,phone\nC1,陈晨,13800000001\n")
    made.well("import", "customers", people)
    made.well("backup", str(tmp_path / "backup"))
    return made


def sent(homing: Homing) -> list[str]:
    """The keys of what has left."""
    path = homing.folder / "outbox.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line)["key"] for line in lines]


def statuses(homing: Homing) -> list[tuple[str, str]]:
    """Journeys and statuses of the messages."""
    return [(item["journey"], item["status"]) for item in homing.well("messages", "--json").json]


class TestBackup:
    """The file."""

    def test_is_one_database_with_all_that_a_project_needs(self, homing: Homing, tmp_path: Path) -> None:
        """Its owner's alone; no log beside it; rules and configuration are in it, what was sent is not."""
        sent_already = homing.well("backup", str(tmp_path / "second"), "--json").json
        assert sent_already["bytes"] == (tmp_path / "second").stat().st_size
        assert stat.S_IMODE((tmp_path / "second").stat().st_mode) == 0o600
        with closing(sqlite3.connect(f"file:{tmp_path / 'second'}?mode=ro", uri=True)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
            names = [name for (name,) in connection.execute("SELECT name FROM backup_file ORDER BY name")]
        assert names == ["homing.key", "homing.sent", "homing.toml", "rules/all.rules"]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "second", "shop"]

    def test_never_replaces_a_file(self, homing: Homing, tmp_path: Path) -> None:
        """Neither a backup nor anything else."""
        before = (tmp_path / "backup").read_bytes()
        said = homing("backup", str(tmp_path / "backup"))
        assert (said.status, (tmp_path / "backup").read_bytes()) == (2, before)
        assert "there is such a file already" in said.err

    def test_takes_away_what_killed_ones_left(self, homing: Homing, tmp_path: Path) -> None:
        """And not what another one is still at, nor what is no draft of a backup."""
        left, other = tmp_path / ".monday.7.homing-part", tmp_path / ".film.part"
        logs = [left.with_name(f"{left.name}-{kind}") for kind in ("journal", "wal", "shm")]
        for path in (left, *logs, other):
            path.write_bytes(b"half of it")
        with draft_of(tmp_path / "tuesday") as at_work:
            homing.well("backup", str(tmp_path / "today"))
            assert at_work.exists()
        assert sorted(path.name for path in tmp_path.glob(".*")) == [other.name]

    def test_needs_a_folder(self, homing: Homing, tmp_path: Path) -> None:
        """It makes none."""
        assert "no such folder" in homing("backup", str(tmp_path / "none" / "backup")).err

    def test_is_of_one_moment_while_others_write(self, homing: Homing, tmp_path: Path) -> None:
        """Writers are kept waiting by nobody, and do not make it begin anew."""
        project, begun, done = homing.opened(), Event(), Event()
        with project.store.write() as connection:
            connection.exec_driver_sql("CREATE TABLE filler (content TEXT)")
            connection.exec_driver_sql(
                "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 3000)"
                " INSERT INTO filler SELECT hex(randomblob(2000)) FROM n"
            )
        written = 0

        def write() -> None:
            nonlocal written
            begun.wait()
            while not done.is_set() or not written:
                with project.store.write() as connection:
                    connection.execute(meta.update().where(meta.c.key == "arrivals").values(value="1000"))
                written += 1

        thread = Thread(target=write)
        thread.start()
        steps = []

        def progress(copied: int, total: int) -> None:
            begun.set()
            steps.append((copied, total))

        copy_file(homing.folder / "homing.db", tmp_path / "copy", progress)
        done.set()
        thread.join()
        project.store.close()
        assert written
        assert steps == sorted(steps)
        with closing(sqlite3.connect(tmp_path / "copy")) as connection:
            assert connection.execute("SELECT value FROM meta WHERE key = 'arrivals'").fetchone() != ("1000",)


class TestRestore:
    """Put in place."""

    def test_nothing_leaves_before_somebody_lets_it(self, homing: Homing, tmp_path: Path) -> None:
        """S15. Customers go on; status says why; the old database is kept."""
        said = homing.well("restore", str(tmp_path / "backup"), "--as", "小林")
        assert "nothing leaves until `homing resume`" in said.err
        assert (homing.folder / "homing.db-before-2").exists()
        homing.well("run", "--at", NOW)
        assert (statuses(homing), sent(homing)) == ([("one", "ready")], [])
        status = homing("status")
        assert status.status == 1
        assert "nothing leaves since 2026-10-01T10:00:00+08:00, restored from a backup of" in status.err
        homing.well("resume")
        homing.well("run", "--at", NOW)
        assert (statuses(homing), len(sent(homing))) == ([("one", "sent")], 1)
        assert homing("status").status == 0

    def test_what_left_since_does_not_leave_again(self, homing: Homing, tmp_path: Path) -> None:
        """D10. The journal has it, and the outbox is evidence; without that it is in doubt."""
        homing.well("run", "--at", NOW)
        assert len(sent(homing)) == 1
        said = homing.well("restore", str(tmp_path / "backup"))
        assert "1 attempt has left since then" in said.err
        (homing.folder / "outbox.jsonl").rename(homing.folder / "read-by-others")
        homing.well("resume")
        homing.well("run", "--at", LATER)
        assert (statuses(homing), sent(homing)) == ([("one", "unknown")], [])

    def test_journeys_are_let_go_one_by_one(self, homing: Homing, tmp_path: Path) -> None:
        """The others wait on, one that comes later included; the last word is `homing resume`."""
        due = homing.file("due.csv", "id,customer,due\nA1,C1,2026-10-03 10:00\n")
        homing.well("restore", str(tmp_path / "backup"))
        homing.well("import", "appointment", due)
        homing.well("resume", "--journey", "two")
        homing.well("run", "--at", NOW)
        assert statuses(homing) == [("one", "ready"), ("two", "sent")]
        paused = homing.well("pause", "--journey", "two", "--json").json["paused"]
        assert [(item["what"], item.get("released")) for item in paused] == [
            ("quarantine", ["two"]),
            ("journey", None),
        ]
        homing.well("resume")
        homing.well("resume", "--journey", "two")
        homing.well("run", "--at", LATER)
        assert statuses(homing) == [("one", "sent"), ("two", "sent")]

    def test_a_record_by_another_number_is_known_by_its_text(self, homing: Homing, tmp_path: Path) -> None:
        """Records are numbered as they come: after a restore in another order, perhaps."""
        homing.well("import", "appointment", homing.file("a", "id,customer,due\nA1,C1,2026-10-03 10:00\n"))
        homing.well("run", "--at", NOW)
        assert len(sent(homing)) == 2
        homing.well("restore", str(tmp_path / "backup"))
        other = "id,customer,due\nA0,C1,2026-12-03 10:00\nA1,C1,2026-10-03 10:00\n"
        homing.well("import", "appointment", homing.file("a", other))
        homing.well("resume")
        (homing.folder / "outbox.jsonl").rename(homing.folder / "read-by-others")
        homing.well("run", "--at", LATER)
        assert (statuses(homing), sent(homing)) == ([("one", "unknown"), ("two", "unknown")], [])

    def test_a_whole_project_comes_back_in_an_empty_folder(self, homing: Homing, tmp_path: Path) -> None:
        """On another machine, say: configuration and rules come with it; the seal is new."""
        said = ran("--project", str(tmp_path / "new"), "restore", str(tmp_path / "backup"))
        assert said.status == 0, said
        other = Homing(tmp_path / "new")
        assert other("check").status == homing("check").status
        other.well("resume")
        other.well("run", "--at", NOW)
        assert statuses(other) == [("one", "sent")]
        assert not (other.folder / "homing.db-before-2").exists()

    def test_a_folder_with_something_else_in_it_is_left_alone(self, homing: Homing, tmp_path: Path) -> None:
        """Neither a project nor empty."""
        (tmp_path / "letters").mkdir()
        (tmp_path / "letters" / "a.txt").touch()
        said = ran("--project", str(tmp_path / "letters"), "restore", str(tmp_path / "backup"))
        assert (said.status, len(list((tmp_path / "letters").iterdir()))) == (2, 1)
        assert homing.folder.exists()

    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"not a database, only some text that is long enough", "not a database"), (None, "damaged")],
    )
    def test_what_is_no_whole_backup_is_refused(
        self, content: bytes | None, words: str, homing: Homing, tmp_path: Path
    ) -> None:
        """And all stays as it was."""
        if content is None:
            whole = (tmp_path / "backup").read_bytes()
            content = whole[: 40 * 4096] + b"\xaa" * 4096 + whole[41 * 4096 :]
        (tmp_path / "bad").write_bytes(content)
        before = sorted(path.name for path in homing.folder.iterdir())
        said = homing("restore", str(tmp_path / "bad"))
        assert (said.status, words in said.err) == (2, True), said
        assert sorted(path.name for path in homing.folder.iterdir()) == before
        homing.well("run", "--at", NOW)

    def test_a_damaged_database_makes_way(self, homing: Homing, tmp_path: Path) -> None:
        """It is what backups are for; it is kept as it is."""
        (homing.folder / "homing.db").write_bytes(b"\xaa" * 8192)
        homing.well("restore", str(tmp_path / "backup"))
        assert (homing.folder / "homing.db-before-2").read_bytes() == b"\xaa" * 8192
        homing.well("run", "--at", NOW)

    def test_a_lost_database_comes_back(self, homing: Homing, tmp_path: Path) -> None:
        """Also where its log was left behind: that belongs to the lost one."""
        (homing.folder / "homing.db").unlink()
        (homing.folder / "homing.db-wal").write_bytes(b"left behind")
        homing.well("restore", str(tmp_path / "backup"))
        homing.well("run", "--at", NOW)
        assert (homing.folder / "homing.db-before-2-wal").read_bytes() == b"left behind"

    def test_a_database_in_use_is_not_taken_away(self, homing: Homing, tmp_path: Path) -> None:
        """Whoever has it open would go on writing to what nobody looks at any more."""
        project = homing.opened()
        with project.store.read():
            said = homing("restore", str(tmp_path / "backup"))
        project.store.close()
        assert (said.status, "another program has it open" in said.err) == (2, True)
        homing.well("restore", str(tmp_path / "backup"))

    def test_a_second_restore_of_the_same_backup(self, homing: Homing, tmp_path: Path) -> None:
        """Each begins a life of its own, and keeps what was there."""
        homing.well("restore", str(tmp_path / "backup"))
        homing.well("resume")
        homing.well("restore", str(tmp_path / "backup"))
        homing.well("run", "--at", NOW)
        assert statuses(homing) == [("one", "ready")]
        lives = json.loads((homing.folder / "homing.seal").read_text(encoding="utf-8"))["incarnation"]
        assert lives.startswith("3.")
        assert {path.name for path in homing.folder.glob("*before*")} == {
            "homing.db-before-2",
            "homing.db-before-3",
        }

    def test_names_in_a_backup_lead_nowhere_else(self, homing: Homing, tmp_path: Path) -> None:
        """A backup that somebody hands over writes inside the folder and nowhere else."""
        shutil.copy(tmp_path / "backup", tmp_path / "evil")
        with closing(sqlite3.connect(tmp_path / "evil")) as connection:
            rows = [("../escaped", b"x"), (str(tmp_path / "absolute"), b"x"), ("rules/../../up", b"x")]
            connection.executemany("INSERT INTO backup_file VALUES (?, ?)", rows)
            connection.commit()
        assert ran("--project", str(tmp_path / "in" / "new"), "restore", str(tmp_path / "evil")).status == 0
        assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "evil", "in", "shop"]
        assert [path.name for path in (tmp_path / "in").iterdir()] == ["new"]
        assert homing.folder.exists()
