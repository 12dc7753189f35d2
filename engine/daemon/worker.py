"""What a daemon does while it leads: passes of a run, and looks at messages between runs. Knows no schedule.

A turn, as `homing run` makes one, goes pass by pass here, so that what else is to be done need not wait for its end.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import sqlalchemy as sa

from engine.channels.building import build_channels
from engine.channels.protocol import Channel, Linked
from engine.daemon.clock import Clock, Wishes
from engine.daemon.logs import log, log_error
from engine.delivery import breaker
from engine.delivery.delivery import Delivery
from engine.delivery.hands import Threads
from engine.delivery.noting import Noting
from engine.delivery.pace import Timer
from engine.delivery.sending import release_claims
from engine.errors import EngineError
from engine.inbox.listening import listen
from engine.inbox.taking import Inbox
from engine.projects.leading import ClockMovedError, Lead, LostLeadError
from engine.projects.project import Project
from engine.projects.project_turn import Engine, deliverer, inbox, lock_if_free, ready
from engine.projects.releases import newest_release
from engine.projects.too_many import held_back
from engine.running.run import How, run
from engine.running.turn import MOST_PASSES, Turn
from engine.safekeeping.guard import guarded, steady
from engine.wording import say

LISTEN = 0.2
"""Seconds after which a daemon that waits for a gateway sees whether it is wanted elsewhere."""

_SUSPENDED = 2_000
"""Milliseconds by which the clock may have gone faster than time: more, and what was decided is decided anew."""


class StopAskedError(EngineError):
    """The daemon is to stop."""


@dataclass(slots=True)
class Worker:
    """The work of one process on a project. `alive` is called often, however long something takes.

    `turn`: the one under way. `seconds`: how long its passes have taken.
    """

    project: Project
    lead: Lead
    clock: Clock
    wishes: Wishes
    alive: Callable[[], None] = lambda: None
    engine: Engine | None = None
    turn: Turn | None = None
    seconds: float = 0.0
    _delivery: Delivery | None = None
    _channels: Mapping[str, Channel] | None = None
    _sent: dict[str, Counter[str]] = field(default_factory=dict)
    _left_alone: dict[str, int] = field(default_factory=dict)
    _interrupted: bool = False
    _finishing: bool = False
    _noting: Noting | None = None
    _guard: AbstractContextManager[Noting] | None = None
    _hearing: Thread | None = None
    _reporters: Mapping[str, Channel] | None = None

    def arrive(self, now: int) -> None:
        """Begin to work at `now`: all that must hold before anything is sent is checked. Raises what `guarded` does."""
        if self._noting is None:
            guard = guarded(self.project, steady(self.project, now))
            self._noting, self._guard = guard.__enter__(), guard
            self._take_claims_back()
            if self._delivery is not None:
                self._delivery.noting = self._noting

    def _take_claims_back(self) -> None:
        """Who led before and is gone had claimed them, and cannot mark them any more."""
        with self.project.store.write() as connection:
            self.lead.hold(connection)
            release_claims(connection)

    def leave(self, error: BaseException | None = None) -> None:
        """End it: well, or because of an error, after which everything is checked anew."""
        guard, self._guard, self._noting = self._guard, None, None
        if guard is not None:
            guard.__exit__(None if error is None else type(error), error, None)

    def hear(self, now: int) -> None:
        """Begin to fetch what gateways report, beside all else: a gateway that hangs keeps no message waiting."""
        self._begin_to_hear(self._heard_by(), now)

    def hear_linked(self, now: int) -> None:
        """The same of what has come over links: its gateways wait until it is taken."""
        came = {
            name: one for name, one in self._heard_by().items() if isinstance(one, Linked) and one.waiting
        }
        if came:
            self._begin_to_hear(came, now)

    def _heard_by(self) -> Mapping[str, Channel]:
        """Channels of their own, since one is used by one at a time; but a link is there once."""
        if self._reporters is None:
            built = build_channels(self.project.config.channels, self.project.folder)
            sending = self._opened_channels()
            linked = {name: one for name, one in sending.items() if isinstance(one, Linked)}
            self._reporters = {**built, **linked}
        return self._reporters

    def _begin_to_hear(self, channels: Mapping[str, Channel], now: int) -> None:
        if self.engine is None or (self._hearing is not None and self._hearing.is_alive()):
            return
        opened = inbox(self.engine, channels)
        self._hearing = Thread(target=self._hear, args=(opened, now), name="reports", daemon=True)
        self._hearing.start()

    def _hear(self, opened: Inbox, now: int) -> None:
        """Page by page, until the daemon is to stop. Harmless when it is left out: the next time fetches the rest."""
        try:
            heard = listen(opened, now, self._not_to_stop)
        except StopAskedError:
            return
        except Exception as error:  # noqa: BLE001  # nobody waits for it, and what is wrong with the store shows elsewhere
            log_error("chore failed", error, chore="fetch reports")
            return
        if heard.taken.anything or heard.problems:
            log(
                "reports",
                messages=dict(heard.taken.messages),
                problems=len(heard.problems),
                silent=heard.silent,
            )

    def _not_to_stop(self) -> None:
        if self.wishes.stop:
            raise StopAskedError(say("told to stop"))

    def use_newest_release(self) -> None:
        """Make the release in force the one that runs. NoReleaseError when there is none."""
        with self.project.store.read() as connection:
            number = newest_release(connection)
        if self.engine is not None and self.engine.release.number == number:
            return
        self.engine = None
        self.engine = ready(self.project)
        log("release", number=self.engine.release.number)

    def pass_(self, now: int) -> bool:
        """One pass of a turn: run, then deliver; whether the turn is over."""
        engine = self._ready()
        began, done = self.clock.elapsed(), self.turn or Turn(now, engine.release.number)
        self.turn = done
        with lock_if_free(self.project.folder):
            done.runs.append(
                run(
                    engine.project.store,
                    engine.plan,
                    engine.permits,
                    now,
                    How(hold=self._hold, guard=held_back(self.project.config)),
                )
            )
            delivered = self._deliver(self._later(now, began))
        done.delivered += delivered
        self.seconds += self.clock.elapsed() - began
        at_rest = done.runs[-1].idle and not delivered and not self._interrupted
        if not at_rest and len(done.runs) < MOST_PASSES:
            return False
        self._tell_run(done)
        self.turn, self.seconds = None, 0.0
        return True

    def look(self, now: int) -> bool:
        """Let go of what may leave now, decide on what waited until now; whether anything happened."""
        engine, began = self._ready(), self.clock.elapsed()
        with lock_if_free(self.project.folder):
            how = How(waiting=True, hold=self._hold, guard=held_back(self.project.config))
            report = run(engine.project.store, engine.plan, engine.permits, now, how)
            delivered = self._deliver(self._later(now, began))
        if not report.idle:
            log("messages due", examined=report.examined, moved=report.moved, messages=dict(report.messages))
        return bool(delivered) or not report.idle or self._interrupted

    def left(self) -> int:
        """Messages handed to gateways of which nobody knows what became."""
        return 0 if self._delivery is None else self._delivery.under_way

    def wind_down(self, now: int) -> None:
        """Record what gateways answer to what they were handed; nothing else leaves."""
        self._deliver(now)

    def close(self) -> None:
        """Give back the channels. Not while calls are under way: those end with the process."""
        hearing = self._hearing is not None and self._hearing.is_alive()
        for channels in (self._channels, None if hearing else self._reporters):
            for channel in (channels or {}).values():
                channel.close()

    def _ready(self) -> Engine:
        assert self.engine is not None  # noqa: S101  # the daemon asks for work only with a release
        return self.engine

    def _later(self, now: int, began: float) -> int:
        return now + int((self.clock.elapsed() - began) * 1000)

    # Delivery

    def _deliver(self, now: int) -> Counter[str]:
        self._interrupted, began = False, self.clock.elapsed()
        self._sent.clear()
        try:
            delivered = self._current_delivery()(now)
        finally:
            self._tell_delivery(self.clock.elapsed() - began)
        self._tell_breakers(now)
        return delivered

    def _current_delivery(self) -> Delivery:
        """That of the release in force; one of an older release as long as it has calls under way."""
        plan = self._ready().plan
        if self._delivery is None or (self._delivery.plan is not plan and not self.left()):
            self._delivery = self._new_delivery()
        return self._delivery

    def _new_delivery(self) -> Delivery:
        engine = self._ready()
        timer = Timer(self.clock.elapsed, self._wait)
        made = deliverer(engine, self._noting, timer, self._opened_channels())
        made.alone, made.hands = False, Threads(self._meanwhile, LISTEN)
        made.may, made.told = self._may, self._told
        return made

    def _opened_channels(self) -> Mapping[str, Channel]:
        """Opened once: a changed configuration needs a restart."""
        if self._channels is None:
            self._channels = build_channels(self.project.config.channels, self.project.folder)
        return self._channels

    def _may(self, connection: sa.Connection, at: int) -> bool:
        """Whether messages may leave: the lead is ours, nobody wants us to stop, and `at` is now."""
        self.project.store.check_place()
        if self.wishes.stop or not self.lead.holds(connection):
            return False
        suspended = self.clock.wall() - at > _SUSPENDED
        self._interrupted = self._interrupted or suspended
        return not suspended

    def _hold(self, connection: sa.Connection) -> None:
        if self.wishes.stop:
            raise StopAskedError(say("told to stop"))
        self.project.store.check_place()
        self.lead.hold(connection)
        self.alive()

    def _wait(self, seconds: float) -> None:
        """Until a lane may go on, or a bit less."""
        self.clock.wait(min(seconds, 1.0))
        self._meanwhile()

    def _meanwhile(self) -> None:
        """While calls are under way: stay alive, keep the lead. StopAskedError when they have taken too long."""
        self.alive()
        since = self.wishes.stop_since
        if since is not None and not self._finishing:
            self._finishing = True
            log("finishing", calls=self.left())
        if since is not None and self.clock.elapsed() - since >= self.project.config.serving.grace:
            raise StopAskedError(say("told to stop"))
        with _later_is_soon_enough():
            self.lead.renew()

    # What is told

    def _told(self, channel: str, counts: Counter[str]) -> None:
        self._sent.setdefault(channel, Counter()).update(counts)

    def _tell_delivery(self, seconds: float) -> None:
        for channel, counts in sorted(self._sent.items()):
            log("delivery", channel=channel, messages=dict(counts), seconds=round(seconds, 3))
            if counts["unknown"]:
                log("doubt", "warning", channel=channel, messages=counts["unknown"])

    def _tell_breakers(self, now: int) -> None:
        """Which channels are left alone from now on, and which are tried again."""
        with self.project.store.read() as connection:
            healths = breaker.healths(connection)
        now_left = {name: health.open_until or 0 for name, health in healths.items() if health.is_open(now)}
        for name, until in now_left.items():
            if until != self._left_alone.get(name):
                log("breaker open", "warning", channel=name, until=self.project.config.zone.iso(until))
        for name in self._left_alone.keys() - now_left.keys():
            log("breaker closed", channel=name)
        self._left_alone = now_left

    def _tell_run(self, done: Turn) -> None:
        counts: dict[str, Any] = {
            "entered": done.entered, "moved": done.moved, "ended": done.ended, "tasks_opened": done.tasks_opened,
            "grants": sum(report.grants for report in done.runs), "stuck": done.stuck,
        }  # fmt: skip
        at = self.project.config.zone.iso(done.at)
        passes, seconds = len(done.runs), round(self.seconds, 3)
        log(
            "run",
            now=at,
            release=done.release,
            **counts,
            messages=dict(done.messages),
            passes=passes,
            seconds=seconds,
        )


@contextmanager
def _later_is_soon_enough() -> Iterator[None]:
    """What is wrong with lead or store is found at the next transaction; calls under way come first."""
    try:
        yield
    except (LostLeadError, ClockMovedError):
        return
    except EngineError as error:
        log("lease not renewed", "warning", kind=type(error).__name__)
