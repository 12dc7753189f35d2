"""Whether all is well, by the same facts as `homing status`; asked so often that they are kept for a moment."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.errors import EngineError
from engine.projects.project import Project
from engine.views.status import Status, status

KEPT = 1.0
"""Seconds for which what was found is taken to be so still."""


@dataclass(slots=True)
class Health:
    """Looks at a project. `wall`: the clock, in milliseconds."""

    project: Project
    wall: Callable[[], int]
    _at: float | None = None
    _found: Status | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def healthy(self, elapsed: float) -> bool:
        """Whether all is well; a database that cannot be read is not."""
        found = self.status(elapsed)
        return found is not None and found.healthy

    def status(self, elapsed: float) -> Status | None:
        """How things are; None when nobody can tell. `elapsed`: seconds of a clock that only goes forward."""
        with self._lock:
            if self._at is None or elapsed - self._at >= KEPT:
                self._at, self._found = elapsed, self._look()
            return self._found

    def _look(self) -> Status | None:
        try:
            with self.project.store.read() as connection:
                return status(connection, self.project.config, self.wall())
        except EngineError:
            return None
