"""Where the business is, as far as rules depend on it."""

from dataclasses import dataclass

from dsl.units import Duration
from engine.calendars.zone import Zone


@dataclass(frozen=True, slots=True)
class Setting:
    """`lateness`: how far before a journey's entry an event may lie and still be new. `country`: as in `CN`."""

    zone: Zone
    lateness: Duration
    country: str
