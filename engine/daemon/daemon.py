"""The daemon: runs when the schedule says so, delivers whenever a message is due, as long as it leads.

`steps` says again and again for how many seconds there is nothing to do; whoever calls it lets them pass. Time, wishes
and the process around it are arguments. Who may lead is decided by `engine.projects.leading`, in the database.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from engine.config import FILE_NAME, load_config
from engine.daemon.chores import Rota
from engine.daemon.clock import Clock, Wishes
from engine.daemon.logs import log, log_error
from engine.daemon.timetable import next_firing
from engine.daemon.worker import StopAskedError, Worker
from engine.delivery.due import next_message
from engine.errors import (
    BrokenStoreError,
    ConfigError,
    DamagedStoreError,
    EngineError,
    ForeignStoreError,
    MissingStoreError,
    NoReleaseError,
    ReplacedStoreError,
    RulesError,
)
from engine.projects.leading import ClockMovedError, Lead, LostLeadError, high_water, leader
from engine.projects.project import Project
from engine.projects.trusted_time import Trust
from engine.projects.virtual_time import last_run_at
from engine.wording import say

PAUSE = 1.0
"""Seconds after which a daemon that has nothing to do sees whether others have changed anything."""

LONGEST_PAUSE = 60.0
"""Seconds to wait, at most, after something went wrong again and again."""

FATAL = (BrokenStoreError, DamagedStoreError, ForeignStoreError, MissingStoreError, ReplacedStoreError)
"""What the store may not be touched after: the process must end, and another one open it anew."""


@dataclass(slots=True)
class Daemon:
    """One process that leads a project or stands by. `changed`: whether anybody has written since it was last asked.

    `notify`: tells whoever looks after processes. `pause`: seconds after which it looks whether others have written.
    `between`: seconds, at least, between runs that are wished for and those before.
    """

    project: Project
    lead: Lead
    worker: Worker
    clock: Clock
    wishes: Wishes
    changed: Callable[[], bool]
    rota: Rota
    notify: Callable[[str], None] = lambda _: None
    pause: float = PAUSE
    between: float = 5.0
    firing: int = 0
    due: int | None = None
    _look: bool = True
    _waits: Trust | None = None
    _leads: bool = False
    _standing_by: bool = False
    _without_rules: bool = False
    _failures: int = 0
    _ran: float = float("-inf")

    def steps(self) -> Iterator[float]:
        """What there is to do, step by step; each value: seconds for which there is nothing, perhaps fewer."""
        self.notify("READY=1")
        while not self.wishes.stop:
            self.notify("WATCHDOG=1")
            yield self._step_with_care()
        self._end()

    def _step_with_care(self) -> float:
        """A step; what goes wrong in it is told, and tried again after a pause that grows."""
        try:
            pause = self._step()
        except StopAskedError:
            return 0.0
        except ClockMovedError:
            return 0.0
        except LostLeadError:
            return 0.0
        except FATAL as error:
            log_error("fatal", error)
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the customers of tomorrow want an engine
            return self._failed(error)
        self._failures = 0
        return pause

    def _step(self) -> float:
        if self.lead.epoch is None and self._leads:
            self._tell_lost()
        if not self._leads and not self._take_lead():
            return min(self.pause, self.lead.lease / 3000)
        if not self._clock_is_right():
            return self.pause
        now = self._now()
        self.worker.arrive(now)
        if not self._is_up_to_date():
            return self.pause
        self._do_chores(now)
        now = self._hasten(now)
        if self.worker.turn is not None or now >= self.firing:
            if self.worker.pass_(now):
                self._plan_firing(now)
                self._look, self._ran = True, self.clock.elapsed()
            return 0.0
        if self._look or (self.due is not None and now >= self.due):
            self._look = self.worker.look(now)
            self.due = self._next_message(now)
        return 0.0 if self._look else self._seconds_until_next(now)

    # The lead

    def _take_lead(self) -> bool:
        if not self.lead.take():
            if not self._standing_by:
                with self.project.store.read() as connection:
                    known = leader(connection)
                log("standing by", leader=None if known is None else known.owner)
                self.notify("STATUS=standing by")
            self._standing_by = True
            return False
        log("leading", epoch=self.lead.epoch)
        self.notify("STATUS=leading")
        self._leads, self._standing_by, self._look = True, False, True
        self._plan_firing(None)
        return True

    def _tell_lost(self) -> None:
        """Somebody else took it while this process was frozen, or by hand."""
        log("lost", "warning")
        self._leads, self.worker.turn = False, None
        self._abandon(LostLeadError(say("another process leads by now")))

    # The clock

    def _clock_is_right(self) -> bool:
        """Whether the clock shows a time to act upon; tells when that changes."""
        waits, before = self.lead.renew(), self._waits
        self._waits = waits
        if waits != before:
            iso, trusted = self.project.config.zone.iso, self._now(clamped=False)
            if waits is None:
                log("clock right again")
                self._look = True
            else:
                log(f"clock {waits}", "error", shows=iso(self.clock.wall()), trusted=iso(trusted))
            self.notify("STATUS=leading" if waits is None else f"STATUS=waiting: the clock is {waits}")
        return waits is None

    def _now(self, *, clamped: bool = True) -> int:
        """The time to act at; it stands still while a clock that was put back a little catches up."""
        with self.project.store.read() as connection:
            known = high_water(connection)
        wall = self.clock.wall()
        if not clamped:
            return wall if known is None else known
        return wall if known is None else max(wall, known)

    # What is new

    def _is_up_to_date(self) -> bool:
        """See what others have changed; whether there are rules to run."""
        if self.wishes.look:
            self.wishes.look = False
            self._tell_changed_config()
        elif not self.changed() and (self.worker.engine is not None or self._without_rules):
            return not self._without_rules
        self._look = True
        try:
            self.worker.use_newest_release()
        except (NoReleaseError, RulesError) as error:
            if not self._without_rules:
                log_error("no rules to run", error)
            self._without_rules = True
            return False
        self._without_rules = False
        self._plan_firing(None)
        return True

    def _tell_changed_config(self) -> None:
        """Rules are read anew whenever they are applied; the configuration is not."""
        try:
            changed = load_config(self.project.folder / FILE_NAME) != self.project.config
        except ConfigError as error:
            log_error("configuration wrong", error)
            return
        if changed:
            log("configuration changed", "warning", todo="restart")

    # What comes next

    def _plan_firing(self, now: int | None) -> None:
        """The firing after the last run, or after now where there was none: what was missed is made good, once."""
        config = self.project.config
        with self.project.store.read() as connection:
            last = last_run_at(connection)
        after = max((time for time in (last, now) if time is not None), default=None)
        if after is None:
            after = self._now() if not self.firing else self.firing - 1
        before, self.firing = self.firing, next_firing(config.schedule, after, config.zone)
        if self.firing != before:
            log("next run", "debug", due=config.zone.iso(self.firing))

    def _hasten(self, now: int) -> int:
        """Run now if somebody wishes it, unless a run has just been. The time to act at.

        It is read after the wish: what came in while this step began is later than `now`.
        """
        if self.wishes.run and self.clock.elapsed() - self._ran >= self.between:
            self.wishes.run = False
            now = self._now()
            self.firing = min(self.firing, now)
        return now

    def _next_message(self, now: int) -> int | None:
        with self.project.store.read() as connection:
            return next_message(connection, now)

    def _seconds_until_next(self, now: int) -> float:
        moments = [moment for moment in (self.firing, self.due) if moment is not None]
        until = min((moment - now) / 1000 for moment in moments)
        return max(min(self.pause, until, self.rota.seconds(self.clock.elapsed())), 0.0)

    def _do_chores(self, now: int) -> None:
        for chore in self.rota.due(self.clock.elapsed()):
            try:
                chore.do(now)
            except (*FATAL, StopAskedError):
                raise
            except Exception as error:  # noqa: BLE001  # a chore that fails must not keep messages waiting
                log_error("chore failed", error, chore=chore.name)
            self.rota.done(chore, self.clock.elapsed())

    # Trouble, and the end

    def _failed(self, error: Exception) -> float:
        self._failures += 1
        pause = min(2.0 ** (self._failures - 1), LONGEST_PAUSE)
        log_error("failed", error, times=self._failures, again_in=pause)
        self._abandon(error)
        return pause

    def _abandon(self, error: Exception) -> None:
        """Check anew all that must hold before anything is sent, when it goes on."""
        with suppress(type(error)):
            self.worker.leave(error)

    def _end(self) -> None:
        """Record what is on its way, if its time is not up; then let somebody else lead."""
        self.notify("STOPPING=1")
        log("stopping")
        try:
            if self.worker.left():
                self.worker.wind_down(self._now())
            self.worker.leave()
        except (StopAskedError, LostLeadError, ClockMovedError):
            pass
        except EngineError as error:
            log_error("failed", error)
        try:
            self.lead.give_back()
        except EngineError as error:
            log_error("failed", error)
        if not self.worker.left():
            self.worker.close()
        log("stopped", calls_left=self.worker.left())
