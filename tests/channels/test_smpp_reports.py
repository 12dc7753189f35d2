"""What an SMSC tells by itself: receipts and replies, read, stored, and only then confirmed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.channels.protocol import (
    Fetching,
    Heard,
    Kind,
    Linked,
    NotSent,
    Page,
    Receipt,
    Reply,
    Reporter,
    UnreadableBodyError,
)
from engine.channels.smpp.channel import SmppChannel
from engine.channels.smpp.pdus import LONGEST
from engine.daemon.chores import Rota, usual_chores
from engine.inbox.listening import Listened, listen
from engine.storage.states import Fate
from tests.deliveries import NOW, Shop, at, shop
from tests.gateways import refusing_port
from tests.inboxes import inbox, receipts
from tests.serving import Hands, customers, make_ready, own_daemon, served_project, statuses
from tests.smsc import PATIENCE, Smsc, pdu, receipt, reply, smsc
from tests.texting import PASSWORD, START, always, channel, message

SOON, LATER = "2026-11-23 10:01", "2026-11-23 10:05"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long for what may come."""
    monkeypatch.setattr("engine.channels.smpp.arrivals.QUIET", 0.02)


def read(kind: Kind, folder: Path, *told: dict[str, Any], **settings: Any) -> Heard:
    """What some deliver_sm say."""
    with channel(1, folder, **settings) as built:
        return built.heard(kind, b"".join(pdu("deliver_sm", n, **fields) for n, fields in enumerate(told)))


class TestReceipts:
    """What they say of which message."""

    @pytest.mark.parametrize(
        ("state", "says"),
        [("DELIVRD", "delivered"), ("delivrd", "delivered"), ("EXPIRED", "failed"), ("DELETED", "failed"),
         ("UNDELIV", "failed"), ("REJECTD", "failed"), ("ENROUTE", "taken"), ("ACCEPTD", "taken")],
    )  # fmt: skip
    def test_states(self, state: str, says: str, tmp_path: Path) -> None:
        """By the words of the specification; what it quotes of the message is not looked at, and not kept."""
        (one,) = read("receipts", tmp_path, receipt("M1", state, "011")).receipts
        assert one == Receipt(one.id, None, "M1", says, f"the gateway says: {state.upper()} err:011")  # type: ignore[arg-type]

    def test_by_parameters(self, tmp_path: Path) -> None:
        """`receipted_message_id` and `message_state`, whatever the text says, or says nothing."""
        told = receipt("M1") | {
            "short_message": b"?", "sm_length": 1, "receipted_message_id": "M2", "message_state": 5, "esm_class": 0,
        }  # fmt: skip
        (one,) = read("receipts", tmp_path, told).receipts
        assert (one.reference, one.says, one.because) == ("M2", "failed", "the gateway says: UNDELIV")

    @pytest.mark.parametrize(
        ("ids", "written", "stored"),
        [("same", "00b8", "00b8"), ("decimal", "0000012106777", "12106777"), ("hexadecimal", "b8BE19", "12107289"),
         ("decimal", "M1", "M1")],
    )  # fmt: skip
    def test_ids(self, ids: str, written: str, stored: str, tmp_path: Path) -> None:
        """As answers write them, or the same number in another base."""
        (one,) = read("receipts", tmp_path, receipt(written), receipt_ids=ids).receipts
        assert one.reference == stored

    def test_the_same_again(self, tmp_path: Path) -> None:
        """It has the same id, whatever its sequence number; another state is another receipt."""
        told = read("receipts", tmp_path, receipt("M1"), receipt("M1"), receipt("M1", "UNDELIV")).receipts
        assert [one.id == told[0].id for one in told] == [True, True, False]

    @pytest.mark.parametrize(
        "told",
        [receipt("M1", "UNKNOWN"), receipt("M1", "HMM"), {"esm_class": 4, "short_message": b"hello", "sm_length": 5},
         {"esm_class": 4, "short_message": b"stat:DELIVRD", "sm_length": 12}, {"esm_class": 8}],
    )  # fmt: skip
    def test_what_says_nothing(self, told: dict[str, Any], tmp_path: Path) -> None:
        """It is counted."""
        assert read("receipts", tmp_path, told) == Heard(receipts=[], passed_over=1)

    def test_what_cannot_be_read(self, tmp_path: Path) -> None:
        """A body that is cut short is counted; a page that is none is refused."""
        whole = pdu("deliver_sm", 1, **receipt("M1"))
        for length in range(16, len(whole)):
            cut = length.to_bytes(4, "big") + whole[4:length]
            with channel(1, tmp_path) as built:
                assert built.heard("receipts", cut) == Heard(receipts=[], passed_over=1)
        for page in (b"{}", whole[:-1], (LONGEST + 1).to_bytes(4, "big") + bytes(20)):
            with channel(1, tmp_path) as built, pytest.raises(UnreadableBodyError):
                built.heard("receipts", page)


