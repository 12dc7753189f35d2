"""The key with which the trail is chained: a file beside the database, which only the engine's user may read.

It is not in the database, so that whoever can change that alone cannot chain anew what they changed. Made when the
first row is written. Databases in memory and copies to try things on have none of their own.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from engine.errors import JournalError
from engine.storage.durable import sync
from engine.storage.keys import install_key
from engine.storage.sqlite import MEMORY
from engine.wording import reason_of, say

NAME = "homing.key"

_SHORTEST = 32  # characters


def trail_key(connection: sa.Connection) -> bytes:
    """The key of a database's trail. JournalError when its file can neither be read nor made."""
    if connection.dialect.name != "sqlite":
        return f"trail {install_key(connection)}".encode()
    database = connection.engine.url.database
    return b"memory" if database in (None, MEMORY) else key_in(Path(database).parent)


def key_in(folder: Path) -> bytes:
    """The key in a folder, made when there is none. JournalError when that cannot be."""
    path = folder / NAME
    try:
        try:
            found = path.read_bytes().strip()
        except FileNotFoundError:
            put_key(folder, secrets.token_hex(32).encode())
            found = path.read_bytes().strip()
    except OSError as error:
        raise _unusable(path, reason_of(error)) from error
    if len(found) < _SHORTEST:
        raise _unusable(path, say("it is no key"))
    return found


def put_key(folder: Path, key: bytes) -> None:
    """Put a key into a folder that has none; another that was there first stays. Raises OSError."""
    draft = folder / f".{NAME}.{os.getpid()}"
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, key + b"\n")
        os.fsync(file)
    finally:
        os.close(file)
    with suppress(FileExistsError):
        os.link(draft, folder / NAME)
    draft.unlink()
    sync(folder)


def _unusable(path: Path, why: object) -> JournalError:
    return JournalError(
        say("{path}: the trail cannot be kept: {why}", path=path, why=why),
        say(
            "put the file back, from a backup if need be; without it nobody can tell whether the trail is whole"
        ),
    )
