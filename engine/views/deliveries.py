"""How sending does, by channel: what left, what waits and why, what failed, what is in doubt, whether it is stopped."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.delivery.breaker import Health, healths
from engine.delivery.pausing import Pause, keeping, pauses
from engine.storage.flow_tables import FAILED_MESSAGE
from engine.storage.schema import OPEN_MESSAGE, message
from engine.storage.states import MessageStatus
from engine.storage.traffic import left_between
from engine.views.because import because_told
from engine.views.flows import WEEK, counts
from engine.views.window import Window

BY_SEGMENT = "sms"
"""What is paid by the segment."""

_MOST = 20
"""Reasons told, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A channel; None: no channel has been chosen yet.

    `sent`: on each day of the week up to today. `delivered`, `failed`: of the week. `open`: what has not left, by
    status. `price`: of a message, of an sms by the segment, in major units of money; None where nothing is said of it.
    `rate`: messages a second that the configuration allows. `title`: what people call the channel.
    """

    channel: str | None
    kind: str | None
    sent: tuple[int, ...]
    delivered: int
    failed: int
    open: Mapping[MessageStatus, int]
    price: Decimal | None
    rate: float | None
    paused: Pause | None
    health: Health | None
    title: str = ""

    @property
    def waits(self) -> int:
        """Messages that may still leave by themselves, or once a person has looked."""
        return sum(self.open.get(status, 0) for status in _WAITING)

    @property
    def unknown(self) -> int:
        """Messages of which nobody knows whether they left."""
        return self.open.get(MessageStatus.UNKNOWN, 0)


_WAITING = (MessageStatus.WAITING, MessageStatus.HELD, MessageStatus.READY, MessageStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Cause:
    """So many messages are in a status for a reason; `because` None: nothing keeps them. `policy`: its title."""

    status: MessageStatus
    policy: str | None
    because: Phrase | str | None
    number: int


def lanes(window: Window, now: int) -> tuple[Lane, ...]:
    """Every channel of the configuration and every other one by which something left or wants to, by name."""
    counted = _count(window, now)
    numbers = {name: window.symbols.find("channel", name) for name in window.config.channels}
    numbers |= {window.name(number) or "": number for number in counted.seen()}
    found = [counted.lane(name, number) for name, number in sorted(numbers.items())]
    nowhere = counted.open_of(None)
    if nowhere:
        found.append(Lane(None, None, (0,) * WEEK, 0, 0, nowhere, None, None, None, None))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Counted:
    """`sent`: on each day, how many by channel, and how many of these have arrived. `open`: by channel and status."""

    window: Window
    sent: Sequence[Mapping[int, tuple[int, int]]]
    failed: Mapping[int, int]
    open: Mapping[tuple[int | None, int], int]
    stopped: Sequence[Pause]
    known: Mapping[str, Health]

    def seen(self) -> set[int]:
        """The channels that anything is counted of."""
        left = {channel for day in self.sent for channel in day}
        return left | self.failed.keys() | {channel for channel, _ in self.open if channel is not None}

    def open_of(self, channel: int | None) -> Mapping[MessageStatus, int]:
        """What has not left by a channel."""
        return {MessageStatus(status): n for (own, status), n in self.open.items() if own == channel}

    def lane(self, name: str, number: int | None) -> Lane:
        """One channel."""
        days = [(0, 0) if number is None else day.get(number, (0, 0)) for day in self.sent]
        config = self.window.config.channels.get(name)
        rate = None if config is None else config.settings.get("rate")
        return Lane(
            name,
            None if config is None else config.kind,
            tuple(sent for sent, _ in days),
            sum(delivered for _, delivered in days),
            0 if number is None else self.failed.get(number, 0),
            {} if number is None else self.open_of(number),
            config.cost if config is not None and config.cost else None,
            float(rate) if isinstance(rate, int | float) else None,
            keeping(self.stopped, {"channel": name, "journey": None, "message": None}),
            self.known.get(name),
            self.window.titles.of("channel", name),
        )


def _count(window: Window, now: int) -> _Counted:
    today = window.zone.day(now)
    days = range(today - WEEK + 1, today + 1)
    return _Counted(
        window,
        [left_between(window.connection, *map(window.zone.midnight, (day, day + 1))) for day in days],
        _failed(window, window.zone.midnight(days[0])),
        _open(window),
        pauses(window.connection),
        healths(window.connection),
    )


def _failed(window: Window, since: int) -> dict[int, int]:
    of = message.c
    rows = sa.select(of.channel, sa.func.count()).where(FAILED_MESSAGE, of.failed_at >= since)
    return counts(window.connection, rows.group_by(of.channel))


def _open(window: Window) -> dict[tuple[int | None, int], int]:
    of = message.c
    rows = sa.select(of.channel, of.status, sa.func.count()).where(OPEN_MESSAGE)
    return {
        (channel, status): number
        for channel, status, number in window.connection.execute(rows.group_by(of.channel, of.status))
    }


def causes(window: Window, now: int, channel: str | None) -> tuple[Cause, ...]:
    """Why messages of a channel wait, and why those failed that failed this week; the most frequent first."""
    of = message.c
    number = None if channel is None else window.symbols.find("channel", channel)
    if channel is not None and number is None:
        return ()
    since = window.zone.midnight(window.zone.day(now) - WEEK + 1)
    mine = of.channel == number if number is not None else of.channel.is_(None)
    found: Counter[tuple[int, int, str | None]] = Counter()
    for these in ((OPEN_MESSAGE, mine), (FAILED_MESSAGE, of.failed_at >= since, mine)):
        rows = sa.select(of.status, of.policy, of.because, sa.func.count()).where(*these)
        for status, policy, because, count in window.connection.execute(
            rows.group_by(of.status, of.policy, of.because)
        ):
            found[status, policy, because] += count
    return tuple(
        Cause(MessageStatus(status), _title(window, policy), because_told(because, window.titles), count)
        for (status, policy, because), count in found.most_common(_MOST)
    )


def _title(window: Window, policy: int) -> str | None:
    name = window.name(policy)
    known = None if name is None else window.model.policies.get(name)
    return name if known is None else known.title or name
