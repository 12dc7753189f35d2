"""Who makes the calls to gateways: the delivery itself, one after the other, or a thread for each channel.

A job knows nothing of the store; what it finds is recorded by the delivery that gave it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from engine.channels.protocol import Outcome

T = TypeVar("T")

Job = Callable[[], Sequence[Outcome]]


class Hands(Protocol):
    """Does the jobs of some lanes, those of one lane in their order."""

    def in_turn(self, do: Callable[[], T]) -> Callable[[], T]:
        """Have something done that all lanes do one after the other; what is given back waits for it."""

    def begin(self, lane: str, job: Job) -> None:
        """Take a job on."""

    def next(self) -> tuple[str, Sequence[Outcome]]:
        """Wait for a job that is done: the first of its lane."""


@dataclass(slots=True)
class AtOnce:
    """Does each job when it is begun."""

    done: list[tuple[str, Sequence[Outcome]]] = field(default_factory=list)

    def in_turn(self, do: Callable[[], T]) -> Callable[[], T]:
        """Done when it is waited for, which the job does that is begun next."""
        return do

    def begin(self, lane: str, job: Job) -> None:
        """Do it."""
        self.done.append((lane, job()))

    def next(self) -> tuple[str, Sequence[Outcome]]:
        """The oldest."""
        return self.done.pop(0)


@dataclass(slots=True)
class Threads:
    """A thread for each lane, so that a slow gateway keeps no other waiting.

    `meanwhile` is called after so many seconds of waiting, `every`, and again; None: never.
    """

    meanwhile: Callable[[], None] = lambda: None
    every: float | None = None
    _pools: dict[str, ThreadPoolExecutor] = field(default_factory=dict)
    _begun: dict[Future[Sequence[Outcome]], str] = field(default_factory=dict)
    _turns: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "homing-turns"))

    def in_turn(self, do: Callable[[], T]) -> Callable[[], T]:
        """By a thread that all lanes share."""
        return self._turns.submit(do).result

    def begin(self, lane: str, job: Job) -> None:
        """Give it to the lane's thread."""
        pool = self._pools.get(lane)
        if pool is None:
            pool = self._pools[lane] = ThreadPoolExecutor(1, thread_name_prefix=f"homing-{lane}")
        self._begun[pool.submit(job)] = lane

    def next(self) -> tuple[str, Sequence[Outcome]]:
        """Wait for one; of several that are done, the one that was begun first."""
        done: set[Future[Sequence[Outcome]]] = set()
        while not done:
            done, _ = wait(self._begun, self.every, FIRST_COMPLETED)
            if not done:
                self.meanwhile()
        first = next(job for job in self._begun if job in done)
        return self._begun.pop(first), first.result()
