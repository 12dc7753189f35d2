"""Something long that is done beside the screen: how far it is, what came of it, whether it is still wanted."""

from asyncio import to_thread
from collections.abc import Callable
from typing import Generic, TypeVar

from engine.aside import Told

T = TypeVar("T")

Work = Callable[[Told, Callable[[], bool]], T | None]
"""Does it: tells how far it is, and asks whether it is still wanted."""


class Errand(Generic[T]):
    """One at a time; the last result stays until the next begins. Knows no widgets."""

    def __init__(self) -> None:
        self.made: T | None = None
        self.share = 0.0
        self._run: object | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether somebody waits for it."""
        return self._run is not None

    async def do(self, work: Work[T]) -> None:
        """Have it done in a thread. EngineError when it cannot be."""
        run = self._run = object()
        self.made, self.share = None, 0.0

        def told(done: int, total: int) -> None:
            if self._run is run:
                self.share = done / total if total else 0.0

        try:
            made = await to_thread(work, told, lambda: self._run is run)
            if self._run is run:
                self.made = made
        finally:
            if self._run is run:
                self._run = None

    def stop(self) -> None:
        """Nobody wants it any more."""
        self._run = None
