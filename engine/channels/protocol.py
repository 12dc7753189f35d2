"""What every channel can do, and what it may answer. Knows no gateway.

The rule behind the outcomes: only what is proved not to have been accepted may be tried again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from engine.errors import ConfigError


class ChannelSettingsError(ConfigError):
    """A channel's table in `homing.toml` says something that its kind cannot do."""


class Outgoing(NamedTuple):
    """A message on its way out. `to`: the address; `customer`: their id; `at`: ISO 8601, business time.

    `key` is the same for every attempt at this message and for no other message.
    """

    key: str
    channel: str
    customer: str
    to: str
    subject: str | None
    text: str
    at: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """It has been taken; `reference` is the gateway's own name for it, for receipts."""

    reference: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """It is proved that it has not been taken; it may be tried again."""

    because: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """It has been refused for good: this address, or this message, will never go this way."""

    because: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been taken. Never tried again by itself."""

    because: str


Outcome = Accepted | NotSent | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`batch`: messages in one call. `idempotent`: the key is honoured. `receipts`: it tells what arrived."""

    batch: int = 1
    idempotent: bool = False
    receipts: bool = False


class Channel(Protocol):
    """A way out. Made once per process, closed at its end."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """One call, at most `capabilities.batch` messages; an outcome for each, in order.

        Whatever it raises means Unknown for the whole batch.
        """

    def close(self) -> None:
        """Give back what it holds."""


@runtime_checkable
class Witness(Protocol):
    """A channel that keeps evidence of its own of what it has taken."""

    def settled(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that it took for sure."""
