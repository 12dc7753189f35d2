"""A message as an e-mail: headers and text in bytes, ready to follow DATA.

Put together by hand, as the standard library's classes take several times as long. Whatever a customer is called, it
can neither begin a header nor end the mail.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from engine.channels.protocol import Outgoing
from engine.channels.smtp.addresses import Mailbox
from engine.channels.templates import Template

_WORD = 39  # bytes of an encoded word: with the name of its header it stays within a line of 76
_LINE = 900  # characters; longer lines are cut by servers
_PLAIN = re.compile(r"[\t\n -~]*")
_PLAIN_SUBJECT = re.compile(r"[!-~](?:[ -~]{0,60}[!-~])?")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DOTS = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the mails of one channel. `unsubscribe`: addresses for List-Unsubscribe, as templates."""

    sender: Mailbox
    reply_to: Mailbox | None = None
    unsubscribe: Sequence[Template] = ()
    one_click: bool = False

    def mail(self, message: Outgoing, to: str) -> bytes:
        """The mail without the dot that ends it; UnicodeError for half a character."""
        kind = b"html" if is_html(message) else b"plain"
        encoding, body = _body(message.text)
        return b"".join(
            (
                self._headers(message, to).encode("ascii"),
                b"Content-Type: text/", kind, b"; charset=utf-8\r\nContent-Transfer-Encoding: ", encoding,
                b"\r\n\r\n", body,
            )
        )  # fmt: skip

    def message_id(self, message: Outgoing) -> str:
        """By which bounces and answers name the attempt."""
        return f"{message.ref}@{self.sender.domain}"

    def _headers(self, message: Outgoing, to: str) -> str:
        lines = [
            f"From: {written(self.sender)}",
            f"To: {to}",
            *([f"Reply-To: {written(self.reply_to)}"] if self.reply_to else ()),
            *([f"Subject: {encoded(message.subject)}"] if message.subject is not None else ()),
            *([f"Date: {date}"] if (date := _date(message.at)) else ()),
            f"Message-ID: <{self.message_id(message)}>",
            *self._unsubscribing(message),
            "Auto-Submitted: auto-generated",
            "Precedence: bulk",
            "MIME-Version: 1.0",
            "",
        ]
        return "\r\n".join(lines)

    def _unsubscribing(self, message: Outgoing) -> Iterator[str]:
        if self.unsubscribe:
            yield "List-Unsubscribe: " + ",\r\n ".join(f"<{uri.fill(message)}>" for uri in self.unsubscribe)
        if self.one_click:
            yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def is_html(message: Outgoing) -> bool:
    """Whether it is written as HTML: values are escaped in letters of the channel `email` that begin with a tag.

    It must end with one too: a customer whose name looks like a tag does not turn a plain text into HTML.
    """
    text = message.text.strip()
    return message.channel == "email" and text[:1] == "<" and text[-1:] == ">"


def written(box: Mailbox) -> str:
    """A mailbox as it stands in a header."""
    return f"{_phrase(box.name)} <{box.address}>" if box.name else box.address


@lru_cache(256)
def encoded(text: str) -> str:
    """Any text as it stands in a header: as it is where that is safe, else in encoded words."""
    clean = _CONTROLS.sub(" ", text).strip()
    if not clean or (_PLAIN_SUBJECT.fullmatch(clean) and "=?" not in clean):
        return clean
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in _parts(clean))


def _phrase(name: str) -> str:
    plain = encoded(name)
    return plain if plain.startswith("=?") else '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _parts(text: str) -> Iterator[bytes]:
    """Pieces of whole characters, in UTF-8."""
    part = b""
    for character in text:
        coded = character.encode()
        if len(part) + len(coded) > _WORD:
            yield part
            part = b""
        part += coded
    yield part


@lru_cache(64)
def _date(at: str) -> str:
    """As mails write it; empty where the message does not say when it is."""
    try:
        return format_datetime(datetime.fromisoformat(at))
    except ValueError:
        return ""


def _body(text: str) -> tuple[bytes, bytes]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    if _PLAIN.fullmatch(lines) and max(map(len, lines.split("\n"))) <= _LINE:
        return b"7bit", _DOTS.sub(b"..", lines.encode("ascii")).replace(b"\n", b"\r\n")
    coded = base64.encodebytes(lines.replace("\n", "\r\n").encode())
    return b"base64", coded.replace(b"\n", b"\r\n")
