"""The index that customers are found by: what it holds, how it catches up, whom it finds. Knows no model.

It is not kept up by whoever writes, which would make imports half as fast, but some time later, a batch at a time;
until then the few whom it does not know are looked through one by one.
"""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any

import sqlalchemy as sa

from engine.storage.bulk import insert_rows
from engine.storage.customers import customer
from engine.storage.schema import meta
from engine.storage.search_tables import follow, grams, searched, terms, unsearched
from engine.storage.store import Store

BATCH = 2_000
"""Customers taken in one transaction: some 70 ms."""

EDGE = "\x1f"
"""Before and after each text of a customer: two between texts, so that the last character begins three as well."""

_GRAM = 3  # characters
_COLUMNS, _REACHED = "searched:columns", "searched:reached"
"""Where `meta` keeps which columns of customers the index holds, and up to which number it has taken customers."""


def fit_index(connection: sa.Connection, columns: Sequence[sa.Column[Any]]) -> None:
    """These columns are what customers are found by; with others than so far the index begins anew."""
    names = [column.name for column in columns]
    if names != _columns(connection):
        searched.drop(connection)
        searched.create(connection)
        connection.execute(unsearched.delete())
        _keep(connection, _COLUMNS, json.dumps(names))
        _keep(connection, _REACHED, "0")
    follow(connection, columns)


def behind(connection: sa.Connection) -> int:
    """About how many customers the index has yet to take."""
    last = connection.scalar(sa.select(sa.func.max(customer.c.customer))) or 0
    changed = connection.scalar(sa.select(sa.func.count()).select_from(unsearched)) or 0
    return max(0, last - _reached(connection)) + changed


def catch_up(store: Store, batches: int) -> int:
    """Take customers into the index, in so many transactions at most; about how many are left."""
    for _ in range(batches):
        with store.read() as connection:
            left = behind(connection)
        if not left:
            break
        with store.write() as connection:
            _take(connection, BATCH)
    with store.read() as connection:
        return behind(connection)


def spelled(text: object) -> str:
    """A text as it is looked for: one width, one case, nothing invisible."""
    plain = str(text)
    plain = plain.lower() if plain.isascii() else unicodedata.normalize("NFKC", plain).casefold()
    return plain if plain.isprintable() else "".join(one for one in plain if one.isprintable())


def hits(connection: sa.Connection, needles: Sequence[str], most: int) -> list[int]:
    """The numbers of customers with all of the needles, which are spelled, somewhere in their texts."""
    query = sa.select(searched.c.customer).where(
        searched.c.customer.not_in(sa.select(unsearched.c.customer)),
        *(sa.func.instr(searched.c.text, needle) > 0 for needle in needles),
    )
    if connection.dialect.name == "sqlite":
        query = _by_index(query, needles)
    return list(connection.execute(query.limit(most)).scalars())


def hits_beside(connection: sa.Connection, needles: Sequence[str], most: int) -> list[int]:
    """The same among those whom the index does not know yet, one by one."""
    new = customer.c.customer > _reached(connection)
    changed = customer.c.customer.in_(sa.select(unsearched.c.customer))
    texts = [customer.c.id, *(sa.func.coalesce(sa.column(name), "") for name in _columns(connection))]
    text = sa.func.lower(reduce(lambda one, other: one.concat(EDGE).concat(other), texts))
    holds = (sa.func.instr(text, needle) > 0 for needle in needles)
    query = sa.select(customer.c.customer).where(sa.or_(new, changed), *holds)
    return list(connection.execute(query.limit(most)).scalars())


def _by_index(query: sa.Select[Any], needles: Sequence[str]) -> sa.Select[Any]:
    """By the threes in the needles; where all of them are shorter, by whatever three begins with the rarest."""
    threes = dict.fromkeys(
        needle[place : place + _GRAM] for needle in needles for place in range(len(needle) - _GRAM + 1)
    )
    if threes:
        wanted = " AND ".join(f'"{three.replace(chr(34), chr(34) * 2)}"' for three in threes)
        found = sa.select(grams.c.rowid).where(grams.c.searched_gram.op("MATCH")(wanted))
        return query.where(searched.c.customer == found.subquery().c.rowid)
    rarest = max(needles, key=lambda needle: (not needle.isascii(), len(needle)))
    begun = sa.select(terms.c.doc).where(terms.c.term >= rarest, terms.c.term < rarest + chr(0x10FFFF))
    return query.where(searched.c.customer == begun.subquery().c.doc).distinct()


def _take(connection: sa.Connection, most: int) -> None:
    """The next batch: those that have changed first, then those that are new."""
    changed = list(
        connection.execute(
            sa.select(unsearched.c.customer).order_by(unsearched.c.customer).limit(most)
        ).scalars()
    )
    if changed:
        connection.execute(searched.delete().where(searched.c.customer.in_(changed)))
        connection.execute(unsearched.delete().where(unsearched.c.customer.in_(changed)))
    names = _columns(connection)
    columns = [customer.c.customer, customer.c.id, *(sa.column(name) for name in names)]
    query = sa.select(*columns).select_from(customer)
    rows = list(connection.execute(query.where(customer.c.customer.in_(changed)))) if changed else []
    reached = _reached(connection)
    rows = [row for row in rows if row[0] <= reached]
    new = query.where(customer.c.customer > reached).order_by(customer.c.customer)
    new_rows = connection.execute(new.limit(most - len(changed))).all() if most > len(changed) else []
    if new_rows:
        _keep(connection, _REACHED, str(new_rows[-1][0]))
    insert_rows(connection, searched, ["customer", "text"], list(_texts([*rows, *new_rows])))


def _texts(rows: Iterable[sa.Row[Any]]) -> Iterator[tuple[int, str]]:
    for row in rows:
        values: tuple[Any, ...] = row[1:]
        texts = (spelled(value) for value in values if value)
        yield row[0], f"{EDGE}{(EDGE * 2).join(texts)}{EDGE * 2}"


def _columns(connection: sa.Connection) -> list[str]:
    found: list[str] = json.loads(_kept(connection, _COLUMNS) or "[]")
    return found


def _reached(connection: sa.Connection) -> int:
    return int(_kept(connection, _REACHED) or 0)


def _kept(connection: sa.Connection, key: str) -> str | None:
    return connection.scalar(sa.select(meta.c.value).where(meta.c.key == key))


def _keep(connection: sa.Connection, key: str, value: str) -> None:
    connection.execute(meta.delete().where(meta.c.key == key))
    connection.execute(meta.insert().values(key=key, value=value))
