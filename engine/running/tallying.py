"""How many took a way on a day, counted as they take it: what is told of months is not read from a million moves."""

from collections.abc import Mapping

import sqlalchemy as sa

from engine.plans.statement import kept
from engine.storage.flow_tables import NOWHERE, flow
from engine.storage.schema import Number

_KEY = tuple(column.name for column in flow.primary_key.columns)


def tally(connection: sa.Connection, way: Mapping[str, int | None], number: int) -> None:
    """Add to the count of a way, in the transaction under way. `way`: the key of `flow`; None: nowhere."""
    if not number:
        return
    values = {name: way[name] or NOWHERE for name in _KEY} | {"count": number}
    if not _add(connection).run(connection, values).rowcount:
        _begin(connection).run(connection, values)


@kept
def _add() -> sa.Update:
    mine = (flow.c[name] == sa.bindparam(name, type_=Number, required=True) for name in _KEY)
    more = flow.c.number + sa.bindparam("count", type_=Number, required=True)
    return flow.update().where(*mine).values(number=more)


@kept
def _begin() -> sa.Insert:
    row = {name: sa.bindparam(name, type_=Number, required=True) for name in _KEY}
    return flow.insert().values(row | {"number": sa.bindparam("count", type_=Number, required=True)})
