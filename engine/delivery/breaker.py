"""When a channel is left alone: its gateway is not there, or leaves in doubt what it took.

Five calls in a row that did not reach it, or too much doubt within five minutes, trip the breaker. It stays open for a
minute, then one message is tried; each time that fails, it stays open twice as long, up to ten minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import sqlalchemy as sa

from engine.channels.protocol import Accepted, NotSent, Outcome, Rejected, Unknown
from engine.reasons import IN_DOUBT
from engine.storage.schema import breaker

FAILED = 5  # calls in a row
WINDOW = 300_000  # milliseconds
UNKNOWN = 10  # in a window
SHARE = 50  # one in so many unknown, of a window with at least as many messages
SHORTEST, LONGEST = 60_000, 600_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Health:
    """How a channel has done of late.

    `failed`: messages in a row that it did not take. `since`: when the window began in which `sent` messages left and
    `unknown` of them were left in doubt. `tripped`: how often in a row its breaker was. `open_until`: it is left alone
    until then.
    """

    since: int
    failed: int = 0
    sent: int = 0
    unknown: int = 0
    tripped: int = 0
    open_until: int | None = None
    because: str | None = None

    def is_open(self, now: int) -> bool:
        """Whether nothing may leave."""
        return self.open_until is not None and now < self.open_until

    @property
    def on_trial(self) -> bool:
        """Whether it was left alone and has not shown since that it is well: one message at a time."""
        return self.open_until is not None


def after(health: Health, outcomes: Sequence[Outcome], now: int) -> Health:
    """The health of a channel after a batch."""
    if now - health.since >= WINDOW or now < health.since:
        health = replace(health, since=now, sent=0, unknown=0)
    told = [outcome for outcome in outcomes if not (isinstance(outcome, NotSent) and outcome.slower)]
    unknown = sum(isinstance(outcome, Unknown) for outcome in told)
    health = replace(
        health,
        failed=_in_a_row(health.failed, told),
        sent=health.sent + len(told),
        unknown=health.unknown + unknown,
    )
    because = _because(health, told)
    if because is not None:
        times = health.tripped + 1
        until = now + min(SHORTEST << (times - 1), LONGEST)
        return Health(now, tripped=times, open_until=until, because=because)
    if any(isinstance(outcome, Accepted | Rejected) or _is_well(outcome) for outcome in told):
        return replace(health, tripped=0, open_until=None, because=None)
    return health


def _is_well(outcome: Outcome) -> bool:
    return isinstance(outcome, NotSent) and outcome.alone


def _in_a_row(failed: int, outcomes: Sequence[Outcome]) -> int:
    for outcome in outcomes:
        failed = failed + 1 if isinstance(outcome, NotSent) and not outcome.alone else 0
    return failed


def _because(health: Health, outcomes: Sequence[Outcome]) -> str | None:
    """Why the breaker trips, in the gateway's words where it has some; None: it does not."""
    last = outcomes[-1] if outcomes else None
    if isinstance(last, NotSent) and not last.alone and (health.failed >= FAILED or health.on_trial):
        return str(last.because)
    doubtful = health.unknown >= UNKNOWN or (health.sent >= SHARE and health.unknown * SHARE > health.sent)
    if health.unknown and (doubtful or (health.on_trial and isinstance(last, Unknown))):
        return str(IN_DOUBT(unknown=health.unknown, sent=health.sent))
    return None


def healths(connection: sa.Connection) -> Mapping[str, Health]:
    """The health of every channel that has not always been well, by name."""
    rows = [dict(row) for row in connection.execute(sa.select(breaker)).mappings()]
    return {row.pop("channel"): Health(**row) for row in rows}


def keep(connection: sa.Connection, channel: str, health: Health) -> None:
    """Store the health of a channel, in the transaction under way."""
    values = asdict(health)
    known = connection.execute(breaker.update().where(breaker.c.channel == channel).values(values)).rowcount
    if not known:
        connection.execute(breaker.insert().values(channel=channel, **values))
