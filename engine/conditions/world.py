"""What compiled conditions refer to: tables, numbers of names, the business zone, and the parameters of a run.

A run binds a few instants by name (`now`, the previous run, and both shifted by the durations that rules
mention); `Instants` collects which of them the statements need and computes them for each run.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from dsl.model.model import Model
from dsl.units import Duration
from engine.calendars.setting import Setting
from engine.calendars.zone import Zone
from engine.conditions.moments import DAY, Sql
from engine.storage.declared import Declared
from engine.storage.schema import Instant
from engine.storage.symbols import Symbols

Base = Literal["now", "before"]
"""The moment of the run, or the moment of the run before it."""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The times of one run. `before_at` is the previous run's, equal to `now` when there was none."""

    now: int
    before_at: int
    before_seq: int


@dataclass(slots=True)
class Instants:
    """The instants and days that statements bind, by parameter name."""

    zone: Zone
    wanted: dict[str, tuple[Base, Duration | None, bool]] = field(default_factory=dict)

    def at(self, base: Base = "now", duration: Duration | None = None, *, back: bool = False) -> Sql:
        """A parameter: the base instant, moved by a duration."""
        name: str = base
        if duration is not None:
            name = f"{base}_{'minus' if back else 'plus'}_{duration.amount}_{duration.unit}"
        self.wanted[name] = (base, duration, back)
        return sa.bindparam(name, type_=Instant, required=True)

    def value(self, name: str, clock: Clockwork) -> int:
        """The value of a parameter in one run; KeyError when no statement wants it."""
        base, duration, back = self.wanted[name]
        instant = clock.now if base == "now" else clock.before_at
        return instant if duration is None else self.zone.shift(instant, duration, back=back)


class RunValues(dict[str, Any]):
    """The parameters of one run by name; instants are computed when a statement first asks for them."""

    def __init__(self, instants: Instants, clock: Clockwork) -> None:
        today = instants.zone.day(clock.now)
        super().__init__(
            now=clock.now,
            before=clock.before_at,
            before_seq=clock.before_seq,
            today=today,
            this_year=instants.zone.local(clock.now).year,
        )
        self._instants, self._clock = instants, clock

    def __missing__(self, name: str) -> int:
        value = self[name] = self._instants.value(name, self._clock)
        return value


@dataclass(frozen=True, slots=True)
class World:
    """Everything that compiling a rule set needs besides the model's own nodes."""

    model: Model
    tables: Declared
    symbols: Symbols
    setting: Setting
    instants: Instants

    @property
    def zone(self) -> Zone:
        """Of clock times and dates."""
        return self.setting.zone

    def number(self, kind: str, name: str) -> int:
        """The number of a name; every name of the model has been given one when the release was loaded."""
        return self.symbols.known(kind, name)


NOW = sa.bindparam("now", type_=Instant, required=True)
BEFORE = sa.bindparam("before", type_=Instant, required=True)
BEFORE_SEQ = sa.bindparam("before_seq", type_=Instant, required=True)
TODAY = sa.bindparam("today", type_=sa.Integer, required=True)
THIS_YEAR = sa.bindparam("this_year", type_=sa.Integer, required=True)

__all__ = [
    "BEFORE",
    "BEFORE_SEQ",
    "DAY",
    "NOW",
    "THIS_YEAR",
    "TODAY",
    "Clockwork",
    "Instants",
    "RunValues",
    "World",
]
