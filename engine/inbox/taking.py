"""What a gateway tells, taken: from a body as it came, fetched or pushed, to what became of it.

In transactions of some hundreds, so that nobody is kept waiting; a body of which only a part was taken when the process
died is taken once all the same when it comes again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import sqlalchemy as sa

from dsl.model.model import Model
from engine.channels.protocol import Channel, Heard, Kind, Reporter, UnreadableBodyError
from engine.errors import UnknownNameError
from engine.inbox.receipts import By, Came, match_again, take_receipts
from engine.inbox.replies import take_replies
from engine.inbox.senders import Senders
from engine.people.optouts import opt_out_by_gateway
from engine.people.sharing import sharing
from engine.permits.senders import address_of
from engine.storage.states import Fate
from engine.storage.store import Store
from engine.storage.values import Surroundings
from engine.wording import say

_Item = TypeVar("_Item")

_RECEIPTS_AT_ONCE, _REPLIES_AT_ONCE = 500, 50


@dataclass(slots=True)
class Taken:
    """What was new. `messages`: how many came to which status. `passed_over`: what says nothing that can be used."""

    receipts: Counter[Fate] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    replies: int = 0
    passed_over: int = 0

    def add(self, other: "Taken") -> None:
        """Count both together."""
        self.receipts += other.receipts
        self.messages += other.messages
        self.replies += other.replies
        self.passed_over += other.passed_over

    @property
    def anything(self) -> bool:
        """Whether anything was new."""
        return bool(self.receipts.total() or self.replies)


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where what comes back goes. `addresses`: the attribute that each channel's configuration names, if it does."""

    store: Store
    model: Model
    surroundings: Surroundings
    channels: Mapping[str, Channel]
    addresses: Mapping[str, str | None] = field(default_factory=dict)

    def reporter(self, channel: str) -> Reporter:
        """A channel that reports; UnknownNameError when there is none of that name, or it does not."""
        found = self.channels.get(channel)
        if found is None or not isinstance(found, Reporter) or not found.reports:
            raise UnknownNameError(
                say("no channel `{name}` reports anything", name=channel),
                say("`receipts` and `replies` in its table say how: see docs/channels.md"),
            )
        return found


def take_body(inbox: Inbox, channel: str, body: bytes, now: int, kind: Kind | None = None) -> Taken:
    """Take a body that a gateway has sent, of one kind or, None, of any that the channel reads.

    Raises what `heard_in` does: then nothing is taken.
    """
    return take_piecewise(inbox, channel, heard_in(inbox, channel, body, kind), now)


def heard_in(inbox: Inbox, channel: str, body: bytes, kind: Kind | None = None) -> Heard:
    """What a body says, as one kind or as any that the channel reads.

    UnknownNameError for a channel that reports nothing, UnreadableBodyError for a body that nobody can read.
    """
    reporter = inbox.reporter(channel)
    heard = list(_heard(reporter, [kind] if kind else sorted(reporter.reports), body))
    return Heard(
        [receipt for one in heard for receipt in one.receipts],
        [reply for one in heard for reply in one.replies],
        min((one.passed_over for one in heard), default=0),
    )


def take_piecewise(
    inbox: Inbox,
    channel: str,
    heard: Heard,
    now: int,
    at_last: Callable[[sa.Connection], None] = lambda _: None,
) -> Taken:
    """Take what a body says, piece by piece; `at_last` is done in the transaction that takes the last."""
    *first, last = _pieces(heard)
    taken = Taken()
    for piece in first:
        with inbox.store.write() as connection:
            taken.add(take_heard(connection, inbox, channel, piece, now))
    with inbox.store.write() as connection:
        taken.add(take_heard(connection, inbox, channel, last, now))
        at_last(connection)
    return taken


def _pieces(heard: Heard) -> list[Heard]:
    """What a body says, at least one piece of it, each to be taken in a transaction of its own."""
    found = [Heard(receipts=part) for part in _slices(heard.receipts, _RECEIPTS_AT_ONCE)]
    found += [Heard(replies=part) for part in _slices(heard.replies, _REPLIES_AT_ONCE)]
    return [*found[:-1], replace(found[-1] if found else Heard(), passed_over=heard.passed_over)]


def _slices(items: Sequence[_Item], size: int) -> list[Sequence[_Item]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _heard(reporter: Reporter, kinds: Sequence[Kind], body: bytes) -> Iterator[Heard]:
    """What a body says as one of these kinds, or several; UnreadableBodyError when as none of them."""
    unread = 0
    for kind in kinds:
        try:
            yield reporter.heard(kind, body)
        except UnreadableBodyError:
            unread += 1
            if unread == len(kinds):
                raise


def take_heard(connection: sa.Connection, inbox: Inbox, channel: str, heard: Heard, now: int) -> Taken:
    """Take what a body says, in the transaction under way."""
    by = By(channel, inbox.channels[channel].capabilities)
    named = address_of(inbox.model, channel, inbox.addresses.get(channel))
    senders = Senders(connection, inbox.model, inbox.surroundings, named)
    came = take_receipts(connection, by, heard.receipts, now) if heard.receipts else Came()
    _opt_out_others(senders, came, now)
    replies = take_replies(senders, channel, heard.replies, now) if heard.replies else 0
    return Taken(came.fates, came.messages, replies, heard.passed_over)


def _opt_out_others(senders: Senders, came: Came, now: int) -> None:
    """What a gateway knows of a number holds for everybody who has it."""
    attributes = () if senders.attribute in (None, "id") else (str(senders.attribute),)
    for said in came.left:
        others = sharing(senders.connection, senders.model, said.customer, attributes)
        for number, identity in others.items():
            if number != said.customer:
                opt_out_by_gateway(senders.connection, replace(said, customer=number, identity=identity), now)


def look_again(connection: sa.Connection, inbox: Inbox, channel: str, now: int) -> Taken:
    """Look for the messages of receipts that had none, in the transaction under way."""
    came = match_again(connection, By(channel, inbox.channels[channel].capabilities), now)
    return Taken(came.fates, came.messages)
