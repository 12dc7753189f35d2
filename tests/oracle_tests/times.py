"""Times of Shanghai, as tests write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.oracle import moments

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """A local time such as `2026-11-23 09:00`."""
    return moments.instant_of(datetime.fromisoformat(text), SHANGHAI)


def text_of(instant: datetime | None) -> str | None:
    """The same back."""
    return None if instant is None else f"{moments.wall_of(instant, SHANGHAI):%Y-%m-%d %H:%M}"
