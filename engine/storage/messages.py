"""One message in the store: the conditions that find it, and a change that only holds while it is in a status.

Statements that are made once and run for many messages take its key as parameters.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.storage.keys import Intent
from engine.storage.schema import OPEN_MESSAGE, message
from engine.storage.states import MessageStatus


def is_message(intent: Intent, table: sa.Table = message) -> list[sa.ColumnElement[bool]]:
    """That a message, or the row of one in another table, is this one."""
    return [table.c[name] == number for name, number in intent._asdict().items()]


def in_status(status: MessageStatus) -> sa.ColumnElement[bool]:
    """The open messages of one status, in the words that let the index serve."""
    return sa.and_(OPEN_MESSAGE, message.c.status == sa.literal_column(str(int(status)), sa.BigInteger()))


def is_given(table: sa.Table = message) -> list[sa.ColumnElement[bool]]:
    """That a message, or the row of one in another table, is the one that `given` names."""
    return [table.c[name] == sa.bindparam(f"its_{name}", required=True) for name in Intent._fields]


def given(intent: Intent) -> dict[str, Any]:
    """The parameters of `is_given`."""
    return {f"its_{name}": number for name, number in zip(Intent._fields, intent, strict=True)}


def change_while(
    connection: sa.Connection, intent: Intent, status: MessageStatus, values: Mapping[str, Any]
) -> bool:
    """Change a message if it is in a status still, in the transaction under way; whether it was."""
    still = message.update().where(*is_message(intent), message.c.status == status)
    return connection.execute(still.values(dict(values))).rowcount > 0
