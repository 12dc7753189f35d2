"""Projects on virtual time: once a run was given a time, that is the time until a later one is given."""

import sqlalchemy as sa

from engine.calendars.zone import Zone
from engine.errors import PastTimeError
from engine.storage.schema import meta
from engine.storage.schema import run as runs
from engine.wording import say

_KEY = "virtual_time"


def last_run_at(connection: sa.Connection) -> int | None:
    """The time of the last finished run."""
    return connection.scalar(sa.select(runs.c.at).order_by(runs.c.run.desc()).limit(1))


def virtual_time(connection: sa.Connection) -> int | None:
    """The time of a project on virtual time; None when the real time is what counts."""
    text = connection.scalar(sa.select(meta.c.value).where(meta.c.key == _KEY))
    return None if text is None else int(text)


def go_to(connection: sa.Connection, at: int, zone: Zone) -> None:
    """Put the project on virtual time, at `at`. PastTimeError when that lies before the last run."""
    last = max(filter(None, (last_run_at(connection), virtual_time(connection))), default=at)
    if at < last:
        raise PastTimeError(
            say("{at} lies before the last run, {last}", at=zone.iso(at), last=zone.iso(last)),
            say("time only goes forward"),
        )
    connection.execute(meta.delete().where(meta.c.key == _KEY))
    connection.execute(meta.insert().values(key=_KEY, value=str(at)))
