"""Mails through a channel of kind `smtp` to a real server: what arrives, and what each answer means."""

import pytest

from engine.channels.protocol import (
    Accepted,
    NotSent,
    Outcome,
    Rejected,
    Tryable,
)
from tests.mail_servers import Inbox, mail_server
from tests.mailing import always, channel, message, send


class TestWhatArrives:
    """The mail, as another program reads it."""

    def test_a_mail(self) -> None:
        """Who writes to whom, about what, when, and under which name."""
        inbox = Inbox()
        assert send(inbox) == [Accepted("Q1")]
        (mail,) = inbox.mails
        assert inbox.taken[0].mail_from == "hi@shop.example"
        assert inbox.taken[0].rcpt_tos == ["k1@example.com"]
        assert {name: str(value) for name, value in mail.items()} == {
            "From": "毛毛家 <hi@shop.example>",
            "To": "k1@example.com",
            "Subject": "好消息",
            "Date": "Mon, 23 Nov 2026 10:00:00 +0800",
            "Message-ID": "<K1.1@shop.example>",
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
            "MIME-Version": "1.0",
            "Content-Type": 'text/plain; charset="utf-8"',
            "Content-Transfer-Encoding": "base64",
        }
        assert mail.get_content() == "您好\r\n"

    @pytest.mark.parametrize(
        ("subject", "read"),
        [
            ("plain", "plain"),
            ("an ASCII subject that is so long that it does not fit on one line of a header", None),
            ("好" * 100, None),
            ("😀" * 30, None),
            ("=?utf-8?b?5aW9?=", "=?utf-8?b?5aW9?="),
            ("a\r\nBcc: everybody@example.com", "a Bcc: everybody@example.com"),
            ("a\n\n<script>", "a <script>"),
            ("\x00\x1b[2Jx\u2028y", "[2Jx y"),
            ("   ", ""),
            (" leading", "leading"),
        ],
    )
    def test_subjects(self, subject: str, read: str | None) -> None:
        """They arrive as they were written, and never begin a header."""
        inbox = Inbox()
        send(inbox, message(subject=subject))
        (mail,) = inbox.mails
        assert str(mail["Subject"]) == (subject if read is None else read)
        assert mail["Bcc"] is None
        content = inbox.taken[0].content
        assert isinstance(content, bytes)
        assert max(map(len, content.split(b"\r\n"))) <= 78

    def test_no_subject(self) -> None:
        """There is no such header then."""
        inbox = Inbox()
        send(inbox, message(subject=None))
        assert inbox.mails[0]["Subject"] is None

    @pytest.mark.parametrize(
        "text",
        [
            "plain\n.\nand on",
            ".",
            "..\n",
            "x" * 5000,
            "长" * 50_000,
            "a\n\n.\r\nRCPT TO:<x@y.z>\r\n",
            "tab\tand ~",
            "",
        ],
    )
    def test_texts(self, text: str) -> None:
        """They arrive as they were written; none ends the mail, however long it is."""
        inbox = Inbox()
        (outcome,) = send(inbox, message(text=text))
        assert isinstance(outcome, Accepted)
        (mail,) = inbox.mails
        assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == text.replace("\r\n", "\n").rstrip(
            "\n"
        )

    def test_html(self) -> None:
        """A letter of tags is HTML; a name that looks like one does not make one, nor another channel's text."""
        inbox = Inbox()
        html = "<p>您好</p>"
        send(
            inbox,
            message("K1", html),
            message("K2", "<b>王</b>您好"),
            message("K3", html, channel="newsletter"),
            connections=1,
        )
        assert [mail.get_content_type() for mail in inbox.mails] == ["text/html", "text/plain", "text/plain"]

    def test_unsubscribing(self) -> None:
        """By RFC 8058 in one click, where the address is https; values are percent-encoded."""
        inbox = Inbox()
        send(
            inbox,
            message(customer="C>1, <x>"),
            list_unsubscribe=["https://shop.example/leave?who={{ customer }}", "mailto:leave@shop.example"],
            reply_to="客服 <help@shop.example>",
        )
        (mail,) = inbox.mails
        assert mail["List-Unsubscribe"] == (
            "<https://shop.example/leave?who=C%3E1%2C%20%3Cx%3E>, <mailto:leave@shop.example>"
        )
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert str(mail["Reply-To"]) == "客服 <help@shop.example>"

    def test_without_https_there_is_no_one_click(self) -> None:
        """RFC 8058 wants https."""
        inbox = Inbox()
        send(inbox, list_unsubscribe="mailto:leave@shop.example")
        assert inbox.mails[0]["List-Unsubscribe-Post"] is None

    @pytest.mark.parametrize(
        "address",
        ["", "nobody", "a b@example.com", "a@b@example.com", "a@example.com\r\nRCPT TO:<x@y.z>", "张三@example.com",
         "a@-x.com", "a@" + "x" * 300 + ".com", "<a@example.com>", "a@\ud83d.com"],
    )  # fmt: skip
    def test_what_is_no_address_is_rejected(self, address: str) -> None:
        """The server is not even told."""
        inbox = Inbox()
        (outcome,) = send(inbox, message(to=address))
        assert outcome == Rejected("the address is none that mail servers take")
        assert not inbox.sessions

    def test_a_chinese_domain(self) -> None:
        """It is written in ASCII on the wire."""
        inbox = Inbox()
        send(inbox, message(to="a@例子.中国"))
        assert inbox.taken[0].rcpt_tos == ["a@xn--fsqu00a.xn--fiqs8s"]

    def test_half_a_character(self) -> None:
        """It cannot be written; the others go."""
        inbox = Inbox()
        outcomes = send(inbox, message("K1", "\ud83d"), message("K2"), message("K3", subject="\ud83d"))
        assert [type(outcome) for outcome in outcomes] == [Rejected, Accepted, Rejected]


