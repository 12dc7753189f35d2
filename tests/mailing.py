"""Mails through channels of kind `smtp`: channels to a port, messages, and what becomes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.channels.building import build_channel
from engine.channels.protocol import Channel, Outcome, Outgoing
from engine.config import ChannelConfig
from tests.mail_servers import Inbox, mail_server

AT = "2026-11-23T10:00:00+08:00"


def always() -> bool:
    """Nothing is late."""
    return True


def message(key: str = "K1", text: str = "您好", subject: str | None = "好消息", **other: Any) -> Outgoing:
    """A message to a customer."""
    made = Outgoing(key, f"{key}.1", "email", "C1", f"{key.lower()}@example.com", subject, text, AT)
    return made._replace(**other)


@contextmanager
def channel(port: int, folder: Path = Path("/nowhere"), **settings: Any) -> Iterator[Channel]:
    """A channel to that port."""
    table = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "毛毛家 <hi@shop.example>"}
    built = build_channel(ChannelConfig("email", "smtp", settings=table | settings), folder)
    try:
        yield built
    finally:
        built.close()


def send(inbox: Inbox, *messages: Outgoing, **settings: Any) -> list[Outcome]:
    """What becomes of some messages."""
    with mail_server(inbox), channel(inbox.gateway.port, **settings) as built:
        return list(built.send(messages or [message()], always))
