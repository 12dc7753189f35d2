"""Several records of one person: customers with the same number or address. What one of them refuses, all refuse."""

from collections.abc import Collection

import sqlalchemy as sa

from dsl.model.model import Model
from engine.permits.senders import address_of
from engine.storage.declared import column_name, declared_tables

_PERSONAL = frozenset({"phone", "email"})


def addresses(model: Model, channel: str | None = None, configured: str | None = None) -> tuple[str, ...]:
    """The attributes by which a channel, or any, reaches people. `configured`: the one the configuration names."""
    if channel is None:
        return tuple(field.name for field in model.customer if field.type.kind in _PERSONAL)
    found = address_of(model, channel, configured)
    return () if found in (None, "id") else (str(found),)


def sharing(
    connection: sa.Connection, model: Model, customer: int, attributes: Collection[str]
) -> dict[int, str]:
    """The customer, and everybody who has the same value in one of these attributes: ids by number."""
    table = declared_tables(model).customer
    mine = sa.select(table).where(table.c.customer == customer)
    own = connection.execute(mine).mappings().one()
    found: dict[int, str] = {customer: own["id"]}
    for name in attributes:
        column = column_name(name)
        if own[column] is not None:
            keep_index(connection, model, name)
            same = sa.select(table.c.customer, table.c.id).where(table.c[column] == own[column])
            found |= {row.customer: row.id for row in connection.execute(same.order_by(table.c.customer))}
    return found


def keep_index(connection: sa.Connection, model: Model, attribute: str) -> None:
    """Make the index by which customers are found by an attribute, where it is not there yet."""
    table = declared_tables(model).customer
    column = table.to_metadata(sa.MetaData()).c[column_name(attribute)]
    sa.Index(f"customer_by_{column.name}", column).create(connection, checkfirst=True)