class TestAnswers:
    """What the server says, and what it proves."""

    def test_by_recipient(self) -> None:
        """Each mail has its own outcome, in order; no reason tells whom it is about."""
        inbox = Inbox(
            of_rcpt={
                "k2@example.com": "550 5.1.1 <k2@example.com>: no such user",
                "k3@example.com": "451 4.7.1 greylisted",
                "k5@example.com": "452 4.2.2 mailbox full",
            }
        )
        outcomes = send(inbox, *(message(f"K{number}") for number in range(1, 7)), connections=2)
        assert [type(outcome) for outcome in outcomes] == [
            Accepted,
            Rejected,
            NotSent,
            Accepted,
            NotSent,
            Accepted,
        ]
        assert outcomes[1] == Rejected("SMTP 550: 5.1.1 <…>: no such user")
        assert outcomes[2] == NotSent("SMTP 451: 4.7.1 greylisted", 300_000, alone=True)
        assert outcomes[4] == NotSent("SMTP 452: 4.2.2 mailbox full", 60_000, alone=True)
        assert sorted(envelope.rcpt_tos[0] for envelope in inbox.taken) == [
            "k1@example.com",
            "k4@example.com",
            "k6@example.com",
        ]

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            ("554 5.7.1 spam", Rejected("SMTP 554: 5.7.1 spam")),
            ("552 5.3.4 too large", Rejected("SMTP 552: 5.3.4 too large")),
            ("451 4.3.0 try again", NotSent("SMTP 451: 4.3.0 try again", 300_000)),
            (
                "454 4.7.0 Throttling failure: Maximum sending rate exceeded",
                NotSent(
                    "SMTP 454: 4.7.0 Throttling failure: Maximum sending rate exceeded", 10_000, slower=True
                ),
            ),
            ("250 OK 0100018f2-0000", Accepted("0100018f2-0000")),
            ("250 2.0.0 accepted", Accepted()),
        ],
    )
    def test_to_the_whole_mail(self, answer: str, outcome: Outcome) -> None:
        """An answer to the dot that refuses proves that it was not taken."""
        inbox = Inbox(of_data={"word": answer})
        assert send(inbox, message(text="word"), message("K2"), connections=1) == [
            outcome,
            Accepted("Q2" if "250" in answer else "Q1"),
        ]

    def test_the_sender_is_no_fault_of_the_customer(self) -> None:
        """Whom we write as can be mended: nothing was sent, and nothing is given up."""
        inbox = Inbox(of_mail="553 5.7.1 not your address")
        assert send(inbox) == [NotSent("SMTP 553: 5.7.1 not your address", 60_000)]

    def test_what_is_late_does_not_leave(self) -> None:
        """The server is not even told."""
        inbox, answers = Inbox(), iter([True, True, False, False])
        with mail_server(inbox), channel(inbox.gateway.port, connections=1) as built:
            outcomes = built.send([message("K1"), message("K2"), message("K3")], lambda: next(answers))
        assert [type(outcome) for outcome in outcomes] == [Accepted, NotSent, NotSent]
        assert len(inbox.taken) == 1

    def test_an_exchange(self) -> None:
        """Shows every command and answer."""
        inbox = Inbox(of_rcpt={"k1@example.com": "550 no"})
        with mail_server(inbox), channel(inbox.gateway.port) as built:
            assert isinstance(built, Tryable)
            shown = built.exchange(message())
            assert shown.request == "MAIL FROM:<hi@shop.example>\nRCPT TO:<k1@example.com>"
            assert shown.answer == "250 OK\n550 no"
            assert isinstance(shown.outcome, Rejected)
            assert "Subject: Hello" in built.exchange(message("K2", subject="Hello")).request


class TestConnections:
    """They are few, and live on."""

    def test_many_mails_on_few_connections(self) -> None:
        """Kept from send to send."""
        inbox = Inbox()
        with mail_server(inbox), channel(inbox.gateway.port, connections=3) as built:
            for start in (0, 50):
                outcomes = built.send([message(f"K{start + number}") for number in range(50)], always)
                assert {type(outcome) for outcome in outcomes} == {Accepted}
        assert len(inbox.taken) == 100
        assert len(inbox.sessions) == 3

    def test_no_batch_is_larger_than_a_second(self) -> None:
        """With a rate, so that the caller can pace."""
        with channel(25, rate=20) as built:
            assert (built.capabilities.batch, built.capabilities.rate) == (20, 20)

    def test_a_hundred_connections_at_most_as_many_as_mails(self) -> None:
        """One mail opens one."""
        inbox = Inbox()
        send(inbox, connections=100)
        assert len(inbox.sessions) == 1
