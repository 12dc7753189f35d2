"""An event loop in a thread of its own, for channels that have something to do while nobody calls them."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, TypeVar

from engine.channels.event_loop import new_loop

_Result = TypeVar("_Result")


@dataclass(slots=True)
class LoopThread:
    """Begins when something is run, ends when it is closed; it may begin anew. Any thread may run something."""

    name: str
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: Thread | None = None
    _lock: Lock = field(default_factory=Lock)

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Wait for it. CancelledError (of concurrent.futures) when the loop is closed meanwhile."""
        with self._lock:
            loop = self._loop or self._begin()
            running = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            return running.result()
        except BaseException:
            running.cancel()
            raise

    def close(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """End what is under way, after `last`."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_ended(last()), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _begin(self) -> asyncio.AbstractEventLoop:
        self._loop = loop = new_loop()
        self._thread = Thread(target=loop.run_forever, name=self.name, daemon=True)
        self._thread.start()
        return loop


async def _ended(last: Coroutine[Any, Any, None]) -> None:
    await last
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for _ in range(10):  # turns of the loop, in which what was cancelled and closed ends
        await asyncio.sleep(0)
