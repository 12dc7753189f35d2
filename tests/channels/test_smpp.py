"""Short messages through a channel of kind `smpp` to an SMSC on loopback: what arrives, and what each answer means."""

import logging
from pathlib import Path
from ssl import SSLContext
from typing import Any

import pytest
from smpplib.client import Client
from smpplib.gsm import gsm_encode

from dsl.texts.gsm import decoded, encoded, is_gsm
from dsl.texts.segments import segments
from engine.channels.protocol import Accepted, NotSent, Outcome, Rejected, Unknown
from tests.smsc import smsc
from tests.texting import PASSWORD, always, channel, message, send

LONG = "您好,好久不见。" * 20


class TestWhatArrives:
    """The PDUs, as another library reads them."""

    def test_a_bind(self, tmp_path: Path) -> None:
        """Who we are, once for all messages."""
        with smsc() as server:
            send(server, tmp_path, message("K1"), message("K2"), system_type="bulk")
            (bind,) = server.binds
        assert (bind.system_id, bind.password, bind.system_type) == (b"maomao", PASSWORD.encode(), b"bulk")
        assert bind.interface_version == 0x34

    def test_a_message(self, tmp_path: Path) -> None:
        """Who writes to whom, in UCS-2, and that a receipt is wanted."""
        with smsc() as server:
            assert send(server, tmp_path) == [Accepted("M1")]
            (one,) = server.submitted
        assert (one.source_addr_ton, one.source_addr_npi, one.source_addr) == (5, 0, b"MAOMAO")
        assert (one.dest_addr_ton, one.dest_addr_npi, one.destination_addr) == (1, 1, b"8613800000001")
        assert (one.esm_class, one.data_coding, one.registered_delivery) == (0, 8, 1)
        assert one.short_message.decode("utf-16-be") == "您好"

    @pytest.mark.parametrize(
        ("sender", "settings", "read"),
        [
            ("MAOMAO", {}, (5, 0, b"MAOMAO")),
            ("Cat & Co", {}, (5, 0, b"Cat & Co")),
            ("10690001", {}, (3, 0, b"10690001")),
            ("106900011234", {}, (2, 1, b"106900011234")),
            ("+4915112345678", {}, (1, 1, b"4915112345678")),
            ("10690001", {"sender_ton": 0, "sender_npi": 1}, (0, 1, b"10690001")),
        ],
    )
    def test_senders(
        self, sender: str, settings: dict[str, Any], read: tuple[Any, ...], tmp_path: Path
    ) -> None:
        """A name, a short code, a national number, an international one; or what the table says."""
        with smsc() as server:
            send(server, tmp_path, sender=sender, **settings)
            (one,) = server.submitted
        assert (one.source_addr_ton, one.source_addr_npi, one.source_addr) == read

    @pytest.mark.parametrize(
        "text", ["plain", "{[€]}~\\^|", "Ça va?@_§", "a" * 160, "😀", "长" * 70, "", "\n"]
    )
    def test_texts(self, text: str, tmp_path: Path) -> None:
        """In the GSM alphabet where that has all of it, else in UCS-2."""
        with smsc() as server:
            send(server, tmp_path, message(text=text))
            (one,) = server.submitted
        content = one.short_message or b""
        assert (decoded(content) if one.data_coding == 0 else content.decode("utf-16-be")) == text
        assert one.data_coding == (0 if is_gsm(text) else 8)

    @pytest.mark.parametrize("text", [LONG, "a" * 161, "€" * 100, "😀" * 40])
    def test_long_texts(self, text: str, tmp_path: Path) -> None:
        """In parts of one name, numbered, no character cut in two; a receipt is wanted of the last alone."""
        with smsc() as server:
            (outcome,) = send(server, tmp_path, message(text=text))
            parts = server.submitted
        assert outcome == Accepted(f"M{len(parts)}")
        assert len(parts) == segments(text) > 1
        heads = [one.short_message[:6] for one in parts]
        assert {head[:4] for head in heads} == {b"\x05\x00\x03" + heads[0][3:4]}
        assert [tuple(head[4:]) for head in heads] == [(len(parts), n + 1) for n in range(len(parts))]
        assert [one.registered_delivery for one in parts] == [*[0] * (len(parts) - 1), 1]
        assert {one.esm_class for one in parts} == {0x40}
        contents = [one.short_message[6:] for one in parts]
        read = decoded if is_gsm(text) else lambda content: content.decode("utf-16-be")
        assert "".join(map(read, contents)) == text

    def test_long_texts_differ_in_name(self, tmp_path: Path) -> None:
        """A handset must not put parts of two texts together."""
        with smsc() as server:
            send(server, tmp_path, message("K1", LONG), message("K2", LONG), window=1)
            names = [one.short_message[3] for one in server.submitted]
        assert len(set(names)) == 2

    def test_a_long_text_whole(self, tmp_path: Path) -> None:
        """In `message_payload`, for the SMSC to cut; a short one as ever."""
        with smsc() as server:
            send(server, tmp_path, message("K1", LONG), message("K2"), long="payload", window=1)
            whole, short = server.submitted
        assert whole.message_payload.decode("utf-16-be") == LONG
        assert (whole.sm_length, whole.esm_class) == (0, 0)
        assert short.short_message.decode("utf-16-be") == "您好"

    def test_without_receipts(self, tmp_path: Path) -> None:
        """None is asked for."""
        with smsc() as server:
            send(server, tmp_path, receipts=False)
            assert server.submitted[0].registered_delivery == 0

    @pytest.mark.parametrize("address", ["", "+", "12a", "a@example.com", "+86 138", "1" * 21, "１３８"])
    def test_what_is_no_number_is_rejected(self, address: str, tmp_path: Path) -> None:
        """The SMSC is not even told."""
        with smsc() as server:
            (outcome,) = send(server, tmp_path, message(to=address))
            assert outcome == Rejected("the address is no number that an SMSC takes")
            assert not server.gateway.connections

    def test_texts_that_cannot_go(self, tmp_path: Path) -> None:
        """Half a character, and more parts than there are numbers for; the others go."""
        with smsc() as server:
            outcomes = send(
                server, tmp_path, message("K1", "\ud83d"), message("K2", "长" * 20_000), message("K3")
            )
        assert outcomes == [
            Rejected("the message holds half a character and cannot be written"),
            Rejected("the text takes more than 255 parts"),
            Accepted("M1"),
        ]

    def test_by_tls(self, tls: SSLContext, certificates: Path, tmp_path: Path) -> None:
        """With an authority of its own; whom nobody vouches for is told nothing."""
        with smsc(tls) as server:
            assert send(server, tmp_path, security="tls", certificates=str(certificates)) == [Accepted("M1")]
            (outcome,) = send(server, tmp_path, security="tls")
        assert isinstance(outcome, NotSent)
        assert len(server.binds) == 1


