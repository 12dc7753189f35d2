"""Who leads: the one process that runs a project, by a lease with an epoch in its database.

The lease is renewed while its holder lives. When it is over, whoever stands by takes the lead under the next epoch; who
led before finds its own epoch gone, in the very transactions in which it would go on, and stops. The row also keeps the
latest time at which the clock could be trusted.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa

from engine.errors import EngineError
from engine.projects.life import Life
from engine.projects.trusted_time import Trust, trust
from engine.projects.virtual_time import last_run_at
from engine.storage.schema import lead
from engine.storage.store import Store
from engine.wording import say

Kind = Literal["serve", "run"]

_WHAT = "engine"


class LostLeadError(EngineError):
    """Another process leads the project by now."""


class ClockMovedError(EngineError):
    """The clock shows a time that cannot be trusted, or another than this step began with."""


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads, or led last.

    `until`: when the lease is over if nobody renews it; None: it was given back. `heard_at`: when it was last renewed.
    `trusted_at`: the latest time that it trusted. `waits`: what is wrong with the clock, while the leader waits for it.
    """

    owner: str
    epoch: int
    since: int
    until: int | None
    heard_at: int
    trusted_at: int
    waits: Trust | None

    @property
    def name(self) -> str:
        """Tells this leader from every other one that there was."""
        return f"{self.epoch} {self.since} {self.owner}"

    @property
    def serves(self) -> bool:
        """Whether it is a daemon, and no single run."""
        return self.owner.startswith("serve ")

    def leads(self, now: int) -> bool:
        """Whether its lease is not over."""
        return self.until is not None and now < self.until


def leader(connection: sa.Connection) -> Leader | None:
    """Who leads, or led last; None when nobody ever did."""
    row = connection.execute(sa.select(lead).where(lead.c.what == _WHAT)).mappings().one_or_none()
    return None if row is None else Leader(**{name: value for name, value in row.items() if name != "what"})


def high_water(connection: sa.Connection) -> int | None:
    """The latest time that the store has trusted: a leader's, or the last run's."""
    row = leader(connection)
    times = (None if row is None else row.trusted_at, last_run_at(connection))
    return max((time for time in times if time is not None), default=None)


def trust_clock(connection: sa.Connection, now: int) -> None:
    """A person says that the clock is right, in the transaction under way."""
    values = {"trusted_at": now, "waits": None}
    connection.execute(lead.update().where(lead.c.what == _WHAT).values(values))


