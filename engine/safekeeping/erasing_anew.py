"""Those who were erased since a backup was made, erased in it before it is put in place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from engine.people.suppression import FOR_GOOD, ids_by_hash, keep
from engine.reasons import BY_ERASURE
from engine.safekeeping.erased import Line
from engine.safekeeping.erasing import erase_rows
from engine.safekeeping.trail import forgotten_up_to
from engine.storage.audit import ERASED, By, Deed, head, record
from engine.storage.customers import customer
from engine.storage.schema import audit
from engine.storage.symbols import EVERY

_AGAIN = "again, in a restored database"


@dataclass(frozen=True, slots=True)
class Anew:
    """`customers`: how many were there again and are gone. `lines`: all erasures, as this database knows them now."""

    customers: int
    lines: tuple[Line, ...]


def erase_anew(connection: sa.Connection, noted: Sequence[Line], by: By) -> Anew:
    """Erase whoever was, by what was noted, and this database does not know of; in the transaction under way.

    Those who are not in it are suppressed all the same: they may have come after the backup, and come once more.
    """
    unknown = [line for line in noted if not _knows(connection, line)]
    present = _present(connection, unknown)
    lines = {line: line for line in noted}
    for line in unknown:
        keep(connection, line.hashes, EVERY, FOR_GOOD, BY_ERASURE())
        number = present.get(line.hashes[0])
        if number is None:
            record(connection, by, Deed(ERASED, what=_AGAIN))
        else:
            erase_rows(connection, number, by, Deed(ERASED, number, _AGAIN))
        lines[line] = Line(head(connection), line.hashes)
    return Anew(len(present), tuple(lines.values()))


def _knows(connection: sa.Connection, line: Line) -> bool:
    """Whether its trail has that row, or has forgotten it by rule."""
    seq, mac = line.row.seq, line.row.mac
    if seq <= forgotten_up_to(connection):
        return True
    return connection.scalar(sa.select(audit.c.mac).where(audit.c.seq == seq)) == mac


def _present(connection: sa.Connection, unknown: Iterable[Line]) -> dict[str, int]:
    """Those of them who are customers here: numbers by the hash of the id."""
    wanted = {line.hashes[0] for line in unknown}
    if not wanted or not sa.inspect(connection).has_table(customer.name):
        return {}
    rows = connection.execute(sa.select(customer.c.id, customer.c.customer))
    numbers: dict[str, int] = {row.id: row.customer for row in rows}
    return {hashed: numbers[one] for hashed, one in ids_by_hash(connection, numbers, wanted).items()}
