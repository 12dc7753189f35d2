"""A customer erased: nothing is left of them but a number in the trail and keyed hashes that stop further messages.

Rows go in one transaction; then the log of writes is folded in and emptied, so that no byte of theirs is left in it
either; then the files beside the database. Backups and copies of the database are not touched: how long they are kept
is for whoever keeps them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.errors import RefusedError
from engine.people.suppression import FOR_GOOD, hashes_of, keep, note_erasure
from engine.projects.project import Project
from engine.reasons import BY_ERASURE
from engine.safekeeping.anchor import folder_of
from engine.safekeeping.erased import Line, note_erased
from engine.safekeeping.traces import Traces, forget_in_files
from engine.storage.audit import ERASED, By, Deed, head, record, strike_note, strike_notes
from engine.storage.benefit_tables import OPEN_GRANT, grant
from engine.storage.census import BLANKED, BY_ID, THROUGH, Holding, holdings
from engine.storage.declared import column_name
from engine.storage.inbox_tables import receipt, reply, reply_of
from engine.storage.migration import kept_kinds
from engine.storage.schema import audit, message, optout
from engine.storage.states import MessageStatus
from engine.storage.symbols import EVERY
from engine.wording import say

_SHORTEST = 5
"""Characters below which a value is not looked for inside notes: it would be found everywhere."""


SMALL = 256 * 1024 * 1024  # bytes
"""A database up to this size is written anew after each erasure: it takes a second or two."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What went. `rows`: by table; `lines`: in files. `folded`: whether the log of writes is empty.

    `rebuilt`: whether the database was written anew. `copies`: older ones in the folder, which hold what they held.
    """

    rows: dict[str, int]
    lines: dict[str, int]
    folded: bool
    rebuilt: bool
    copies: tuple[str, ...]


def erase(
    project: Project, customer: int, by: By, because: str | None = None, *, rebuilding: bool = False
) -> Erased:
    """Erase a customer. RefusedError while a message to them is being sent: its fate must be known first.

    `rebuilding`: write the file of the database anew, also where it is large.
    """
    with project.store.write() as connection:
        _refuse_under_way(connection, customer)
        hashes = hashes_of(connection, customer)
        rows, traces = erase_rows(connection, customer, by, Deed(ERASED, customer, because=because))
        if Path(project.store.place).is_file():
            note_erased(folder_of(project), Line(head(connection), tuple(hashes)))
    rebuilt = rebuilding or _is_small(project)
    folded = project.store.scrub(rebuilding=rebuilt)
    return Erased(rows, forget_in_files(project, traces), folded, rebuilt, tuple(_copies(project)))


def erase_rows(connection: sa.Connection, customer: int, by: By, deed: Deed) -> tuple[dict[str, int], Traces]:
    """The part of it that is in the database, in the transaction under way: how many rows went, by table."""
    traces = _traces(connection, customer)
    _suppress(connection, customer)
    rows = dict(_delete(connection, customer, traces))
    _strike(connection, customer, traces, by)
    record(connection, by, deed)
    return rows, traces


def _is_small(project: Project) -> bool:
    place = Path(project.store.place)
    return place.is_file() and place.stat().st_size <= SMALL


def _refuse_under_way(connection: sa.Connection, customer: int) -> None:
    mine = (message.c.customer == customer, message.c.status == MessageStatus.SENDING)
    if connection.scalar(sa.select(sa.func.count()).select_from(message).where(*mine)):
        raise RefusedError(
            say("a message to this customer is just being sent"),
            say("try again in some minutes: `homing run` finds out what became of one that hangs"),
        )


def _traces(connection: sa.Connection, customer: int) -> Traces:
    """What the customer can be known by, to be looked for elsewhere."""
    kinds = kept_kinds(connection).get("customer", {})
    known: list[sa.ColumnClause[Any]] = [
        sa.column(column_name(name)) for name, kind in kinds.items() if kind in {"phone", "email"}
    ]
    table = sa.table("customer", sa.column("customer"), sa.column("id"), *known)
    columns = sa.select(table.c.id, *known).where(table.c.customer == customer)
    identity, *values = connection.execute(columns).one()
    return Traces(str(identity), frozenset(str(value) for value in values if value))


def _suppress(connection: sa.Connection, customer: int) -> None:
    """Whoever turns up with this id or one of these addresses hears nothing until somebody lifts it."""
    hashes = hashes_of(connection, customer)
    keep(connection, hashes, EVERY, FOR_GOOD, BY_ERASURE())
    note_erasure(connection)
    said = sa.select(optout).where(optout.c.customer == customer, optout.c.lifted_at.is_(None))
    for row in connection.execute(said.where(optout.c.channel != EVERY)).all():
        keep(connection, hashes, row.channel, row.at, row.source or "")


def _delete(connection: sa.Connection, customer: int, traces: Traces) -> Iterator[tuple[str, int]]:
    everything = list(holdings(connection))
    found = [holding for holding in everything if holding.goes]
    _forget_orphans(connection, customer, traces)
    connection.execute(grant.delete().where(grant.c.customer == customer, OPEN_GRANT))
    for holding in everything:
        if blank := BLANKED.get(str(holding.table.name)):
            nothing = dict.fromkeys(blank, None)
            connection.execute(holding.table.update().where(holding.of(customer)).values(nothing))
    for holding in sorted(
        found, key=lambda one: one.table.name not in {*THROUGH, *BY_ID}
    ):  # before what leads to them
        count = connection.execute(holding.table.delete().where(_mine(holding, customer))).rowcount
        if count:
            yield str(holding.table.name), count


def _mine(holding: Holding, customer: int) -> sa.ColumnElement[bool]:
    """What is theirs alone: a reply from a number that somebody else has too is that customer's as well."""
    if holding.table.name != reply.name:
        return holding.of(customer)
    others = sa.exists().where(
        reply_of.c.customer != customer,
        reply_of.c.channel == holding.table.c.channel,
        reply_of.c.id == holding.table.c.id,
    )
    return sa.and_(holding.of(customer), ~others)


