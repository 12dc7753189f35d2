"""What a channel of kind `smtp` makes of servers that misbehave: only what follows the dot can be in doubt."""

import asyncio
import threading
from contextlib import AbstractContextManager

import pytest

from engine.channels.protocol import Accepted, NotSent, Outcome, Rejected, Unknown
from tests.gateways import Gateway, raw_gateway, refusing_port, reset
from tests.mail_servers import CLOSE, HANG, RESET, scripted
from tests.mailing import always, channel, message

BROKEN = "the connection broke before there was an answer"
LATE = "no answer came in time"
LARGE = "长" * 5_000_000
"""More than the system takes off our hands at once."""
GARBAGE = "the answer is no SMTP"


def send(
    server: AbstractContextManager[Gateway], count: int = 1, text: str = "您好", timeout: float = 60
) -> list[Outcome]:
    """What becomes of some mails, on one connection."""
    with server as gateway, channel(gateway.port, connections=1, timeout=timeout) as built:
        return list(built.send([message(f"K{number}", text) for number in range(count)], always))


class TestNothingWasTaken:
    """Before the dot, whatever happens."""

    def test_refused(self) -> None:
        """Nobody listens there."""
        with channel(refusing_port(), connections=2) as built:
            outcomes = built.send([message("K1"), message("K2"), message("K3")], always)
        assert outcomes == [NotSent("the gateway could not be reached: Connection refused")] * 3

    def test_no_such_host(self) -> None:
        """The name is not found."""
        with channel(25, host="nobody.invalid") as built:
            (outcome,) = built.send([message()], always)
        assert isinstance(outcome, NotSent)

    @pytest.mark.parametrize("command", ["hello", "ehlo", "mail", "rcpt", "data"])
    @pytest.mark.parametrize(
        ("how", "why"), [(RESET, BROKEN), (CLOSE, BROKEN), (HANG, LATE), ("what is this", GARBAGE)]
    )
    def test_broken_off(self, command: str, how: str, why: str) -> None:
        """At each command, in each way."""
        (outcome,) = send(scripted(**{command: how}), timeout=1 if how == HANG else 60)
        assert isinstance(outcome, NotSent)
        assert outcome.because.endswith(why) or (command, how) == (
            "hello",
            RESET,
        )  # the system has words for that

    @pytest.mark.parametrize(
        ("command", "answer", "outcome"),
        [
            ("hello", "554 no service", NotSent("SMTP 554: no service", 60_000)),
            (
                "hello",
                "421 too many connections",
                NotSent("SMTP 421: too many connections", 10_000, slower=True),
            ),
            ("mail", "451 later", NotSent("SMTP 451: later", 300_000)),
            ("mail", "421 closing", NotSent("SMTP 421: closing", 10_000, slower=True)),
            ("rcpt", "421 closing", NotSent("SMTP 421: closing", 10_000, slower=True)),
            ("rcpt", "450 busy", NotSent("SMTP 450: busy", 300_000, alone=True)),
            ("rcpt", "530 5.7.0 who are you", NotSent("SMTP 530: 5.7.0 who are you", 60_000)),
            ("rcpt", "551 moved", Rejected("SMTP 551: moved")),
            ("rcpt", "200 hm", NotSent(GARBAGE)),
            ("data", "451 later", NotSent("SMTP 451: later", 300_000)),
            ("data", "554 no valid recipients", Rejected("SMTP 554: no valid recipients")),
            ("data", "250 hm", NotSent(GARBAGE)),
            ("dot", "421 closing", NotSent("SMTP 421: closing", 10_000, slower=True)),
        ],
    )
    def test_refusals(self, command: str, answer: str, outcome: Outcome) -> None:
        """A code says what may be tried again and when."""
        assert send(scripted(**{command: answer})) == [outcome]

    @pytest.mark.parametrize(("how", "why"), [(RESET, BROKEN), (CLOSE, BROKEN), (HANG, LATE)])
    def test_a_large_mail_broken_off(self, how: str, why: str) -> None:
        """The end of a mail leaves only when all before it has."""
        done = threading.Event()

        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _until_data(reader, writer)
            await reader.readexactly(1000)
            if how == HANG:
                await asyncio.get_running_loop().run_in_executor(None, done.wait)
            elif how == RESET:
                reset(writer)

        with raw_gateway(behave) as gateway:
            with channel(gateway.port, timeout=2 if how == HANG else 60) as built:
                assert built.send([message(text=LARGE)], always) == [NotSent(why)]
            done.set()

    def test_a_large_mail_refused_in_the_middle(self) -> None:
        """The server does not wait for its end."""

        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _until_data(reader, writer)
            await reader.readexactly(1000)
            writer.write(b"552 5.3.4 too large\r\n")
            await reader.read()

        assert send(raw_gateway(behave), text=LARGE) == [Rejected("SMTP 552: 5.3.4 too large")]