@dataclass(slots=True)
class Lead:
    """The lead of a project as this process has it, or wants it.

    `owner`: what the others are told; it begins with its kind. `lease`: milliseconds. `gap`: how far the clock may be
    ahead of the latest time that was trusted; None: a person is there, who trusts it. `wall`: the clock; `elapsed`:
    seconds that have really passed. `life`: None where nothing but its lease tells that a leader is gone.
    `from_daemon`: it was taken from one that had not given it back.
    """

    store: Store
    owner: str
    lease: int
    gap: int | None
    wall: Callable[[], int]
    elapsed: Callable[[], float]
    life: Life | None = None
    epoch: int | None = None
    from_daemon: bool = False
    _renewed: float = field(default=0.0, repr=False)
    _seen: tuple[int, int | None] = field(default=(0, None), repr=False)
    _seen_at: float = field(default=0.0, repr=False)

    def take(self, *, by_force: bool = False) -> bool:
        """Take the lead if nobody has it, or else by force; whether it is ours now."""
        with self.store.read() as connection:
            free = by_force or self._is_free(leader(connection))
        if free:
            with self.store.write() as connection:
                known = leader(connection)
                if by_force or self._is_free(known):
                    self.epoch = self._write(connection, known)
        if self.epoch is None:
            self._end_life()
            return False
        self._begin_life()
        self._renewed = self.elapsed()
        return True

    def hold(self, connection: sa.Connection) -> None:
        """In the transaction under way: make sure that the lead is ours and the clock right; renew when it is time.

        Raises LostLeadError and ClockMovedError.
        """
        known, waits = self._mine(connection), self._waits(connection)
        if waits != known.waits or self._is_time():
            self._keep(connection, known, waits)
        if waits is not None:
            raise ClockMovedError(say("the clock cannot be trusted"))

    def holds(self, connection: sa.Connection) -> bool:
        """The same as an answer."""
        try:
            self.hold(connection)
        except (LostLeadError, ClockMovedError):
            return False
        return True

    def renew(self) -> Trust | None:
        """Renew when it is time; what is wrong with the clock is noted and returned. Raises LostLeadError."""
        with self.store.read() as connection:
            known, waits = self._mine(connection), self._waits(connection)
        if waits == known.waits and not self._is_time():
            return waits
        with self.store.write() as connection:
            known, waits = self._mine(connection), self._waits(connection)
            self._keep(connection, known, waits)
        return waits

    def _mine(self, connection: sa.Connection) -> Leader:
        known = leader(connection)
        if self.epoch is None or known is None or known.epoch != self.epoch:
            self.epoch = None
            self._end_life()
            raise LostLeadError(say("another process leads by now"))
        return known

    def _waits(self, connection: sa.Connection) -> Trust | None:
        if self.gap is None:
            return None
        judged = trust(self.wall(), high_water(connection), self.gap)
        return None if judged == "right" else judged

    def _keep(self, connection: sa.Connection, known: Leader, waits: Trust | None) -> None:
        now = self.wall()
        values: dict[str, object] = {"heard_at": now, "until": now + self.lease, "waits": waits}
        if waits is None:
            values["trusted_at"] = now if self.gap is None else max(known.trusted_at, now)
        connection.execute(lead.update().where(lead.c.what == _WHAT).values(values))
        self._renewed = self.elapsed()

    def give_back(self) -> None:
        """Let somebody else lead at once."""
        if self.epoch is None:
            return
        mine = (lead.c.what == _WHAT, lead.c.epoch == self.epoch)
        with self.store.write() as connection:
            connection.execute(lead.update().where(*mine).values(until=None, waits=None))
        self.epoch = None
        self._end_life()

    def _begin_life(self) -> None:
        """From now on the lock is held, if nobody else has it, by the leader that the database knows."""
        if self.life is not None and self.life.has_lock():
            with self.store.read() as connection:
                known = leader(connection)
            if known is not None and known.epoch == self.epoch:
                self.life.begin(known.name)

    def _end_life(self) -> None:
        if self.life is not None:
            self.life.end()

    def _is_time(self) -> bool:
        return (self.elapsed() - self._renewed) * 3000 >= self.lease

    def _is_free(self, known: Leader | None) -> bool:
        """Whether nobody leads: by the clock, and where that was put back, by watching that nobody renews.

        At once where it is certain that who led is no more.
        """
        if known is None or known.until is None or (self.life is not None and self.life.is_over(known.name)):
            return True
        now, seen = self.elapsed(), (known.epoch, known.until)
        if seen != self._seen:
            self._seen, self._seen_at = seen, now
        return known.until <= self.wall() or (now - self._seen_at) * 1000 >= self.lease

    def _write(self, connection: sa.Connection, known: Leader | None) -> int:
        self.from_daemon = known is not None and known.serves and known.until is not None
        now, epoch = self.wall(), 1 if known is None else known.epoch + 1
        last = high_water(connection)
        values = {
            "owner": self.owner, "epoch": epoch, "since": now, "until": now + self.lease, "heard_at": now,
            "trusted_at": now if last is None else last, "waits": None,
        }  # fmt: skip
        if known is None:
            connection.execute(lead.insert().values(what=_WHAT, **values))
        else:
            connection.execute(lead.update().where(lead.c.what == _WHAT).values(values))
        return epoch