class TestAnswers:
    """What a command_status proves."""

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            (0x58, NotSent("the gateway says: ESME_RTHROTTLED (0x58)", slower=True)),
            (0x14, NotSent("the gateway says: ESME_RMSGQFUL (0x14)", slower=True)),
            (0x0B, Rejected("the gateway says: ESME_RINVDSTADR (0xB)")),
            (0x01, Rejected("the gateway says: ESME_RINVMSGLEN (0x1)")),
            (0x0A, NotSent("the gateway says: ESME_RINVSRCADR (0xA)", 60_000)),
            (0x45, NotSent("the gateway says: ESME_RSUBMITFAIL (0x45)", alone=True)),
            (0x08, Unknown("the gateway says: ESME_RSYSERR (0x8)")),
            (0xFF, Unknown("the gateway says: ESME_RUNKNOWNERR (0xFF)")),
            (0x40A, Unknown("the gateway says: 0x40A")),
            (0x401, Rejected("the gateway says: 0x401")),
            (0x402, Rejected("the gateway says: 0x402", opted_out=True)),
            (0x403, NotSent("the gateway says: 0x403", 60_000)),
            (0x404, NotSent("the gateway says: 0x404", slower=True)),
        ],
    )
    def test_a_status(self, status: int, outcome: Outcome, tmp_path: Path) -> None:
        """By the specification, and by what the table says of the operator's own."""
        own = {
            "rejected_codes": [0x401],
            "opted_out_codes": 0x402,
            "not_sent_codes": 0x403,
            "slower_codes": 0x404,
        }
        with smsc(to_submit=[status]) as server:
            assert send(server, tmp_path, **own) == [outcome]

    def test_too_much_at_once(self, tmp_path: Path) -> None:
        """The rest of the send does not leave: whoever goes on may be shut out."""
        with smsc(to_submit=[0, 0x58, 0]) as server:
            taken, *rest = send(server, tmp_path, message("K1"), message("K2"), message("K3"), window=1)
            assert len(server.submitted) == 2
        assert taken == Accepted("M1")
        assert rest == [NotSent("the gateway says: ESME_RTHROTTLED (0x58)", slower=True)] * 2

    def test_without_an_id(self, tmp_path: Path) -> None:
        """It is taken all the same."""
        with smsc(ids=[""]) as server:
            assert send(server, tmp_path) == [Accepted(None)]

    def test_ids_in_another_base(self, tmp_path: Path) -> None:
        """Put down as the number that receipts name."""
        with smsc(ids=["00b8BE19"]) as server:
            assert send(server, tmp_path, receipt_ids="decimal") == [Accepted(str(0xB8BE19))]


