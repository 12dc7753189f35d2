"""Whether the clock can be trusted, by the latest time that was. Pure.

A clock that is far ahead would let everything that is due until then loose at once; one that was put back would let
things happen twice. Neither is acted upon.
"""

from typing import Literal

from engine.calendars.zone import MINUTE

Trust = Literal["right", "ahead", "behind"]

BACK = 2 * MINUTE
"""Milliseconds that a clock may be put back without anybody minding: time stands still meanwhile."""


def trust(now: int, high_water: int | None, gap: int) -> Trust:
    """What to think of a clock that shows `now`. `high_water`: the latest time that was trusted, None: none was."""
    if high_water is None:
        return "right"
    if now > high_water + gap:
        return "ahead"
    return "behind" if now < high_water - BACK else "right"
