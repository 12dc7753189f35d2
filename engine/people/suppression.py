"""Addresses that are to hear no more, whoever has them: kept as keyed hashes, so that erasing does not undo opt-outs.

Hashed are phone numbers and e-mail addresses as they are stored, which is one form for each, and of those who were
erased the id. The key is the installation's: whoever has the whole database could try numbers one by one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.storage.arrivals import mark_changed
from engine.storage.bulk import rows_by_key
from engine.storage.chain import keyed
from engine.storage.customers import customer
from engine.storage.declared import column_name
from engine.storage.keys import install_key
from engine.storage.migration import kept_kinds
from engine.storage.privacy_tables import suppressed
from engine.storage.schema import meta, optout
from engine.storage.symbols import EVERY

FOR_GOOD = 7_226_553_600_000
"""The instant of the opt-out of those who were erased, 2199-01-01: it ends when somebody lifts it by name."""

_SLICE = 500  # customers asked for at once

_ERASURES = "erasures"
"""Where `meta` counts them."""

_ADDRESSES = frozenset({"phone", "email"})


def remember(connection: sa.Connection, number: int, channel: int, at: int, source: str) -> None:
    """Keep to an opt-out of a customer also for whoever else turns up with their addresses later."""
    hashes = [hashed for _, hashed in _addresses(connection, [number], identity=False)]
    keep(connection, hashes, channel, at, source)


def suppress(connection: sa.Connection, kind: str, address: str, at: int, source: str) -> None:
    """Keep to an opt-out from every channel that came from an address which nobody has yet."""
    if kind in _ADDRESSES and address:
        keep(connection, [_hash(_key(connection), kind, address)], EVERY, at, source)


def keep(connection: sa.Connection, hashes: Iterable[str], channel: int, at: int, source: str) -> None:
    """Suppress addresses by their hashes; the later opt-out stands."""
    for one in sorted(set(hashes)):
        same = (suppressed.c.hash == one, suppressed.c.channel == channel)
        known = connection.scalar(sa.select(suppressed.c.at).where(*same))
        if known is None:
            row = {"hash": one, "channel": channel, "at": at, "source": source}
            connection.execute(suppressed.insert().values(row))
        elif at > known:
            connection.execute(suppressed.update().where(*same).values(at=at, source=source))


def hashes_of(connection: sa.Connection, number: int) -> list[str]:
    """The hashes of all that a customer can be known again by: addresses and id."""
    return [hashed for _, hashed in _addresses(connection, [number], identity=True)]


def note_erasure(connection: sa.Connection) -> None:
    """Count an erasure, in its transaction: whoever keeps customers in mind sees that somebody is gone."""
    number = str(erasures(connection) + 1)
    connection.execute(meta.delete().where(meta.c.key == _ERASURES))
    connection.execute(meta.insert().values(key=_ERASURES, value=number))


def erasures(connection: sa.Connection) -> int:
    """How many there have been."""
    return int(connection.scalar(sa.select(meta.c.value).where(meta.c.key == _ERASURES)) or 0)


def said_at(at: int) -> int | None:
    """When an opt-out was said; None of those who were erased, of whom nothing more is known."""
    return None if at == FOR_GOOD else at


def erased_ids(connection: sa.Connection) -> frozenset[str]:
    """What is kept of those who were erased and have not come back: hashes, those of their ids among them."""
    if not erasures(connection):
        return frozenset()
    return frozenset(connection.scalars(sa.select(suppressed.c.hash).where(suppressed.c.at == FOR_GOOD)))


def ids_by_hash(
    connection: sa.Connection, identities: Iterable[str], hashes: Collection[str]
) -> dict[str, str]:
    """Of some ids those whose hash is among these."""
    key = _key(connection)
    hashed = ((_hash(key, "id", one), one) for one in identities)
    return {hashed_id: one for hashed_id, one in hashed if hashed_id in hashes}


def release(connection: sa.Connection, number: int, channel: int) -> None:
    """A customer wants messages again: their addresses are free."""
    mine = suppressed.c.hash.in_(hashes_of(connection, number))
    connection.execute(suppressed.delete().where(mine, suppressed.c.channel == channel))


def kept_of(connection: sa.Connection, number: int, channel: int) -> dict[str, tuple[int, str | None] | None]:
    """What is kept of the addresses of a customer for a channel, by hash: since when and from where; None: nothing."""
    hashes = [hashed for _, hashed in _addresses(connection, [number], identity=False)]
    rows = sa.select(suppressed).where(suppressed.c.hash.in_(hashes), suppressed.c.channel == channel)
    known = {row.hash: (row.at, row.source) for row in connection.execute(rows)}
    return {hashed: known.get(hashed) for hashed in hashes}


def forget(connection: sa.Connection, before: Mapping[str, Any], channel: int, at: int) -> None:
    """Keep no more to an opt-out said at `at`; of these hashes is kept what `kept_of` told before."""
    for hashed, stood in before.items():
        same = (suppressed.c.hash == hashed, suppressed.c.channel == channel, suppressed.c.at == at)
        if connection.execute(suppressed.delete().where(*same)).rowcount and stood is not None:
            row = {"hash": hashed, "channel": channel, "at": stood[0], "source": stood[1]}
            connection.execute(suppressed.insert().values(row))


def opt_out_known(connection: sa.Connection, numbers: Sequence[int]) -> int:
    """Opt out those customers, new or changed, whose address is suppressed; how many that were."""
    if connection.scalar(sa.select(suppressed.c.hash).limit(1)) is None:
        return 0
    touched: set[int] = set()
    for start in range(0, len(numbers), _SLICE):
        some = numbers[start : start + _SLICE]
        for number, row in _suppressed_among(connection, some):
            if _opted_out(connection, number, row):
                touched.add(number)
    mark_changed(connection, sorted(touched))
    return len(touched)


def _suppressed_among(connection: sa.Connection, numbers: Sequence[int]) -> Iterator[tuple[int, sa.Row[Any]]]:
    owners: dict[str, list[int]] = defaultdict(list)
    for number, hashed in _addresses(connection, numbers, identity=True):
        owners[hashed].append(number)
    for row in rows_by_key(connection, tuple(suppressed.c), suppressed.c.hash, sorted(owners)):
        for number in owners[row.hash]:
            yield number, row


def _opted_out(connection: sa.Connection, number: int, row: sa.Row[Any]) -> bool:
    """Whether that is news. What somebody has lifted since stays lifted."""
    same = (optout.c.customer == number, optout.c.channel == row.channel)
    known = connection.execute(sa.select(optout.c.at, optout.c.lifted_at).where(*same)).first()
    said = {"at": row.at, "source": row.source}
    if known is None:
        connection.execute(optout.insert().values(customer=number, channel=row.channel, **said))
        return True
    if known.lifted_at is not None or known.at >= row.at:
        return False
    connection.execute(optout.update().where(*same).values(said))
    return True


def _addresses(
    connection: sa.Connection, numbers: Sequence[int], *, identity: bool
) -> Iterator[tuple[int, str]]:
    """Customers with the hash of each of their addresses."""
    kinds: Mapping[str, str] = kept_kinds(connection).get("customer", {})
    names = {column_name(name): kind for name, kind in kinds.items() if kind in _ADDRESSES}
    if not names and not identity:
        return
    columns = (customer.c.customer, customer.c.id, *(sa.column(name) for name in names))
    key = _key(connection)
    rows = sa.select(*columns).select_from(customer).where(customer.c.customer.in_(numbers))
    for number, own, *values in connection.execute(rows):
        if identity:
            yield number, _hash(key, "id", own)
        for kind, value in zip(names.values(), values, strict=True):
            if value:
                yield number, _hash(key, kind, value)


def _hash(key: bytes, kind: str, address: str) -> str:
    return keyed(key, f"{kind} {address.strip().casefold()}")


def _key(connection: sa.Connection) -> bytes:
    return f"suppression {install_key(connection)}".encode()
