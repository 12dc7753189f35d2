"""The state of a project, as `homing status` shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from croniter import croniter

from dsl.wording import Phrase
from engine.calendars.business_days import BusinessDays
from engine.config import Config
from engine.delivery.breaker import healths
from engine.delivery.pausing import pauses
from engine.inbox.unheard import cannot_fetch
from engine.projects.leading import Leader, leader
from engine.projects.releases import Release, find_release
from engine.projects.virtual_time import last_run_at, virtual_time
from engine.reasons import read_back
from engine.storage.inbox_tables import poll
from engine.storage.schema import OPEN_MESSAGE, message, task
from engine.storage.staff_tables import OPEN_TASK
from engine.storage.states import MessageStatus
from engine.storage.symbols import load_symbols
from engine.storage.web_tables import parked
from engine.views.benefits import spent
from engine.views.editions import stopped_said
from engine.views.flows import standing
from engine.views.forgetting import forgetting
from engine.views.pauses import pause_said
from engine.views.preapproved import preapproved
from engine.views.window import look
from engine.wording import say, say_number

_MISSED = 2
_PATIENCE = 3_600_000  # milliseconds
"""After so many firings of the schedule and so long without a run, nobody seems to run the engine."""

_SILENCE = 60_000  # milliseconds
"""After so long beyond its lease nobody takes a daemon's silence for business any more."""

_AHEAD = 30
"""Days ahead for which the public calendar should be known."""


@dataclass(frozen=True, slots=True)
class Status:
    """As the JSON contract says. `problems`: what makes a project unhealthy, and what only should be known.

    `daemon`: who serves it, or did last; None where nobody ever has. `preapproved`: messages let go without being held.
    `retention`: what was forgotten; None where all is kept.
    """

    release: int | None
    last_run: str | None
    healthy: bool
    problems: tuple[Phrase, ...]
    active: dict[str, dict[str, int]]
    waiting: int
    held: int
    unknown: int
    tasks_open: int
    tasks_overdue: int
    daemon: Mapping[str, object] | None = None
    preapproved: tuple[Mapping[str, object], ...] = ()
    retention: Mapping[str, Any] | None = None


def status(connection: sa.Connection, config: Config, now: int) -> Status:
    """How things are at `now`."""
    release = find_release(connection, config)
    last = last_run_at(connection)
    counts, put_off = _messages(connection), _put_off(connection)
    real = None if virtual_time(connection) is not None else last
    known = leader(connection)
    served = _served(known, config, now) if known is not None and known.serves else ()
    serious = (
        *_untimely(config, real, now),
        *_serious(release, counts, put_off),
        *_stopped(connection, config, now),
        *_by_policies(connection, release, now),
        *_unheard(connection, config),
        *served,
    )
    return Status(
        release=None if release is None else release.number,
        last_run=None if last is None else config.zone.iso(last),
        healthy=not serious,
        problems=(*serious, *_known(connection, release, config, now)),
        active=standing(connection, load_symbols(connection)),
        waiting=counts.get(MessageStatus.WAITING, 0),
        held=counts.get(MessageStatus.HELD, 0),
        unknown=counts.get(MessageStatus.UNKNOWN, 0),
        tasks_open=_count(connection, OPEN_TASK),
        tasks_overdue=_count(connection, OPEN_TASK, task.c.due_at < now),
        preapproved=() if release is None else tuple(preapproved(look(connection, config))),
        retention=forgetting(connection, release, config),
        daemon=None if known is None or not known.serves else _daemon(known, config, now),
    )


def _untimely(config: Config, last: int | None, now: int) -> Iterator[Phrase]:
    """What the times of runs say; `last` is None where they say nothing."""
    if last is not None and last > now:
        yield say("the last run, {last}, lies in the future: is the clock right?", last=config.zone.iso(last))
    elif last is not None and _missed(config, last, now):
        yield say("no run since {last}: does the timer call `homing run`?", last=config.zone.iso(last))


def _serious(release: Release | None, counts: Mapping[int, int], put_off: int) -> Iterator[Phrase]:
    """What makes a project unhealthy besides."""
    if release is None:
        yield say("no rules have been applied yet: `homing apply`")
    if unknown := counts.get(MessageStatus.UNKNOWN):
        yield say_number(
            "{n:,} message may or may not have been sent: `homing messages --status unknown`",
            "{n:,} messages may or may not have been sent: `homing messages --status unknown`",
            n=unknown,
        )
    if put_off:
        yield say_number(
            "{n:,} message was not taken by its channel so far: `homing messages --status ready`",
            "{n:,} messages were not taken by their channels so far: `homing messages --status ready`",
            n=put_off,
        )


