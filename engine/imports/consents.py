"""Taking consents. No policy or no channel in a row means every one."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from engine.imports.converting import Columns
from engine.imports.taking import Outcome, Owners
from engine.people.consents import Consent, give_quietly
from engine.storage.arrivals import mark_changed
from engine.storage.symbols import load_symbols
from engine.storage.values import Reader


@dataclass(slots=True)
class ConsentTaker:
    """Takes consents; one that was given before the last word on the matter changes nothing."""

    readers: Mapping[str, Reader]
    owners: Owners
    required: tuple[str, ...] = ("customer", "at")

    def take(self, connection: sa.Connection, columns: Columns) -> Outcome:
        """Record those that are new, and mark their customers for the next run."""
        count = len(columns.numbers)
        nothing = [None] * count
        symbols = load_symbols(connection)
        customers = self.owners.numbers(connection, columns.values["customer"])  # type: ignore[arg-type]
        others = [columns.values.get(name, nothing) for name in ("policy", "channel", "at", "source")]
        given = [Consent(*row) for row in zip(customers, *others, strict=True)]
        new = [one.customer for one in given if give_quietly(connection, symbols, one)]
        mark_changed(connection, new)
        return Outcome(added=len(new), unchanged=count - len(new))