class TestReplies:
    """What people write, in whatever coding."""

    @pytest.mark.parametrize(
        ("text", "coding", "said"),
        [
            (b"TD", 0, "TD"),
            (b"\x00\x1b\x65", 0, "@€"),
            (b"@\xe9", 3, "@é"),
            (b"TD", 1, "TD"),
            ("退订😀".encode("utf-16-be"), 8, "退订😀"),
            ("退订".encode("utf-16-be"), 0x18, "退订"),
            (b"TD", 0xF1, "TD"),
        ],
    )
    def test_codings(self, text: bytes, coding: int, said: str, tmp_path: Path) -> None:
        """The GSM alphabet, Latin-1, ASCII, UCS-2."""
        (one,) = read("replies", tmp_path, reply(text, coding)).replies
        assert one == Reply(one.id, "+8613800000001", said, dated=False)

    def test_a_part(self, tmp_path: Path) -> None:
        """Its header is left away."""
        told = reply(b"\x05\x00\x03\x07\x02\x01TD", esm_class=0x40)
        assert read("replies", tmp_path, told).replies[0].text == "TD"

    def test_a_long_one(self, tmp_path: Path) -> None:
        """In `message_payload`."""
        told = reply(b"") | {"message_payload": b"hello"}
        assert read("replies", tmp_path, told).replies[0].text == "hello"

    def test_a_national_number(self, tmp_path: Path) -> None:
        """As it is written."""
        told = reply(b"TD", source_addr="13800000001") | {"source_addr_ton": 2}
        assert read("replies", tmp_path, told).replies[0].sender == "13800000001"

    @pytest.mark.parametrize("told", [reply(b""), reply(b"TD", source_addr="")])
    def test_what_says_nothing(self, told: dict[str, Any], tmp_path: Path) -> None:
        """It is counted."""
        assert read("replies", tmp_path, told) == Heard(replies=[], passed_over=1)


