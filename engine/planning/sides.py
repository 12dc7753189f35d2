"""The old and the new side of a comparison, each on a copy of its own: at once where that pays, else in turn.

A forked process has for itself whatever is in memory, a copy of the database included. It touches nothing else: the
project's own database stays with the process that opened it.
"""

import multiprocessing as mp
import os
import warnings
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from engine.errors import EngineError, KilledError
from engine.planning.trial import Period, on_a_copy, pace, untold
from engine.projects.project import Project
from engine.storage.snapshot import is_in_memory
from engine.wording import say

_Old = TypeVar("_Old")
_New = TypeVar("_New")


def both(
    copy: Project,
    period: Period,
    old: Callable[[Project, Period], _Old],
    new: Callable[[Project, Period], _New],
) -> tuple[_Old, _New]:
    """What comes of either side on a copy, which is used up."""
    large = pace(copy) is not None
    if large and is_in_memory(copy.store) and _processors() > 1:
        silent = replace(period, told=untold)
        return _at_once(lambda: old(copy, silent), lambda: new(copy, period))
    with on_a_copy(copy) as other:
        first = old(other, period)
    return first, new(copy, period)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _at_once(aside: Callable[[], _Old], here: Callable[[], _New]) -> tuple[_Old, _New]:
    context = mp.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(aside, theirs), daemon=True)
    with warnings.catch_warnings():
        # Newer Pythons warn of forks beside threads: that of a progress bar is not asked for anything over there.
        warnings.simplefilter("ignore", DeprecationWarning)
        worker.start()
    theirs.close()  # so that its end is noticed
    try:
        done = here()
        found = ours.recv()
    except EOFError as error:
        raise KilledError(
            say("the process that lived through the old rules was killed"), say("is there memory left?")
        ) from error
    finally:
        ours.close()
        worker.terminate()
        worker.join()
    if isinstance(found, EngineError):
        raise found
    return found, done


def _work(aside: Callable[[], Any], pipe: Connection) -> None:
    try:
        pipe.send(aside())
    except EngineError as error:
        pipe.send(error)
