"""Preparing a file in a process of its own, while earlier batches are being stored.

Only for large files: another process takes a while to start. It opens no database.
"""

import gc
import multiprocessing as mp
import os
import pickle
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from queue import Queue
from threading import Thread

from engine.errors import EngineError, ImportFileError
from engine.imports.preparing import Batch, Source, prepared
from engine.wording import say

LARGE = 8 * 1024 * 1024
"""Bytes from which on a file is worth another process."""

AHEAD = 20
"""Batches kept ready, for the time in which many are stored; as bytes they are small."""


def batches(source: Source) -> Iterator[Batch]:
    """The batches of a file, prepared ahead when it is large and there is a processor to spare."""
    try:
        large = source.path.stat().st_size >= LARGE
    except OSError:
        large = False  # reading it will say why
    return _prepared_ahead(source) if large and len(os.sched_getaffinity(0)) > 1 else prepared(source)


def _prepared_ahead(source: Source) -> Iterator[Batch]:
    context = mp.get_context("spawn")  # a fork would take our database connections along
    ours, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=_prepare, args=(source, theirs), daemon=True)
    worker.start()
    theirs.close()  # so that its end is noticed
    try:
        while isinstance(batch := ours.recv(), Batch):
            yield batch
        if batch is not None:
            raise batch
    except EOFError as error:
        hint = say("is there memory left? What was taken stays taken: import the file again")
        raise ImportFileError(
            say("{path}: the process that reads it was killed", path=source.path), hint
        ) from error
    finally:
        ours.close()
        worker.terminate()
        worker.join()


def _prepare(source: Source, pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever reads us ends us
    gc.disable()  # rows make no circles, and there are many of them
    ready: Queue[bytes | None] = Queue(AHEAD)
    sender = Thread(target=_send, args=(ready, pipe), daemon=True)
    sender.start()
    last: EngineError | None = None
    try:
        for batch in prepared(source):
            ready.put(pickle.dumps(batch, pickle.HIGHEST_PROTOCOL))
    except EngineError as error:
        last = error
    ready.put(pickle.dumps(last))
    ready.put(None)
    sender.join()


def _send(ready: "Queue[bytes | None]", pipe: Connection) -> None:
    try:
        while (batch := ready.get()) is not None:
            pipe.send_bytes(batch)
    except BrokenPipeError:
        os._exit(0)  # nobody reads us any more
