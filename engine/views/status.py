"""The state of a project, as `homing status` shows it."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from croniter import croniter

from engine.config import Config
from engine.releases import find_release
from engine.schema import ACTIVE, enrolment, message, task
from engine.states import MessageStatus, TaskStatus
from engine.symbols import Symbols, load_symbols
from engine.virtual_time import last_run_at, virtual_time

_MISSED = 2
_PATIENCE = 3_600_000  # milliseconds
"""After so many firings of the schedule and so long without a run, nobody seems to run the engine."""


@dataclass(frozen=True, slots=True)
class Status:
    """As the JSON contract says. Every problem that makes a project unhealthy is among `problems`."""

    release: int | None
    last_run: str | None
    healthy: bool
    problems: tuple[str, ...]
    active: dict[str, dict[str, int]]
    waiting: int
    held: int
    unknown: int
    tasks_open: int
    tasks_overdue: int


def status(connection: sa.Connection, config: Config, now: int) -> Status:
    """How things are at `now`."""
    release = find_release(connection, config)
    last = last_run_at(connection)
    counts = _messages(connection)
    overdue = sa.select(sa.func.count()).where(task.c.status == TaskStatus.OPEN, task.c.due_at < now)
    is_open = sa.select(sa.func.count()).where(task.c.status == TaskStatus.OPEN)
    problems = []
    if release is None:
        problems.append("no rules have been applied yet: `homing apply`")
    elif last is not None and virtual_time(connection) is None and _missed(config, last, now):
        problems.append(f"no run since {config.zone.iso(last)}: is `homing serve` running?")
    if counts.get(MessageStatus.UNKNOWN):
        problems.append(
            f"{counts[MessageStatus.UNKNOWN]:,} messages may or may not have been sent: `homing queue`"
        )
    return Status(
        release=None if release is None else release.number,
        last_run=None if last is None else config.zone.iso(last),
        healthy=not problems,
        problems=tuple(problems),
        active=_active(connection, load_symbols(connection)),
        waiting=counts.get(MessageStatus.WAITING, 0),
        held=counts.get(MessageStatus.HELD, 0),
        unknown=counts.get(MessageStatus.UNKNOWN, 0),
        tasks_open=connection.execute(is_open).scalar_one(),
        tasks_overdue=connection.execute(overdue).scalar_one(),
    )


def _messages(connection: sa.Connection) -> dict[int, int]:
    counts = sa.select(message.c.status, sa.func.count()).group_by(message.c.status)
    rows: Any = connection.execute(counts.where(message.c.status < MessageStatus.SENT)).all()
    return dict(rows)


def _active(connection: sa.Connection, symbols: Symbols) -> dict[str, dict[str, int]]:
    key = (enrolment.c.journey, enrolment.c.state)
    counts = sa.select(*key, sa.func.count()).where(enrolment.c.status == ACTIVE).group_by(*key)
    found: dict[str, dict[str, int]] = {}
    for journey, state, count in connection.execute(counts):
        found.setdefault(symbols.name(journey), {})[symbols.name(state).partition("/")[2]] = count
    return {name: dict(sorted(states.items())) for name, states in sorted(found.items())}


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
