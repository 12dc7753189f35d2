"""The journal of what was sent: on the disk before the wire, and what it tells a database that has forgotten."""

import os
import shutil
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.channels.file import FileChannel
from engine.channels.protocol import Outgoing
from engine.delivery import journal as journals
from engine.delivery.journal import (
    KEPT,
    Journal,
    Line,
    digest_of,
    last_batch,
    lines_after,
    noted,
    open_journal,
)
from engine.delivery.noting import Noting
from engine.delivery.unseen import take_in
from engine.errors import JournalError
from engine.storage.audit import By
from engine.storage.schema import message, meta
from tests.deliveries import NOW, SHANGHAI, Shop, at, gateway, ready, shop

DIGEST = "0" * 32
CONTENT = Outgoing("K", "K.1", "sms", "C1", "+8613800000001", None, "陈晨您好", "2026-11-23T10:00:00+08:00")


def lines(path: Path, batch: int = 0) -> list[Line]:
    """What stands in a journal."""
    journal = open_journal(path, 0)
    journal.close()
    return list(lines_after(path, journal.id, batch))


def take_in_at(some: Shop, journal: Journal, now: str) -> int:
    """What a start does with a journal."""
    with some.store.write() as connection:
        return take_in(connection, journal, SHANGHAI, By("homing", at(now)))


def deliver(some: Shop, journal: Journal, now: str = NOW) -> dict[str, int]:
    """A delivery that notes what it sends."""
    return dict(some.deliver(now, alone=True, noting=Noting(journal, SHANGHAI)))


class TestFile:
    """The file itself."""

    def test_holds_a_line_for_each_message_and_nothing_of_customers(self, tmp_path: Path) -> None:
        """Owner's eyes only; number, name, address and text do not stand in it."""
        path = tmp_path / "homing.sent"
        some, journal = ready(), open_journal(path, 0)
        assert deliver(some, journal) == {"sent": 1}
        journal.close()
        (line,) = lines(path)
        (sent,) = gateway(some).got
        assert line[:4] == (1, at(NOW), "sms", sent.ref)
        assert line.digest == digest_of("memory", sent)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        content = path.read_text(encoding="utf-8")
        assert not [word for word in (sent.to, sent.text, sent.customer + " ", "陈晨") if word in content]

    def test_a_digest_tells_texts_addresses_and_channels_apart(self) -> None:
        """And cannot be made without the key of the installation."""
        others = [CONTENT._replace(**{name: "x"}) for name in ("channel", "to", "text")]
        digests = {digest_of("key", one) for one in [CONTENT, *others]} | {digest_of("other key", CONTENT)}
        assert len(digests) == 5

    def test_a_line_that_a_crash_cut_off_is_passed_over(self, tmp_path: Path) -> None:
        """It never left, since its batch was not on the disk. What comes after it is read."""
        path = tmp_path / "homing.sent"
        journal = open_journal(path, 0)
        journal.append([noted("k", 1, 5, CONTENT)])
        journal.close()
        with path.open("ab") as file:
            file.write(b"2 5 sms K2.1 0000")
        journal = open_journal(path, 0)
        journal.append([Line(3, 6, "sms", "K3.1", DIGEST)])
        journal.close()
        assert [line.batch for line in lines(path)] == [1, 3]

    def test_a_beginning_that_a_crash_cut_off_begins_anew(self, tmp_path: Path) -> None:
        """There was nothing in it."""
        path = tmp_path / "homing.sent"
        path.write_bytes(b"homing-se")
        journal = open_journal(path, 0)
        journal.append([Line(1, 6, "sms", "K1.1", DIGEST)])
        journal.close()
        assert [line.batch for line in lines(path)] == [1]

    def test_a_large_file_is_put_aside_and_old_ones_go(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is put aside is still read, under the same name, until no backup can be so old."""
        path = tmp_path / "homing.sent"
        journal = open_journal(path, 0)
        journal.append([Line(6, 1000, "sms", "K6.1", DIGEST)])
        os.truncate(path, 100_000)  # what is empty, as after a power failure, holds no lines
        monkeypatch.setattr(journals, "LARGEST", 10_000)
        journal.append([Line(7, 1000, "sms", "K7.1", DIGEST)])
        assert (path.with_name("homing.sent-7").exists(), journal.last) == (True, 7)
        journal.append([Line(8, KEPT, "sms", "K8.1", DIGEST)])
        journal.close()
        assert [line.batch for line in lines(path)] == [6, 8]
        open_journal(path, KEPT + 2000).close()
        assert [line.batch for line in lines(path)] == [8]

    def test_a_crash_while_a_file_is_put_aside_keeps_the_name(self, tmp_path: Path) -> None:
        """So that its lines are found under it."""
        path = tmp_path / "homing.sent"
        journal = open_journal(path, 0)
        journal.append([Line(7, 1000, "sms", "K7.1", DIGEST)])
        journal.close()
        path.rename(tmp_path / "homing.sent-7")
        again = open_journal(path, 0)
        again.close()
        assert (again.id, again.last) == (journal.id, 7)

    def test_another_file_by_that_name_is_refused(self, tmp_path: Path) -> None:
        """It is not written over."""
        path = tmp_path / "homing.sent"
        path.write_text("my notes\n", encoding="utf-8")
        with pytest.raises(JournalError, match="not a journal"):
            open_journal(path, 0)
        assert path.read_text(encoding="utf-8") == "my notes\n"


class TestFailing:
    """A journal that cannot be written."""

    def test_a_closed_one_takes_nothing(self, tmp_path: Path) -> None:
        """Nor does another file that has its number by then: a delivery's thread may come too late."""
        journal = open_journal(tmp_path / "homing.sent", 0)
        journal.close()
        other = os.open(tmp_path / "homing.db", os.O_RDWR | os.O_CREAT)
        with pytest.raises(JournalError, match="what is sent cannot be noted"):
            journal.append([Line(1, 6, "sms", "K1.1", DIGEST)])
        assert os.fstat(other).st_size == 0
        os.close(other)

    def test_nothing_leaves_that_cannot_be_noted(self, tmp_path: Path) -> None:
        """The message is ready again, with no attempt used up, and the command fails."""
        some, journal = ready(), open_journal(tmp_path / "homing.sent", 0)
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, journal._file)
        with pytest.raises(JournalError, match="what is sent cannot be noted"):
            deliver(some, journal)
        assert gateway(some).got == []
        found = some.one()
        assert (found["status"], found["attempt"]) == ("ready", 0)
        assert found["because"] == "what is sent cannot be noted; it did not leave"
        os.close(full)
        journal.close()