class TestParts:
    """A message of several parts has one fate."""

    def test_the_first_is_refused(self, tmp_path: Path) -> None:
        """Nothing of it was taken, and nothing more of it is said."""
        with smsc(to_submit=[0x0B]) as server:
            (outcome,) = send(server, tmp_path, message(text=LONG))
            assert len(server.submitted) == 1
        assert isinstance(outcome, Rejected)

    @pytest.mark.parametrize(
        ("then", "why"),
        [
            (0x0B, "the gateway says: ESME_RINVDSTADR (0xB)"),
            ("hang", "no answer came in time"),
            ("reset", "the connection broke before there was an answer"),
        ],
    )
    def test_a_later_one_is_refused(self, then: int | str, why: str, tmp_path: Path) -> None:
        """The customer may have a piece of it: it is in doubt."""
        with smsc(to_submit=[0, then]) as server:
            (outcome,) = send(server, tmp_path, message(text=LONG), timeout=1 if then == "hang" else 10)
        assert outcome == Unknown(f"of 3 parts 1 were taken, then: {why}")

    def test_a_later_one_is_too_much(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is given again until it is taken: it is proved that it was not."""
        monkeypatch.setattr("engine.channels.smpp.sending._AGAIN", 0.01)
        with smsc(to_submit=[0, 0x58, 0x58, 0]) as server:
            assert send(server, tmp_path, message(text=LONG)) == [Accepted("M5")]


class TestWindow:
    """Many messages are under way over one link."""

    def test_as_many_as_the_window_allows(self, tmp_path: Path) -> None:
        """Answers that come in another order find theirs."""
        messages = [message(f"K{number}", to=f"+86138000000{number:02}") for number in range(20)]
        with smsc(hold=5, ids=[f"I{number}" for number in range(20)]) as server:
            outcomes = send(server, tmp_path, *messages, window=5)
            assert (server.most_under_way, server.gateway.connections) == (5, 1)
            took = [one.destination_addr.decode() for one in server.submitted]
        expected = {}
        for start in range(0, 20, 5):  # each five were answered last first
            expected |= dict(zip(took[start : start + 5][::-1], range(start, start + 5), strict=True))
        assert outcomes == [Accepted(f"I{expected[one.to.removeprefix('+')]}") for one in messages]

    def test_what_is_late_does_not_leave(self, tmp_path: Path) -> None:
        """Not even a link is made for it."""
        with smsc() as server, channel(server.port, tmp_path) as built:
            (outcome,) = built.send([message()], lambda: False)
            assert outcome == NotSent("too long after it was let go; it did not leave")
            assert not server.gateway.connections

    def test_what_is_late_once_there_is_a_link(self, tmp_path: Path) -> None:
        """To bind takes a while."""
        asked = iter([True, False])
        with smsc() as server, channel(server.port, tmp_path) as built:
            (outcome,) = built.send([message()], lambda: next(asked))
            assert isinstance(outcome, NotSent)
            assert (len(server.binds), server.submitted) == (1, [])

    def test_a_link_is_kept_and_left(self, tmp_path: Path) -> None:
        """One bind for all sends, an unbind at the end."""
        with smsc() as server:
            with channel(server.port, tmp_path) as built:
                for number in range(3):
                    assert built.send([message(f"K{number}")], always) == [Accepted(f"M{number + 1}")]
            assert server.next("unbind")
            assert len(server.binds) == 1


class TestShown:
    """What `homing channels test` tells."""

    def test_an_exchange(self, tmp_path: Path) -> None:
        """PDUs by name with their fields; no password."""
        with smsc(ids=["a7"]) as server, channel(server.port, tmp_path) as built:
            shown = built.exchange(message())
        assert shown.outcome == Accepted("a7")
        assert shown.request == (
            "bind_transceiver 1\n"
            "  system_id=maomao password=•••• system_type=\n"
            "submit_sm 2\n"
            "  from MAOMAO (ton 5, npi 0) to 8613800000001 (ton 1, npi 1)\n"
            "  esm_class=0x00 data_coding=0x08 registered_delivery=1\n"
            "  您好"
        )
        assert (
            shown.answer
            == "bind_transceiver_resp 1: ESME_ROK (0x0)\n  SMSC\nsubmit_sm_resp 2: ESME_ROK (0x0)\n  a7"
        )

    def test_a_refused_bind(self, tmp_path: Path) -> None:
        """What the SMSC says to it."""
        with smsc(to_bind=0x0E) as server, channel(server.port, tmp_path) as built:
            shown = built.exchange(message())
        assert shown.outcome == NotSent("the gateway says: ESME_RINVPASWD (0xE)", 60_000)
        assert shown.answer == "bind_transceiver_resp 1: ESME_RINVPASWD (0xE)"
        assert PASSWORD not in shown.request

    def test_nothing_is_logged_or_shown(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """No text, no number, no password; not by the loop either."""
        with caplog.at_level(logging.DEBUG), smsc() as server, channel(server.port, tmp_path) as built:
            built.send([message()], always)
            shown = f"{built!r} {built.table!r} {built.links!r}"
        for secret in (PASSWORD, "您好", "13800000001"):
            assert secret not in caplog.text + shown


class TestOtherLibrary:
    """The SMSC of these tests, and the alphabet, against `smpplib`."""

    def test_its_client_is_served(self) -> None:
        """It binds, sends and leaves: the SMSC speaks what others speak."""
        with smsc() as server:
            client = Client("127.0.0.1", server.port, allow_unknown_opt_params=True)
            client.connect()
            client.bind_transceiver(system_id="a", password="b")  # noqa: S106  # of nobody
            client.send_message(source_addr="1", destination_addr="2", short_message=b"hi")
            assert client.read_pdu().message_id == b"M1"
            client.unbind()
            client.disconnect()

    def test_the_alphabet(self) -> None:
        """Code by code, but for `§` and form feed, which it lacks, and the escape."""
        found = [chr(number) for number in range(0x3000) if is_gsm(chr(number))]
        assert len(found) == 127 + 10
        for character in set(found) - set("§\f"):
            assert encoded(character) == gsm_encode(character), character
        assert (encoded("§"), encoded("\f")) == (b"\x5f", b"\x1b\x0a")
        assert decoded(b"\x1b\x1b\x80a\x1b\x01") == "\ufffd\ufffda\ufffd"
