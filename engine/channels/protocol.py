"""What every channel can do, and what it may answer. Knows no gateway.

The rule behind the outcomes: only what is proved not to have been accepted may be tried again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from engine.errors import ConfigError


class ChannelSettingsError(ConfigError):
    """A channel's table in `homing.toml` says something that its kind cannot do."""


class MissingSecretError(ChannelSettingsError):
    """A channel needs a secret that is neither in the environment nor in a file."""


class Outgoing(NamedTuple):
    """A message on its way out. `to`: the address; `customer`: their id; `at`: ISO 8601, business time.

    `key` is the same for every attempt at this message and for no other message; `ref` is this attempt's own.
    """

    key: str
    ref: str
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
    """It is proved that it has not been taken; it may be tried again.

    `after`: milliseconds that the gateway asks to be left alone, where it says so. `slower`: it is taking messages,
    but not so many at once. `alone`: it is about this message or its address alone. Neither is a sign of its being ill.
    """

    because: str
    after: int | None = None
    slower: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """It has been refused for good: this address, or this message, will never go this way.

    `opted_out`: because the customer has told the gateway, or its operator, to write no more.
    """

    because: str
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been taken. Never tried again by itself."""

    because: str


Outcome = Accepted | NotSent | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do.

    `batch`: messages that `send` takes at once; how many calls it makes of them, and how many at a time, is its own
    affair. `rate`: messages a second that the gateway allows; None: as many as it takes. `remembers`: for so many
    milliseconds it knows a key again and takes no second message under it; 0: it does not look at keys. `receipts`:
    its gateway tells later what became of messages.
    """

    batch: int = 1
    rate: float | None = None
    remembers: int = 0
    receipts: bool = False


InTime = Callable[[], bool]
"""Whether a call may still begin: too long after its mark a message must not leave any more."""


class Channel(Protocol):
    """A way out. Made once per process, used by one thread at a time, closed at its end."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """Send at most `capabilities.batch` messages; an outcome for each, in order.

        Asks `in_time` before each call to the gateway; what does not begin in time is NotSent. Whatever it raises
        means Unknown for the whole batch.
        """

    def close(self) -> None:
        """Give back what it holds."""


@runtime_checkable
class Witness(Protocol):
    """A channel that can find out later what became of messages."""

    def settled(self, keys: Collection[str]) -> Mapping[str, Outcome]:
        """What is known for sure, by key; no entry where nothing is, for to be unknown there proves nothing."""


Says = Literal["delivered", "failed", "taken", "nothing"]
"""What a receipt says of its message: it has arrived, it never will, the gateway has it; or nothing of that."""

Kind = Literal["receipts", "replies"]
"""What gateways report."""


class Receipt(NamedTuple):
    """What a gateway tells of a message later. `id`: the receipt's own; the hash of all it says where it has none.

    `ref`: our name for the message, its key or an attempt's ref; `reference`: the gateway's own. `at`: milliseconds
    UTC, None where it does not say. `opted_out`: the customer wants no more by this channel.
    """

    id: str
    ref: str | None
    reference: str | None
    says: Says
    because: str | None = None
    at: int | None = None
    opted_out: bool = False


class Reply(NamedTuple):
    """What somebody has written back. `id` as in receipts; `answers`: the message it names, by any of its names.

    `dated`: the gateway says when it was written, so that an equal one is the same one.
    """

    id: str
    sender: str
    text: str
    at: int | None = None
    answers: str | None = None
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """What a body of a gateway's says. `passed_over`: how many of its elements say nothing that can be used."""

    receipts: Sequence[Receipt] = ()
    replies: Sequence[Reply] = ()
    passed_over: int = 0


class UnreadableBodyError(ValueError):
    """A body that is not what the channel's table describes; why, as a reason."""


@dataclass(frozen=True, slots=True)
class Page:
    """What was fetched at once. `body`: as it came. `cursor`: where to go on; `more`: there may be more at once."""

    body: bytes
    cursor: str | None = None
    more: bool = False


class Fetching(NamedTuple):
    """From where on to fetch: the gateway's own `cursor` of the time before, and `since`, milliseconds UTC."""

    cursor: str | None
    since: int


@runtime_checkable
class Reporter(Protocol):
    """A channel whose gateway tells later what became of messages, or what customers write back."""

    @property
    def reports(self) -> Collection[Kind]:
        """What it can read."""

    @property
    def fetched(self) -> Mapping[Kind, int]:
        """What can be fetched, and for how many milliseconds back it must be asked for each time."""

    def heard(self, kind: Kind, body: bytes) -> Heard:
        """Read a body, fetched or pushed. UnreadableBodyError when it cannot be read."""

    def fetch(self, kind: Kind, start: Fetching) -> Page | NotSent | Unknown:
        """Ask the gateway; why not, when there is no answer that can be used."""


@runtime_checkable
class Linked(Protocol):
    """A reporter whose gateway tells by itself, over the link by which messages leave, and waits until we confirm.

    A page is confirmed by asking for the one after its cursor. One thread may send and another one hear at once: they
    must use this very channel.
    """

    @property
    def waiting(self) -> bool:
        """Whether something has come that nobody has fetched."""


@runtime_checkable
class Tryable(Protocol):
    """A channel that shows what it says to its gateway and what it hears, for those who set it up."""

    def exchange(self, message: Outgoing) -> "Exchange":
        """Send one message and tell everything, secrets masked."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said and heard, as text, and how it is judged."""

    request: str
    answer: str
    outcome: Outcome
