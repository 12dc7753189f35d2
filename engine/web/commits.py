"""One thread that writes what requests bring: many requests in one transaction, each answered after its commit.

While one transaction is on its way to the disk the next one gathers. A request alone waits for nobody; where there were
several the next ones wait a moment for company, so that a busy hour needs few commits.
"""

import queue
import threading
import time
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.daemon.daemon import FATAL
from engine.daemon.logs import log_error
from engine.errors import EngineError, NoReleaseError
from engine.projects.project import Project
from engine.projects.releases import current_release, newest_release
from engine.web.intake import Delivered, Ready, Tally, take
from engine.web.parked import take_parked
from engine.web.settings import Source
from engine.wording import say

TOGETHER = 1000
"""Messages in one transaction, at most, but for those of one request."""

COMPANY = 0.01
"""Seconds that requests wait for others, where others came before."""

WAITING = 20_000
"""Messages that may wait for theirs; more are sent away."""


class BusyError(EngineError):
    """More comes in than can be written."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What one request wants written. `call`: work of its own, in transactions of its own, instead of messages."""

    answer: "Future[Any]"
    loop: AbstractEventLoop
    messages: Delivered | None = None
    call: Callable[[Ready], object] | None = None

    @property
    def weight(self) -> int:
        """How many messages it brings."""
        return 1 if self.messages is None else len(self.messages.messages)


@dataclass(slots=True)
class Commits:
    """The thread. `wall`: the clock. `arrived`: called after each transaction that took something.

    `sources`: by name, those whose parked messages are looked at again.

    `fatal`: what went wrong so badly that the process has to end; nothing is written after it.
    """

    project: Project
    wall: Callable[[], int]
    arrived: Callable[[], None] = lambda: None
    sources: Mapping[str, Source] = field(default_factory=dict)
    fatal: BaseException | None = None
    _jobs: "queue.SimpleQueue[_Job | None]" = field(default_factory=queue.SimpleQueue)
    _waiting: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _ready: Ready | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._work, name="commits", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits still, then end."""
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join()

    @property
    def waiting(self) -> int:
        """Messages that wait for their transaction."""
        return self._waiting

    def messages(self, loop: AbstractEventLoop, delivered: Delivered) -> "Future[Tally]":
        """Write messages; what became of them, once they are on the disk. BusyError when too many wait."""
        return self._put(_Job(loop.create_future(), loop, delivered))

    def call(self, loop: AbstractEventLoop, call: Callable[[Ready], object]) -> "Future[Any]":
        """Do something else that writes, by itself; what it gives."""
        return self._put(_Job(loop.create_future(), loop, call=call))

    def _put(self, job: _Job) -> "Future[Any]":
        with self._lock:
            if self._waiting >= WAITING:
                raise BusyError(say("more comes in than can be written"))
            self._waiting += job.weight
        self._jobs.put(job)
        return job.answer

    def _work(self) -> None:
        job, busy = self._jobs.get(), False
        while job is not None:
            if busy and job.call is None:
                time.sleep(COMPANY)
            group, following = self._gather(job)
            busy = len(group) > 1
            self._finish(group)
            with self._lock:
                self._waiting -= sum(one.weight for one in group)
            job = self._jobs.get() if following is None else following[0]

    def _gather(self, first: _Job) -> tuple[list[_Job], tuple[_Job | None] | None]:
        """What is written together, and what was found waiting behind it."""
        group, weight = [first], first.weight
        while weight < TOGETHER and first.call is None:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None or job.call is not None:
                return group, (job,)
            group.append(job)
            weight += job.weight
        return group, None

    def _finish(self, group: Sequence[_Job]) -> None:
        try:
            if self.fatal is not None:
                raise self.fatal  # noqa: TRY301  # said to whoever still asks
            answers = self._write(group)
        except Exception as error:  # noqa: BLE001  # whatever it is, those who wait want an answer
            self._failed(group, error)
        else:
            _answer([(job, answer, None) for job, answer in zip(group, answers, strict=True)])
            self.arrived()

    def _failed(self, group: Sequence[_Job], error: Exception) -> None:
        """Nothing of it is stored. What is wrong with one request is not to be blamed on its neighbours."""
        if isinstance(error, FATAL) and self.fatal is None:
            self.fatal = error
        if len(group) > 1 and not isinstance(error, EngineError):
            for job in group:
                self._finish([job])
            return
        if not isinstance(error, EngineError):
            log_error("request failed", error)
        _answer([(job, None, error) for job in group])

    def _write(self, group: Sequence[_Job]) -> Sequence[object]:
        if group[0].call is not None:
            return [group[0].call(self._current())]
        messages = [job.messages for job in group if job.messages is not None]
        while True:
            ready = self._current()
            with self.project.store.write() as connection:
                if newest_release(connection) == ready.release.number:
                    return take(connection, ready, messages, self.wall())

    def _current(self) -> Ready:
        """The release in force. NoReleaseError when there is none."""
        with self.project.store.read() as connection:
            number = newest_release(connection)
            if number is None:
                raise NoReleaseError(
                    say("no rules have been applied yet"),
                    say("`homing apply` makes the rule set the one that runs"),
                )
            if self._ready is not None and self._ready.release.number == number:
                return self._ready
            ready = Ready(current_release(connection, self.project.config), self.project.surroundings)
        self._look_at_parked(ready)
        self._ready = ready
        return ready

    def _look_at_parked(self, ready: Ready) -> None:
        """Take what could not be taken before; a few at a time, so that nobody else waits long."""
        after: int | None = 0
        while after is not None:
            with self.project.store.write() as connection:
                if newest_release(connection) != ready.release.number:
                    return
                after = take_parked(connection, ready, self.sources, after, self.wall())


def _answer(answers: Sequence[tuple[_Job, object, Exception | None]]) -> None:
    """Tell the event loops, each once for all that is told in it."""
    loops: dict[AbstractEventLoop, list[tuple[_Job, object, Exception | None]]] = {}
    for one in answers:
        loops.setdefault(one[0].loop, []).append(one)
    for loop, told in loops.items():
        loop.call_soon_threadsafe(_tell, told)


def _tell(answers: Sequence[tuple[_Job, object, Exception | None]]) -> None:
    for job, answer, error in answers:
        if job.answer.done():  # whoever asked is gone
            continue
        if error is None:
            job.answer.set_result(answer)
        else:
            job.answer.set_exception(error)
