"""SMSCs that refuse, hang, break off and talk nonsense: what is proved about each message (E1 to E6 of the faults)."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from engine.channels.event_loop import new_loop
from engine.channels.protocol import Accepted, NotSent, Outcome, Unknown
from engine.channels.smpp.arrivals import Arrivals
from engine.channels.smpp.link import Beat, Link
from engine.channels.smpp.pdus import Command
from tests.gateways import refusing_port
from tests.smsc import HANG, PATIENCE, Answer, smsc
from tests.texting import START, always, channel, message, send

BROKEN = "the connection broke before there was an answer"
LATE = "no answer came in time"
NONSENSE = "the answer is no SMPP"

QUICK = 1.0
"""Seconds of patience with an SMSC that hangs."""


def patience(answer: Answer) -> float:
    """Seconds for an answer: few only where none comes."""
    return QUICK if answer == HANG else 10


class TestNothingWasTaken:
    """Before a submit_sm, whatever happens."""

    def test_nobody_listens(self, tmp_path: Path) -> None:
        """And it is tried once for all messages of a send."""
        with channel(refusing_port(), tmp_path) as built:
            outcomes = built.send([message(f"K{number}") for number in range(30)], always)
        assert outcomes == [NotSent("the gateway could not be reached: Connection refused")] * 30

    def test_no_such_host(self, tmp_path: Path) -> None:
        """The name is not found."""
        with channel(2775, tmp_path, host="nobody.invalid") as built:
            (outcome,) = built.send([message()], always)
        assert isinstance(outcome, NotSent)

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            (0x0D, NotSent("the gateway says: ESME_RBINDFAIL (0xD)", 60_000)),
            (0x0E, NotSent("the gateway says: ESME_RINVPASWD (0xE)", 60_000)),
            (0x58, NotSent("the gateway says: ESME_RTHROTTLED (0x58)", slower=True)),
            ("reset", NotSent(BROKEN)),
            ("close", NotSent(BROKEN)),
            ("hang", NotSent(LATE)),
            ("garbage", NotSent(NONSENSE)),
            ("huge", NotSent(NONSENSE)),
            ("other", NotSent(NONSENSE)),
        ],
    )
    def test_a_bind_that_fails(self, answer: Answer, outcome: Outcome, tmp_path: Path) -> None:
        """In each way; it is tried once for all messages of a send."""
        with smsc(to_bind=answer) as server:
            assert (
                send(server, tmp_path, message("K1"), message("K2"), timeout=patience(answer))
                == [outcome] * 2
            )
            assert server.gateway.connections == 1
            assert server.submitted == []

    def test_what_waits_for_the_window(self, tmp_path: Path) -> None:
        """When the link breaks, what was not submitted goes over a new one."""
        with smsc(to_submit=["reset", 0]) as server:
            outcomes = send(server, tmp_path, message("K1"), message("K2"), message("K3"), window=1)
            assert outcomes == [Unknown(BROKEN), Accepted("M2"), Accepted("M3")]
            assert server.gateway.connections == 2


class TestInDoubt:
    """After a submit_sm only its answer tells."""

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            ("reset", BROKEN),
            ("close", BROKEN),
            ("hang", LATE),
            ("garbage", NONSENSE),
            ("huge", NONSENSE),
            ("other", NONSENSE),
        ],
    )
    def test_no_answer(self, answer: Answer, why: str, tmp_path: Path) -> None:
        """In each way; it is submitted once."""
        with smsc(to_submit=[answer]) as server:
            assert send(server, tmp_path, timeout=patience(answer)) == [Unknown(why)]
            assert len(server.submitted) == 1

    def test_all_that_are_under_way(self, tmp_path: Path) -> None:
        """A link that breaks leaves as many in doubt as were under way, and no more."""
        with smsc(to_submit=[0, 0, "reset", 0]) as server:
            outcomes = send(server, tmp_path, *[message(f"K{number}") for number in range(9)], window=3)
        doubts = [outcome for outcome in outcomes if outcome == Unknown(BROKEN)]
        assert 1 <= len(doubts) <= 3
        assert all(isinstance(outcome, Accepted) for outcome in outcomes if outcome not in doubts)

    def test_an_answer_that_comes_too_late(self, tmp_path: Path) -> None:
        """It is passed over, and the link of an SMSC that is there goes on."""
        with smsc(to_submit=["hang", 0]) as server, channel(server.port, tmp_path, timeout=QUICK) as built:
            built.fetch("replies", START)
            with ThreadPoolExecutor(1) as other:
                sending = other.submit(built.send, [message("K1")], always)
                server.submits.get(timeout=PATIENCE)
                while not sending.done():
                    server.tell("enquire_link")
                    server.next("enquire_link_resp")
            assert sending.result() == [Unknown(LATE)]
            server.tell("submit_sm_resp", server.submitted[0].sequence, message_id="M1")
            assert built.send([message("K2")], always) == [Accepted("M2")]
            assert server.gateway.connections == 1

    def test_silence(self, tmp_path: Path) -> None:
        """An SMSC that has gone silent is given nothing more over that link: later messages are not in doubt."""
        with (
            smsc(to_submit=["hang"]) as server,
            channel(server.port, tmp_path, timeout=QUICK, window=2) as built,
        ):
            assert built.send([message("K1"), message("K2")], always) == [Unknown(LATE)] * 2
            server.to_bind = "hang"
            assert built.send([message("K3")], always) == [NotSent(LATE)]
            assert (len(server.submitted), server.gateway.connections) == (2, 2)

    def test_a_coarse_clock(self) -> None:
        """However the loop rounds its time, whoever says nothing until the deadline has gone silent."""

        async def open_after_silence(port: int, patience: float) -> bool:
            loop = asyncio.get_running_loop()
            beat = Beat(every=30, patience=patience)
            _, link = await loop.create_connection(lambda: Link(Arrivals(), beat, None), "127.0.0.1", port)
            await link.ask(Command.ENQUIRE_LINK, b"", loop.time() + patience)
            is_open = link.is_open
            link.abort()
            return is_open

        async def of_many(port: int) -> list[bool]:
            return await asyncio.gather(*(open_after_silence(port, ms / 1000) for ms in range(30, 80)))

        with smsc(to_enquire="hang") as server, closing(new_loop()) as loop:
            assert not any(loop.run_until_complete(of_many(server.port)))

    @pytest.mark.parametrize(("status", "kind"), [(0x03, NotSent), (0x58, NotSent), (0xFF, Unknown)])
    def test_a_generic_nack(self, status: int, kind: type[Outcome], tmp_path: Path) -> None:
        """It answers what it names, by the same table."""
        with smsc(to_submit=[status]) as server, channel(server.port, tmp_path) as built:
            built.fetch("replies", START)
            server.nacks = True
            (outcome,) = built.send([message()], always)
        assert isinstance(outcome, kind)


class TestLinks:
    """An SMSC speaks by itself, and may end a link whenever it likes."""

    def test_it_asks_whether_we_are_there(self, tmp_path: Path) -> None:
        """It is told so, between sends too."""
        with smsc() as server, channel(server.port, tmp_path) as built:
            built.send([message()], always)
            server.tell("enquire_link", 5)
            assert server.next("enquire_link_resp").sequence == 5

    def test_we_ask_whether_it_is_there(self, tmp_path: Path) -> None:
        """After a silence; whoever does not answer has gone."""
        with (
            smsc(to_enquire="hang") as server,
            channel(server.port, tmp_path, enquire=0.02, timeout=QUICK) as built,
        ):
            assert built.send([message("K1")], always) == [Accepted("M1")]
            server.next("enquire_link")
            server.gone.get(timeout=PATIENCE)
            assert built.send([message("K2")], always) == [Accepted("M2")]
            assert server.gateway.connections == 2

    def test_it_unbinds(self, tmp_path: Path) -> None:
        """That is answered; the next message goes over a new link."""
        with smsc() as server, channel(server.port, tmp_path) as built:
            built.send([message("K1")], always)
            server.tell("unbind", 9)
            assert server.next("unbind_resp").sequence == 9
            assert built.send([message("K2")], always) == [Accepted("M2")]
            assert server.gateway.connections == 2

    @pytest.mark.parametrize(
        "data", [b"\0\0\0\x0f" + b"\0" * 20, b"\x7f\xff\xff\xff" + b"\0" * 20, b"\0" * 16]
    )
    def test_it_talks_nonsense(self, data: bytes, tmp_path: Path) -> None:
        """It is told so, and the link ends: nobody knows where the next PDU begins."""
        with smsc() as server, channel(server.port, tmp_path) as built:
            built.send([message("K1")], always)
            server.say_bytes(data)
            assert server.next("generic_nack").status == 0x02
            server.gone.get(timeout=PATIENCE)
            assert built.send([message("K2")], always) == [Accepted("M2")]
            assert server.gateway.connections == 2

    def test_a_command_that_is_not_known(self, tmp_path: Path) -> None:
        """It is refused by number; the link goes on."""
        with smsc() as server, channel(server.port, tmp_path) as built:
            built.send([message("K1")], always)
            server.tell("data_sm", 8, source_addr="1", destination_addr="2")
            refused = server.next("generic_nack")
            assert (refused.sequence, refused.status) == (8, 0x03)
            assert built.send([message("K2")], always) == [Accepted("M2")]
            assert server.gateway.connections == 1

    def test_nobody_uses_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is given up, so that receipts go where somebody fetches them."""
        monkeypatch.setattr("engine.channels.smpp.link.IDLE", 0.01)
        with smsc() as server, channel(server.port, tmp_path, enquire=0.02) as built:
            built.send([message()], always)
            server.next("unbind")

    def test_closed_while_something_is_under_way(self, tmp_path: Path) -> None:
        """It is broken off, and nobody waits for it."""
        with smsc(to_bind="hang") as server, ThreadPoolExecutor(1) as other:
            with channel(server.port, tmp_path, timeout=30) as built:
                fetching = other.submit(built.fetch, "receipts", START)
                server.next("bind_transceiver")
            assert fetching.result(timeout=PATIENCE) == NotSent(BROKEN)
