"""What the daemon is given of time and of the world outside. The command line alone knows where it comes from."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """Time for a daemon. `wall`: milliseconds since 1970, what the machine's clock shows; it may jump.

    `elapsed`: seconds of a clock that only goes forward. `wait`: let so many seconds pass, fewer when a wish comes in.
    """

    wall: Callable[[], int]
    elapsed: Callable[[], float]
    wait: Callable[[float], None]


@dataclass(slots=True)
class Wishes:
    """What somebody outside wants of a daemon. `stop_since`: when it was told to stop, as `elapsed` says it.

    `look`: see what is new: rules, configuration. `run`: something came in that a run should look at soon.
    """

    stop_since: float | None = None
    look: bool = False
    run: bool = False

    @property
    def stop(self) -> bool:
        """Whether it is to stop."""
        return self.stop_since is not None
