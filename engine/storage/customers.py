"""Customers by the user's own key, and by number. Knows nothing of their attributes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import sqlalchemy as sa

from engine.errors import UnknownNameError
from engine.storage.arrivals import take_numbers
from engine.storage.bulk import insert_rows, rows_by_key
from engine.wording import say

customer = sa.table(
    "customer", sa.column("customer", sa.BigInteger), sa.column("id", sa.Text), sa.column("hash", sa.Integer)
)
"""The columns that the table of customers has whatever the rules declare."""


def customer_hash(identity: str) -> int:
    """31 stable bits of a customer, from which shares are drawn."""
    return int.from_bytes(blake2b(identity.encode()).digest()[:4]) >> 1


def customer_number(connection: sa.Connection, identity: str) -> int:
    """The number of a customer; UnknownNameError when there is none."""
    found = find_customers(connection, [identity])
    if not found:
        raise UnknownNameError(say("there is no customer {identity!r}", identity=identity))
    return found[identity]


def customer_id(connection: sa.Connection, number: int) -> str:
    """The user's key of a customer."""
    wanted = sa.select(customer.c.id).where(customer.c.customer == number)
    return str(connection.execute(wanted).scalar_one())


def find_customers(connection: sa.Connection, identities: Iterable[str]) -> dict[str, int]:
    """The numbers of those customers that exist."""
    columns = (customer.c.id, customer.c.customer)
    return {
        row.id: row.customer for row in rows_by_key(connection, columns, customer.c.id, sorted(identities))
    }


@dataclass(frozen=True, slots=True)
class Ensured:
    """Customers that are there now, and how many of them were not before."""

    numbers: Mapping[str, int]
    created: int


def ensure_customers(connection: sa.Connection, identities: Iterable[str]) -> Ensured:
    """The numbers of customers; those never heard of get a row with nothing but their id."""
    wanted = set(identities)
    found = find_customers(connection, wanted)
    new = sorted(wanted - found.keys())
    if new:
        first = take_numbers(connection, "customers", len(new))
        numbers = {identity: number for number, identity in enumerate(new, first)}
        rows = [(number, key, customer_hash(key)) for key, number in numbers.items()]
        insert_rows(connection, customer, ["customer", "id", "hash"], rows)
        found |= numbers
    return Ensured(found, len(new))
