"""Whether a leader is gone for certain: a lock that it holds as long as it lives, on a file beside the database.

The system lets go of the lock when the process has ended, and not while it is frozen. The file says who holds it, in
the words of the database, and which file it is itself: whoever gets the lock and finds there the very leader of the
database knows that this one is no more. Whatever else is there proves nothing, and the lease has to run out.
"""

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_LONGEST = 4096  # bytes


@dataclass(slots=True)
class Life:
    """The lock as one process has it, or wants it. What cannot be read or written proves nothing."""

    path: Path
    _file: int | None = field(default=None, repr=False)

    def has_lock(self) -> bool:
        """Get the lock if nobody has it; whether it is ours."""
        if self._file is not None:
            return True
        with suppress(OSError):
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(file)
            else:
                self._file = file
        return self._file is not None

    def is_over(self, leader: str) -> bool:
        """Whether a leader who held the lock is no more."""
        if not self.has_lock() or self._file is None:
            return False
        with suppress(OSError):
            return os.pread(self._file, _LONGEST, 0) == self._words(self._file, leader)
        return False

    def begin(self, leader: str) -> None:
        """Say that the lock, if it is ours, is held by a leader."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, 0)
                os.pwrite(self._file, self._words(self._file, leader), 0)

    def end(self) -> None:
        """Let go of the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _words(self, file: int, leader: str) -> bytes:
        """`leader` by this very file: a copy that somebody puts in its place is another one."""
        found = os.fstat(file)
        return f"{leader}\n{found.st_dev} {found.st_ino}\n".encode()
