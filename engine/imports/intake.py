"""Rows that are in no file, taken as an import would: what scenarios tell, what happens in the demonstration."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from dsl.model.model import Model
from engine.imports.columns import Matched
from engine.imports.converting import Columns, make_converter
from engine.imports.importing import Request, taker_for
from engine.imports.rows import Chunk
from engine.imports.taking import Owners, Taker
from engine.storage import audit
from engine.storage.values import Stored, Surroundings


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes rows inside a transaction under way. `owners`: shared by all that it takes."""

    connection: sa.Connection
    model: Model
    surroundings: Surroundings
    by: audit.By
    channels: Collection[str]
    owners: Owners = field(default_factory=Owners)

    def stored(self, what: str, values: Mapping[str, Stored]) -> None:
        """Take one row whose values are as the store has them."""
        columns = Columns([1], {name: [value] for name, value in values.items()}, ())
        self._taker(what).take(self.connection, columns)

    def written(self, what: str, names: tuple[str, ...], rows: Sequence[list[str]]) -> None:
        """Take rows as a file would have them, none of them bad."""
        taker = self._taker(what)
        chunk = Chunk(names, range(1, len(rows) + 1), rows)
        matched = Matched({name: place for place, name in enumerate(names)}, ())
        read = make_converter(taker.readers, taker.required).convert(chunk, matched)
        assert not read.bad, read.bad  # noqa: S101  # whoever writes them knows what is declared
        taker.take(self.connection, read)

    def _taker(self, what: str) -> Taker:
        request = Request(what, Path(what), Path(what), self.by, channels=self.channels)
        return taker_for(self.model, self.surroundings, request, self.owners)