def _stopped(connection: sa.Connection, config: Config, now: int) -> Iterator[Phrase]:
    """What does not leave: paused by somebody, or by a channel that is not well."""
    for item in pauses(connection):
        yield pause_said(item, config.zone)
    for name, health in sorted(healths(connection).items()):
        if health.is_open(now):
            yield say(
                "channel `{name}` is left alone until {until}: {because}",
                name=name,
                until=config.zone.iso(health.open_until or now),
                because=read_back(health.because or ""),
            )


def _by_policies(connection: sa.Connection, release: Release | None, now: int) -> Iterator[Phrase]:
    """What policies have stopped."""
    if release is not None:
        yield from stopped_said(connection, release.model, load_symbols(connection), now)


def _unheard(connection: sa.Connection, config: Config) -> Iterator[Phrase]:
    """What gateways report and could not be fetched, of what the configuration still says."""
    rows = sa.select(poll).where(poll.c.failed_at.is_not(None)).order_by(poll.c.channel, poll.c.what)
    for row in connection.execute(rows):
        channel = config.channels.get(row.channel)
        if channel is not None and row.what in channel.settings:
            yield cannot_fetch(row.channel, row.what, row.because)


def _served(known: Leader, config: Config, now: int) -> Iterator[Phrase]:
    """What is wrong with the daemon that leads, or led last and did not say that it stopped."""
    iso = config.zone.iso
    if known.until is not None and now - known.until > _SILENCE:
        yield say("`homing serve` was last heard of at {last}: is it running?", last=iso(known.heard_at))
    elif known.waits == "ahead":
        yield say(
            "nothing runs and nothing leaves: the clock is far ahead of {last}, when all was well; "
            "if it is right, `homing resume --clock`",
            last=iso(known.trusted_at),
        )
    elif known.waits == "behind":
        yield say(
            "nothing runs and nothing leaves until the clock shows {last} again: it was put back",
            last=iso(known.trusted_at),
        )


def _daemon(known: Leader, config: Config, now: int) -> Mapping[str, object]:
    iso = config.zone.iso
    return {
        "owner": known.owner.removeprefix("serve "),
        "leads": known.leads(now),
        "since": iso(known.since),
        "heard": iso(known.heard_at),
        "waits": known.waits,
    }


def _known(connection: sa.Connection, release: Release | None, config: Config, now: int) -> Iterator[Phrase]:
    """What only should be known."""
    yield from _minor(release, config, now)
    yield from _spent(connection, release, config, now)
    yield from _parked(connection)


def _minor(release: Release | None, config: Config, now: int) -> Iterator[Phrase]:
    """What somebody should know while all is well still."""
    if release is None:
        return
    policies = release.model.policies.values()
    used = {day for policy in policies for one in policy.windows for day in one.window.days}
    used.update(*(policy.never for policy in policies))
    today = config.zone.day(now)
    warning = BusinessDays(release.model.calendar, config.zone).warning(today, today + _AHEAD)
    if warning and used & {"workdays", "weekends", "holidays"}:
        yield warning


def _parked(connection: sa.Connection) -> Iterator[Phrase]:
    """Messages that came in over HTTP, were acknowledged and wait for rules that know them."""
    if count := connection.scalar(sa.select(sa.func.count()).select_from(parked)):
        yield say_number(
            "{n:,} message that came in over HTTP could not be taken so far: `homing parked`",
            "{n:,} messages that came in over HTTP could not be taken so far: `homing parked`",
            n=count,
        )


def _spent(connection: sa.Connection, release: Release | None, config: Config, now: int) -> Iterator[Phrase]:
    """Benefits of which none is left though somebody waits for one."""
    if release is None:
        return
    for one in spent(connection, release.model, config.zone, now):
        if one.waiting:
            yield one.said()


def _count(connection: sa.Connection, *these: sa.ColumnElement[bool]) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(task).where(*these)).scalar_one()


def _messages(connection: sa.Connection) -> dict[int, int]:
    counts = sa.select(message.c.status, sa.func.count()).group_by(message.c.status)
    rows: Any = connection.execute(counts.where(OPEN_MESSAGE)).all()
    return dict(rows)


def _put_off(connection: sa.Connection) -> int:
    """Messages that a channel did not take, and that are to be tried again."""
    these = (OPEN_MESSAGE, message.c.status == MessageStatus.READY, message.c.because.is_not(None))
    return connection.execute(sa.select(sa.func.count()).select_from(message).where(*these)).scalar_one()


def _missed(config: Config, last: int, now: int) -> bool:
    """Whether the schedule has come round often enough since the last run for somebody to worry."""
    if now - last < _PATIENCE:
        return False
    start, end = config.zone.local(last), config.zone.local(now)
    fired = 0
    for line in config.schedule:
        times = croniter(line, start)
        while times.get_next(type(start)) < end:
            fired += 1
            if fired >= _MISSED:
                return True
    return False