class TestFetching:
    """What has come is kept until who fetches says that it is stored."""

    def test_a_page_is_confirmed_by_the_next(self, tmp_path: Path) -> None:
        """Only then the SMSC is answered."""
        with smsc() as server, channel(server.port, tmp_path) as built:
            built.send([message()], always)
            server.tell_and_settle("deliver_sm", 7, **receipt("M1"))
            assert built.waiting
            page = built.fetch("receipts", START)
            assert isinstance(page, Page)
            assert page.more
            assert built.fetch("receipts", START) == page  # nobody has confirmed it
            assert server.said.empty()
            assert built.fetch("receipts", Fetching(page.cursor, 0)) == Page(b"", page.cursor)
            answer = server.next("deliver_sm_resp")
            assert (answer.sequence, answer.status) == (7, 0)
            assert not built.waiting

    def test_kinds_are_kept_apart(self, tmp_path: Path) -> None:
        """To confirm receipts confirms no reply."""
        with smsc() as server, channel(server.port, tmp_path) as built:
            built.send([message()], always)
            server.tell("deliver_sm", 7, **reply(b"TD"))
            server.tell_and_settle("deliver_sm", 8, **receipt("M1"))
            page = built.fetch("receipts", START)
            assert isinstance(page, Page)
            built.fetch("receipts", Fetching(page.cursor, 0))
            assert server.next("deliver_sm_resp").sequence == 8
            found = built.fetch("replies", START)
            assert isinstance(found, Page)
            assert built.heard("replies", found.body).replies[0].text == "TD"

    def test_a_cursor_of_another_process(self, tmp_path: Path) -> None:
        """It confirms nothing."""
        with smsc() as server, channel(server.port, tmp_path) as built:
            built.send([message()], always)
            server.tell_and_settle("deliver_sm", 7, **receipt("M1"))
            page = built.fetch("receipts", Fetching("12345678:900", 0))
            assert isinstance(page, Page)
            assert page.body
            assert built.waiting

    def test_what_comes_right_after_the_bind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An SMSC tells at once what it has kept for us: who binds to fetch waits a moment for it."""
        monkeypatch.setattr("engine.channels.smpp.arrivals.QUIET", 5)
        with smsc() as server, channel(server.port, tmp_path) as built:
            server.after_bind = [pdu("deliver_sm", 7, **receipt("M1"))]
            page = built.fetch("receipts", START)
            assert isinstance(page, Page)
            assert built.heard("receipts", page.body).receipts[0].reference == "M1"

    def test_no_link(self, tmp_path: Path) -> None:
        """It is told why."""
        with channel(refusing_port(), tmp_path) as built:
            because = "the gateway could not be reached: Connection refused"
            assert built.fetch("replies", START) == NotSent(because)

    def test_too_much(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The SMSC is told to keep it."""
        monkeypatch.setattr("engine.channels.smpp.arrivals.MOST", 1)
        with smsc() as server, channel(server.port, tmp_path) as built:
            built.send([message()], always)
            server.tell_and_settle("deliver_sm", 7, **receipt("M1"))
            server.tell("deliver_sm", 8, **receipt("M2"))
            answer = server.next("deliver_sm_resp")
            assert (answer.sequence, answer.status) == (8, 0x14)

    def test_the_link_breaks(self, tmp_path: Path) -> None:
        """What came over it is still there, and what confirms it goes nowhere: the SMSC tells it once more."""
        with smsc() as server, channel(server.port, tmp_path) as built:
            built.send([message()], always)
            server.tell_and_settle("deliver_sm", 7, **receipt("M1"))
            server.break_off()
            server.gone.get(timeout=PATIENCE)
            page = built.fetch("receipts", START)
            assert isinstance(page, Page)
            assert built.heard("receipts", page.body).receipts
            assert isinstance(built.fetch("receipts", Fetching(page.cursor, 0)), Page)

    def test_what_it_is(self, tmp_path: Path) -> None:
        """It reports, over its link; nothing is reached until then."""
        with channel(1, tmp_path) as built:
            assert isinstance(built, Reporter)
            assert isinstance(built, Linked)
            assert built.capabilities.receipts
            assert (set(built.reports), dict(built.fetched)) == (
                {"receipts", "replies"},
                {"receipts": 0, "replies": 0},
            )
        with channel(1, tmp_path, receipts=False) as built:
            assert not built.capabilities.receipts


@contextmanager
def in_touch(folder: Path) -> Iterator[tuple[Shop, Smsc, SmppChannel]]:
    """A shop with a message that has left, and its SMSC."""
    with smsc() as server, channel(server.port, folder) as built:
        some = shop(channels={"sms": built})
        some.customer("C1", name="陈晨", phone="+8613800000001")
        some.run(NOW)
        some.deliver(NOW)
        assert (some.one()["status"], some.one()["reference"]) == ("sent", "M1")
        yield some, server, built


def hear(some: Shop, now: str) -> Listened:
    """What `homing run` does after delivering."""
    return listen(inbox(some), at(now))


