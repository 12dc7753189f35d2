"""Several records of one person: customers with the same number or address. What one of them refuses, all refuse."""

from collections.abc import Collection

import sqlalchemy as sa

from dsl.model.model import Model
from engine.permits.senders import address_of
from engine.storage.customers import customer
from engine.storage.declared import column_name, declared_tables
from engine.storage.migration import kept_kinds

_PERSONAL = frozenset({"phone", "email"})


def addresses(model: Model, channel: str | None = None, configured: str | None = None) -> tuple[str, ...]:
    """The attributes by which a channel, or any, reaches people. `configured`: the one the configuration names."""
    if channel is None:
        return tuple(field.name for field in model.customer if field.type.kind in _PERSONAL)
    found = address_of(model, channel, configured)
    return () if found in (None, "id") else (str(found),)


def sharing(
    connection: sa.Connection, model: Model, number: int, attributes: Collection[str]
) -> dict[int, str]:
    """The customer, and everybody who has the same value in one of these attributes: ids by number."""
    table = declared_tables(model).customer
    mine = sa.select(table).where(table.c.customer == number)
    own = connection.execute(mine).mappings().one()
    found: dict[int, str] = {number: own["id"]}
    for name in attributes:
        column = column_name(name)
        if own[column] is not None:
            keep_index(connection, name)
            same = sa.select(table.c.customer, table.c.id).where(table.c[column] == own[column])
            found |= {row.customer: row.id for row in connection.execute(same.order_by(table.c.customer))}
    return found


def having(connection: sa.Connection, address: str) -> dict[int, str]:
    """Everybody with a number or address as it is stored, in whichever attribute: ids by number."""
    found: dict[int, str] = {}
    for name, kind in kept_kinds(connection).get(customer.name, {}).items():
        if kind in _PERSONAL:
            keep_index(connection, name)
            same = sa.select(customer.c.customer, customer.c.id).where(
                sa.column(column_name(name)) == address
            )
            found |= {row.customer: row.id for row in connection.execute(same.order_by(customer.c.customer))}
    return found


def keep_index(connection: sa.Connection, attribute: str) -> None:
    """Make the index by which customers are found by an attribute, where it is not there yet."""
    column = sa.Column(column_name(attribute), sa.Text)
    sa.Table(customer.name, sa.MetaData(), column)
    sa.Index(f"customer_by_{column.name}", column).create(connection, checkfirst=True)
