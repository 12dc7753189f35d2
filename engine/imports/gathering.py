"""How the batches of a file become transactions: one each, or, for events, gathered and cut anew by customer.

In a file of a million customers in any order, the rows of a batch lie far apart in the index by customer, and each
costs a page. Gathered by five and cut by customer, five neighbours share one.
"""

from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from engine.imports.converting import Columns
from engine.imports.events import EventTaker
from engine.imports.meanwhile import Meanwhile
from engine.imports.rows import CHUNK
from engine.imports.taking import Outcome, Taker
from engine.storage.store import aside

GATHERED = 1_000_000
"""Values gathered, in temporary tables: 250,000 rows of four columns."""


class Transactions(Protocol):
    """Takes the batches of a file, in transactions of its own."""

    def take(self, columns: Columns) -> Outcome:
        """Take a batch; what has been stored since the last time is told."""

    def finish(self) -> Outcome:
        """Store what is still to be stored."""


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Each batch is one transaction. `key`: the field that names the customer."""

    connection: sa.Connection
    taker: Taker
    key: str
    meanwhile: Meanwhile

    def take(self, columns: Columns) -> Outcome:
        """Store a batch."""
        with self.connection.begin():
            sifted = self.meanwhile.sift(self.connection, columns, self.key)
            outcome = self.taker.take(self.connection, sifted)
        outcome.unchanged += len(columns.numbers) - len(sifted.numbers)
        return outcome

    def finish(self) -> Outcome:
        """Nothing is left."""
        return Outcome()


@dataclass(slots=True)
class Gathering:
    """Gathers events outside of any writer's transaction, then writes them in short ones.

    The first batch is written as it is: the next ones are not ready yet, and what is wrong with the store shows soon.
    """

    connection: sa.Connection
    taker: EventTaker
    meanwhile: Meanwhile
    _values: int = 0
    _enough: int = 1
    _left_out: int = 0

    def take(self, columns: Columns) -> Outcome:
        """Stage a batch; with enough rows there, store them."""
        with aside(self.connection):
            if not self._values:
                self.taker.stage.prepare(self.connection)
            self.taker.put(self.connection, columns)
        self._values += len(columns.numbers) * len(columns.values)
        if self._values < self._enough:
            return Outcome()
        self._enough = GATHERED
        return self.finish()

    def finish(self) -> Outcome:
        """Store what is staged, some customers at a time."""
        outcome = Outcome()
        if self._values:
            self._values = self._left_out = 0
            places = self._place()
            outcome.unchanged += self._left_out
            for start in range(places.start, places.stop, CHUNK):
                with self.connection.begin():
                    stored = self.taker.store(self.connection, places[start - places.start :][:CHUNK])
                outcome.added += stored.added
                outcome.unchanged += stored.unchanged
        return outcome

    def _place(self) -> range:
        with aside(self.connection):
            places = self.taker.stage.place(self.connection)
            unknown = self.taker.stage.unknown(self.connection)
        if unknown:
            with self.connection.begin():
                gone = self.meanwhile.among(self.connection, unknown)
                self._left_out += self.taker.stage.leave_out(self.connection, gone)
                self.taker.meet(self.connection, [one for one in unknown if one not in gone])
            return self._place()
        return places