class TestStored:
    """What becomes of messages, and when the SMSC hears of it."""

    def test_receipts_and_replies(self, tmp_path: Path) -> None:
        """They are taken and confirmed at once; the second time nothing is new."""
        with in_touch(tmp_path) as (some, server, _):
            server.tell("deliver_sm", 7, **receipt("M1"))
            server.tell_and_settle("deliver_sm", 8, **reply(b"1"))
            heard = hear(some, SOON)
            assert (heard.taken.messages, heard.taken.replies, heard.problems) == ({"delivered": 1}, 1, [])
            assert {server.next("deliver_sm_resp").sequence for _ in range(2)} == {7, 8}
            assert some.one()["status"] == "delivered"
            assert not hear(some, LATER).taken.anything

    def test_twice_unknown_and_contradicting(self, tmp_path: Path) -> None:
        """E9, E10: each is stored once, and confirmed each time; a message only goes forward."""
        told = [receipt("M1"), receipt("M1"), receipt("X9"), receipt("M1", "UNDELIV")]
        with in_touch(tmp_path) as (some, server, _):
            for number, one in enumerate(told):
                server.tell_and_settle("deliver_sm", number, **one)
            heard = hear(some, SOON)
            assert heard.taken.receipts == {Fate.APPLIED: 1, Fate.ORPHAN: 1, Fate.CONTRADICTS: 1}
            assert [server.next("deliver_sm_resp").sequence for _ in told] == [0, 1, 2, 3]
            assert some.one()["status"] == "delivered"

    def test_before_the_answer(self, tmp_path: Path) -> None:
        """E8: nobody knows the id yet; it is stored, and finds its message once that is recorded."""
        with in_touch(tmp_path) as (some, server, _):
            server.tell_and_settle("deliver_sm", 7, **receipt("M2"))
            assert hear(some, SOON).taken.receipts == {Fate.ORPHAN: 1}
            some.customer("C2", name="李雷", phone="+8613800000002")
            some.run(SOON)
            some.deliver(SOON)
            assert hear(some, LATER).taken.messages == {"delivered": 1}

    def test_killed_before_it_is_stored(self, tmp_path: Path) -> None:
        """The SMSC was not answered, so that it tells it again; it is taken once."""

        def killed() -> None:
            raise KeyboardInterrupt

        with in_touch(tmp_path) as (some, server, _):
            server.tell_and_settle("deliver_sm", 7, **receipt("M1"))
            with pytest.raises(KeyboardInterrupt):
                listen(inbox(some), at(SOON), killed)
            assert receipts(some) == {}
            assert server.said.empty()
            server.tell_and_settle("deliver_sm", 99, **receipt("M1"))
            assert hear(some, SOON).taken.receipts == {Fate.APPLIED: 1}


def test_a_daemon_takes_what_comes(tmp_path: Path) -> None:
    """Over the link by which it sends, within a second, whenever it comes; the SMSC is answered then."""
    with smsc() as server:
        table = (
            f'kind = "smpp"\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nsystem_id = "maomao"\n'
            "password = \"{{ secret('SMPP_PASSWORD') }}\""
        )
        homing = served_project(tmp_path, table)
        homing.file("secrets/SMPP_PASSWORD", PASSWORD)
        customers(homing, 1)
        make_ready(homing, at(NOW))
        with own_daemon(homing, Hands(at(NOW))) as own:
            worker = own.daemon.worker
            own.daemon.rota = Rota(usual_chores(worker.project, worker.hear, worker.hear_linked))
            own.once()
            assert len(server.submitted) == 1
            assert worker._hearing is not None
            worker._hearing.join()  # which began before anything had come
            server.tell_and_settle("deliver_sm", 7, **receipt("M1"))
            own.pass_time(2)
            assert server.next("deliver_sm_resp").sequence == 7
            assert statuses(homing) == {"delivered": 1}
            assert len(server.binds) == 1
            own.close()
        assert server.next("unbind")
