"""Mail servers on loopback: aiosmtpd, and one that follows a script and misbehaves on the wire."""

import asyncio
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from tests.gateways import Behaviour, Gateway, raw_gateway, reset, served

Answers = Mapping[str, str]
"""What is answered to an address, or to a mail whose text holds a word."""


@dataclass
class Inbox:
    """What a server took, and what it answers. `of_rcpt`, `of_data`: answers other than 250."""

    gateway: Gateway = field(default_factory=Gateway)
    of_rcpt: Answers = field(default_factory=dict)
    of_data: Answers = field(default_factory=dict)
    of_mail: str = "250 OK"
    taken: list[Envelope] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails, read with the standard library."""
        return [mail_of(envelope.content) for envelope in self.taken]

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name and signature
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the sender, or not."""
        del server, options
        self.sessions.add(id(session))
        envelope.mail_from = address
        return self.of_mail

    async def handle_RCPT(  # noqa: N802  # as above
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        del server, session, options
        answer = self.of_rcpt.get(address, "250 OK")
        if answer.startswith("25"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or not."""
        del server, session
        text = mail_of(envelope.content).get_content()
        answer = next((self.of_data[word] for word in self.of_data if word in text), None)
        if answer is None or answer.startswith("25"):
            self.taken.append(envelope)
        return answer or f"250 2.0.0 Ok: queued as Q{len(self.taken)}"


def mail_of(content: object) -> EmailMessage:
    """A mail as the standard library reads it."""
    assert isinstance(content, bytes)
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


@contextmanager
def mail_server(
    inbox: Inbox, tls: ssl.SSLContext | None = None, at_once: ssl.SSLContext | None = None, **how: Any
) -> Iterator[Inbox]:
    """A server that takes mails. `tls`: it offers STARTTLS; `at_once`: it speaks TLS from the beginning."""

    async def serve() -> asyncio.Server:
        loop = asyncio.get_running_loop()
        options: dict[str, Any] = {"loop": loop, "hostname": "mail.example", "tls_context": tls} | how
        return await loop.create_server(lambda: SMTP(inbox, **options), "127.0.0.1", 0, ssl=at_once)

    with served(inbox.gateway, serve()):
        yield inbox


def login(user: str, password: str) -> Callable[..., AuthResult]:
    """Lets one user in."""

    def judge(_server: object, _session: object, _envelope: object, _how: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        right = given == LoginPassword(user.encode(), password.encode())
        return AuthResult(success=right, handled=right, auth_data=given)

    return judge


RESET, HANG, CLOSE = "reset", "hang", "close"
"""What a script may say instead of an answer."""

_SCRIPT = {
    "": "220 mail.example",
    "EHLO": "250 mail.example",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    ".": "250 OK",
    "RSET": "250 OK",
    "QUIT": "221 bye",
}


def scripted(**script: str | list[str]) -> AbstractContextManager[Gateway]:
    """A server that answers by command; `dot` is the end of a mail, `hello` the greeting.

    A list is what it answers one time after the other, the last one for ever.
    """
    names = {"dot": ".", "hello": ""}
    answers = _SCRIPT | {names.get(name, name.upper()): answer for name, answer in script.items()}
    return raw_gateway(_following(answers))


def _following(answers: dict[str, str | list[str]]) -> Behaviour:
    def answer_to(command: str) -> str:
        answer = answers.get(command, "500 what?")
        if isinstance(answer, str):
            return answer
        return answer.pop(0) if len(answer) > 1 else answer[0]

    async def follow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = ""
        while await _answered(answer_to(command), reader, writer):
            if command == "DATA":
                while await reader.readline() not in {b".\r\n", b""}:
                    pass
                command = "."
                continue
            line = await reader.readuntil(b"\r\n")
            command = line.split()[0].decode().upper()

    return follow


async def _answered(answer: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Answer; whether it goes on."""
    if answer == RESET:
        reset(writer)
    elif answer == HANG:
        await reader.read()
    elif answer != CLOSE:
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
        return not answer.startswith("421")
    return False