class TestInDoubt:
    """After the dot only an answer tells."""

    @pytest.mark.parametrize(
        ("how", "why"),
        [(RESET, BROKEN), (CLOSE, BROKEN), (HANG, LATE), ("what is this", GARBAGE), ("354 more", GARBAGE)],
    )
    @pytest.mark.parametrize("text", ["您好", "长" * 100_000])
    def test_no_answer(self, how: str, why: str, text: str) -> None:
        """In each way, for small mails and large ones; the others go on a new connection."""
        outcomes = send(scripted(dot=[how, "250 OK"]), count=3, text=text, timeout=60 if how != HANG else 1.5)
        if how == "354 more":
            assert outcomes[0] == Unknown(why)
        else:
            assert outcomes == [Unknown(why), Accepted(), Accepted()]


class TestKeptConnections:
    """A server may close them whenever it likes."""

    @pytest.mark.parametrize("how", [RESET, CLOSE, "421 4.4.2 idle for too long"])
    def test_closed_between_mails(self, how: str) -> None:
        """Nothing was said of the next mail: it goes on a new connection."""
        server = scripted(mail=["250 OK", how, "250 OK"])
        with server as gateway, channel(gateway.port, connections=1, timeout=60) as built:
            assert built.send([message("K1")], always) == [Accepted()]
            assert built.send([message("K2"), message("K3")], always) == [Accepted(), Accepted()]
        assert gateway.connections == 2

    def test_after_a_refusal(self) -> None:
        """The next mail begins anew on the same connection."""
        server = scripted(rcpt=["550 no", "250 OK"])
        with server as gateway, channel(gateway.port, connections=1) as built:
            outcomes = built.send([message("K1"), message("K2")], always)
        assert outcomes == [Rejected("SMTP 550: no"), Accepted()]
        assert gateway.connections == 1

    def test_fewer_connections_than_wanted(self) -> None:
        """Those that stand do the work."""
        server = scripted(hello=["220 hi", "421 too many connections"])
        with server as gateway, channel(gateway.port, connections=4) as built:
            outcomes = built.send([message(f"K{number}") for number in range(20)], always)
        assert outcomes == [Accepted()] * 20
        assert gateway.connections == 4

    def test_no_server_in_the_middle(self) -> None:
        """Who could not be taken for want of a connection was not sent."""
        server = scripted(hello=["220 hi", "421 too many connections"], dot=["250 OK", RESET])
        with server as gateway, channel(gateway.port, connections=1) as built:
            outcomes = built.send([message(f"K{number}") for number in range(4)], always)
        assert [type(outcome) for outcome in outcomes] == [Accepted, Unknown, NotSent, NotSent]
        assert gateway.connections == 2

    def test_an_interruption_closes_everything(self) -> None:
        """And the channel can be used again."""

        def stop() -> bool:
            raise KeyboardInterrupt

        with scripted() as gateway, channel(gateway.port, connections=1) as built:
            built.send([message()], always)
            with pytest.raises(KeyboardInterrupt):
                built.send([message()], stop)
            assert built.send([message()], always) == [Accepted()]
        assert gateway.connections == 2


async def _until_data(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 hi\r\n")
    while not (line := await reader.readline()).startswith(b"DATA"):
        writer.write(b"250 OK\r\n" if line else b"")
    writer.write(b"354 go on\r\n")
