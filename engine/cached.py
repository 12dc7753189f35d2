"""Values that take long to make, kept from one command to the next in the user's cache folder.

The tables of the grammar are there too. Whatever is there may be deleted; without such a folder all takes longer.
Knows nothing of what it keeps: whoever asks names all that the value follows from.
"""

import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from platformdirs import user_cache_path

T = TypeVar("T")

_KEPT = 30
"""So many values of a kind are kept; the oldest go."""

_SEAL = sha256().digest_size


def cached(kind: str, marks: object, make: Callable[[], T]) -> T:
    """The value that was made where the same marks stood; made now, and kept if that can be, where there is none.

    `marks`: all that it follows from, told apart by what they look like in Python. `kind`: a word.
    """
    told = repr((sys.implementation.cache_tag, marks))
    place = user_cache_path("homing") / f"{sha256(told.encode()).hexdigest()}.{kind}"
    found: tuple[T] | None = _read(place)
    if found is None:
        found = (make(),)
        with suppress(OSError, RecursionError):  # no such folder, or nested too deeply: made each time
            _keep(place, found)
    return found[0]


def _read(place: Path) -> tuple[T] | None:
    try:
        with place.open("rb") as file:
            mine = os.fstat(file.fileno()).st_uid == os.geteuid()
            seal, content = file.read(_SEAL), file.read()
    except OSError:
        return None
    if not mine or seal != sha256(content).digest():  # somebody else's, or cut off when the machine stopped
        return None
    found: tuple[T] = pickle.loads(content)  # noqa: S301  # ours: a file that nobody else may write
    return found


def _keep(place: Path, value: object) -> None:
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = place.with_suffix(f"{place.suffix}-{os.getpid()}")
    try:
        fresh.write_bytes(sha256(content).digest() + content)
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)
    kept = sorted(place.parent.glob(f"*{place.suffix}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in kept[_KEPT:]:
        old.unlink(missing_ok=True)
