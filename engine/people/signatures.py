"""Who has let a message go for which role, where several roles must. What of it counts stands on the message itself."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from engine.storage.audit import By
from engine.storage.bulk import execute_many, insert_rows, rows_by_key
from engine.storage.keys import Intent, intent_in
from engine.storage.messages import given, is_given
from engine.storage.staff_tables import signature


class Signer(NamedTuple):
    """Somebody who let a message go for a role."""

    who: str
    at: int


def sign(connection: sa.Connection, roles: Mapping[Intent, Sequence[str]], by: By) -> None:
    """Note that somebody lets these go for their roles, in the transaction of the decision."""
    rows = [(*intent, role, by.actor, by.now) for intent, some in roles.items() for role in some]
    before = signature.delete().where(*is_given(signature), signature.c.role == sa.bindparam("for_role"))
    again = [given(Intent(*row[:6])) | {"for_role": row[6]} for row in rows]
    execute_many(connection, before, again)
    insert_rows(connection, signature, [*Intent._fields, "role", "who", "at"], rows)


def signers_of(connection: sa.Connection, intents: Collection[Intent]) -> dict[Intent, dict[str, Signer]]:
    """Who let each of these go, by role; also for what an edit has made void since."""
    wanted, found = frozenset(intents), dict[Intent, dict[str, Signer]]()
    customers = sorted({intent.customer for intent in wanted})
    for row in rows_by_key(connection, list(signature.c), signature.c.customer, customers):
        if (intent := intent_in(row)) in wanted:
            found.setdefault(intent, {})[row.role] = Signer(row.who, row.at)
    return found
