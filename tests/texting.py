"""Short messages through channels of kind `smpp`: channels to a port, messages, and what becomes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.channels.building import build_channel
from engine.channels.protocol import Fetching, Outcome, Outgoing
from engine.channels.smpp.channel import SmppChannel
from engine.config import ChannelConfig
from tests.smsc import Smsc

PASSWORD = "tops3cret"  # noqa: S105  # of an SMSC on loopback
AT = "2026-11-23T10:00:00+08:00"
START = Fetching(None, 0)


def always() -> bool:
    """Nothing is late."""
    return True


def message(key: str = "K1", text: str = "您好", **other: Any) -> Outgoing:
    """A message to a customer."""
    made = Outgoing(key, f"{key}.1", "sms", "C1", "+8613800000001", None, text, AT)
    return made._replace(**other)


def table(port: int, **settings: Any) -> dict[str, Any]:
    """What must be said to reach an SMSC on that port."""
    return {
        "host": "127.0.0.1", "port": port, "security": "none", "system_id": "maomao", "sender": "MAOMAO",
        "password": "{{ secret('SMPP_PASSWORD') }}",
    } | settings  # fmt: skip


@contextmanager
def channel(port: int, folder: Path, **settings: Any) -> Iterator[SmppChannel]:
    """A channel to that port, whose secret is in a file."""
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets/SMPP_PASSWORD").write_text(PASSWORD)
    built = build_channel(ChannelConfig("sms", "smpp", settings=table(port, **settings)), folder)
    assert isinstance(built, SmppChannel)
    try:
        yield built
    finally:
        built.close()


def send(server: Smsc, folder: Path, *messages: Outgoing, **settings: Any) -> list[Outcome]:
    """What becomes of some messages."""
    with channel(server.port, folder, **settings) as built:
        return list(built.send(messages or [message()], always))