class TestForgotten:
    """A database that does not know what the journal knows."""

    def older_copy(self, folder: Path, **customer: object) -> tuple[Shop, Journal, Path]:
        """A shop whose message has left since a copy was made, which is put in its place."""
        path, journal = folder / "homing.db", open_journal(folder / "homing.sent", 0)
        outbox = {"sms": FileChannel(folder / "outbox.jsonl")}
        some = shop(database=path, channels=outbox)
        some.customer("C1", **({"name": "陈晨", "phone": "13800000001"} | customer))
        some.store.close()
        shutil.copy(path, folder / "before.db")
        some.run(NOW)
        some.store.close()
        shutil.copy(path, folder / "ready.db")
        assert deliver(some, journal) == {"sent": 1}
        some.store.close()
        return some, journal, path

    def test_a_message_that_left_since_is_settled_by_evidence(self, tmp_path: Path) -> None:
        """The file channel has its key: it was sent. Nothing leaves a second time."""
        some, journal, path = self.older_copy(tmp_path)
        shutil.copy(tmp_path / "ready.db", path)
        assert take_in_at(some, journal, "2026-11-23 11:00") == 1
        assert deliver(some, journal, "2026-11-23 11:00") == {"sent": 1}
        assert len((tmp_path / "outbox.jsonl").read_text(encoding="utf-8").splitlines()) == 1

    def test_without_evidence_it_is_unknown_with_the_reason(self, tmp_path: Path) -> None:
        """Counted from when it left; a person or the gateway must tell."""
        some, journal, path = self.older_copy(tmp_path)
        shutil.copy(tmp_path / "ready.db", path)
        (tmp_path / "outbox.jsonl").unlink()
        take_in_at(some, journal, "2026-11-23 11:00")
        assert deliver(some, journal, "2026-11-23 11:00") == {"unknown": 1}
        found = some.one()
        assert found["begun_at"] == at(NOW)
        assert found["because"] == (
            "it left at 2026-11-23T10:00:00+08:00, says the journal of what was sent; "
            "the database had not heard of it"
        )
        assert some.settled() == [at("2026-11-23 11:00")]

    def test_a_message_that_the_copy_is_still_to_make_does_not_leave_again(self, tmp_path: Path) -> None:
        """Its key follows from names, so the run makes it with the same one, and it is known again."""
        some, journal, path = self.older_copy(tmp_path)
        shutil.copy(tmp_path / "before.db", path)
        take_in_at(some, journal, "2026-11-23 11:00")
        some.run("2026-11-23 11:00")
        assert some.one()["status"] == "ready"
        (tmp_path / "outbox.jsonl").unlink()
        assert deliver(some, journal, "2026-11-23 11:00") == {"unknown": 1}
        assert some.one()["begun_at"] == at(NOW)
        assert not (tmp_path / "outbox.jsonl").exists()

    def test_a_person_may_have_it_sent_anew(self, tmp_path: Path) -> None:
        """Then it has another key, and leaves."""
        some, journal, path = self.older_copy(tmp_path)
        shutil.copy(tmp_path / "before.db", path)
        take_in_at(some, journal, "2026-11-23 11:00")
        some.run("2026-11-23 11:00")
        (tmp_path / "outbox.jsonl").unlink()
        deliver(some, journal, "2026-11-23 11:00")
        with some.store.write() as connection:
            connection.execute(message.update().values(status=2, resend=1, until=None))
        assert deliver(some, journal, "2026-11-23 11:00") == {"sent": 1}

    def test_what_is_known_is_taken_in_once(self, tmp_path: Path) -> None:
        """A database that was there throughout knows every batch, and is asked by one number."""
        some, journal, _ = self.older_copy(tmp_path)
        assert take_in_at(some, journal, NOW) == 0
        with some.store.read() as connection:
            assert last_batch(connection, journal.id) == journal.last == 1
        with some.store.write() as connection:
            connection.execute(meta.delete().where(meta.c.key == f"journal:{journal.id}"))
        assert [take_in_at(some, journal, NOW), take_in_at(some, journal, NOW)] == [1, 0]
        with some.store.read() as connection:
            assert connection.scalars(sa.select(message.c.status)).all() == [5]
