"""A look at the store: one connection, the names and numbers, and values as they are shown."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from dsl.model.conditions import Kind
from dsl.model.model import Model
from engine.calendars.zone import Zone, date_of
from engine.config import Config
from engine.projects.releases import current_release
from engine.storage.declared import Declared, column_name, declared_tables
from engine.storage.symbols import Symbols, load_symbols
from engine.storage.values import Stored
from engine.views.titles import NAMES, Titles, titles_of

_SLICE = 500  # records asked for at once


@dataclass(frozen=True, slots=True)
class Window:
    """What views read from. `offsets`: times are told with that of the zone, else as the clock on the wall has them.

    `titles`: what names are told by. JSON has none, and so whatever `look` gives; `for_people` has them.
    """

    connection: sa.Connection
    config: Config
    model: Model
    tables: Declared
    symbols: Symbols
    zone: Zone
    release: int
    offsets: bool = True
    titles: Titles = NAMES

    def name(self, number: int | None) -> str | None:
        """The name of a number."""
        return self.symbols.name_or(number)

    @property
    def name_column(self) -> sa.Column[Any] | None:
        """The attribute that says what a customer is called, where rules declare it."""
        return self.tables.customer.c.get(column_name("name"))

    def state(self, number: int | None) -> str | None:
        """The name of a state without its journey's."""
        full = self.symbols.name_or(number)
        return None if full is None else full.partition("/")[2]

    def time(self, instant: int | None) -> str | None:
        """An instant as ISO 8601 with the offset of the business zone, or as scenarios have it, to the minute."""
        if instant is None:
            return None
        return self.zone.iso(instant) if self.offsets else self.zone.on_the_wall(instant)

    def value(self, stored: Stored, kind: Kind) -> Stored:
        """A stored value as it is shown."""
        if kind == "time" and not self.offsets:
            return self.time(None if stored is None else int(stored))
        return shown(stored, kind, self.zone)

    def record_ids(self, numbers: Iterable[int]) -> dict[int, str]:
        """The user's keys of records."""
        wanted = sorted(set(numbers) - {0})
        found: dict[int, str] = {}
        for table in self.tables.records.values() if wanted else ():
            for start in range(0, len(wanted), _SLICE):
                some = table.c.record.in_(wanted[start : start + _SLICE])
                rows = self.connection.execute(sa.select(table.c.record, table.c.id).where(some))
                found.update(rows.all())
        return found


def shown(stored: Stored, kind: Kind, zone: Zone) -> Stored:
    """A stored value as people and JSON have it: money in major units, dates and times as ISO 8601."""
    if stored is None:
        return None
    match kind:
        case "money":
            return int(stored) / 100
        case "date":
            return date_of(int(stored)).isoformat()
        case "time":
            return zone.iso(int(stored))
        case "flag":
            return bool(stored)
        case _:
            return stored


def look(connection: sa.Connection, config: Config) -> Window:
    """A window on a project; NoReleaseError when no rules were applied."""
    release = current_release(connection, config)
    tables = declared_tables(release.model)
    symbols = load_symbols(connection)
    return Window(connection, config, release.model, tables, symbols, config.zone, release.number)


def for_people(window: Window) -> Window:
    """The window in which names are told by their titles."""
    return replace(window, titles=titles_of(window.model, window.config))
