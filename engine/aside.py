"""Long work in a process of its own: whoever asked goes on meanwhile, and may change their mind.

A thread would share the interpreter with the screen. Knows nothing of what the work is about.
"""

import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from threading import Thread
from typing import Any, TypeVar

from engine.errors import EngineError, KilledError
from engine.wording import say

T = TypeVar("T")

Told = Callable[[int, int], None]
"""Is told how much is done, of how much."""

_LOOK = 0.1  # seconds between two looks at whether it is still wanted


class _UnwantedError(Exception):
    """Nobody waits for it any more."""


def aside(make: Callable[[Any, Told], T], asked: object, told: Told, wanted: Callable[[], bool]) -> T | None:
    """What `make(asked, told)` returns over there; None once it is no longer `wanted`, which is asked all the while.

    `make` is a function of a module, and what it is given and returns can be pickled. The EngineError that it raises is
    raised here.
    """
    ours, theirs = Pipe()
    # A program of its own, for `multiprocessing` starts none where a screen has taken the standard streams.
    call = [sys.executable, "-c", f"from {__name__} import work; work({theirs.fileno()})"]
    quiet = subprocess.DEVNULL
    worker = subprocess.Popen(  # noqa: S603  # all of it is ours
        call, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=[theirs.fileno()], start_new_session=True
    )
    theirs.close()  # so that its end is noticed
    try:
        ours.send((make, asked))
        made: T | None = _heard(ours, told, wanted)
    except (EOFError, ConnectionError) as error:
        raise KilledError(
            say("the process that works on it was killed"), say("is there memory left?")
        ) from error
    else:
        return made
    finally:
        ours.close()  # it notices when it next says how far it is
        Thread(target=worker.wait, daemon=True).start()


def _heard(pipe: Connection, told: Told, wanted: Callable[[], bool]) -> Any:
    while wanted():
        if not pipe.poll(_LOOK):
            continue
        what, news = pipe.recv()
        if what == "made":
            return news
        if what == "refused":
            raise news
        told(*news)
    return None


def work(number: int) -> None:
    """What the process does: the pipe to whoever wants it has that number."""
    pipe = Connection(number)
    make, asked = pipe.recv()

    def told(done: int, total: int) -> None:
        if pipe.poll():  # nothing more is ever said this way: the other end is closed
            raise _UnwantedError
        pipe.send(("done", (done, total)))

    try:
        pipe.send(("made", make(asked, told)))
    except EngineError as error:
        pipe.send(("refused", error))
    except (_UnwantedError, ConnectionError):
        pass