def _forget_orphans(connection: sa.Connection, customer: int, traces: Traces) -> None:
    """Replies and receipts that nobody has tied to the customer, and that are theirs all the same."""
    tied = sa.exists().where(reply_of.c.channel == reply.c.channel, reply_of.c.id == reply.c.id)
    written_to = sa.select(message.c.address).where(message.c.customer == customer)  # also at a former number
    senders = reply.c.sender.in_(sorted(traces.all)) | reply.c.sender.in_(written_to)
    connection.execute(reply.delete().where(senders, ~tied))
    theirs = sa.select(message.c.reference).where(
        message.c.customer == customer, message.c.reference.is_not(None)
    )
    connection.execute(receipt.delete().where(receipt.c.customer.is_(None), receipt.c.reference.in_(theirs)))


def _strike(connection: sa.Connection, customer: int, traces: Traces, by: By) -> None:
    """Notes on the customer, and notes elsewhere that name them, go from the trail; the chain holds."""
    strike_notes(connection, customer)
    for seq, note in _notes(connection, traces):
        if traces.found_in(note, _SHORTEST):
            strike_note(connection, seq, by)


def _notes(connection: sa.Connection, traces: Traces) -> Sequence[tuple[int, str]]:
    words = [audit.c.because.contains(word, autoescape=True) for word in sorted(traces.looks)]
    rows = connection.execute(sa.select(audit.c.seq, audit.c.because).where(sa.or_(*words)))
    return [(row.seq, row.because) for row in rows]


def _copies(project: Project) -> Iterator[str]:
    """Databases that a restore has put aside."""
    place = Path(project.store.place)
    if place.parent.is_dir():
        yield from sorted(str(path) for path in place.parent.glob(f"{place.name}-before-*"))
