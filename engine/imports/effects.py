"""What imported events bring about besides being stored: an opt-out is kept to, also when it came as a reply."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from engine.imports.events import Effect
from engine.people.optouts import OptOut, suppress
from engine.people.replies import keep_to
from engine.reasons import BY_IMPORT, BY_REPLY
from engine.storage.audit import By
from engine.storage.customers import customer_id
from engine.storage.symbols import load_symbols


def effect_of(kind: str, now: int) -> Effect | None:
    """What the engine does when such events come in."""
    effects = {"optout": _optouts, "replied": _replies}
    return partial(effects[kind], now=now) if kind in effects else None


def _optouts(connection: sa.Connection, rows: Sequence[sa.Row[Any]], *, now: int) -> None:
    symbols = load_symbols(connection)
    for row in rows:
        suppress(connection, symbols, OptOut(row.customer, "", row.channel, row.at, BY_IMPORT()), now)


def _replies(connection: sa.Connection, rows: Sequence[sa.Row[Any]], *, now: int) -> None:
    symbols = load_symbols(connection)
    for row in rows:
        identity = customer_id(connection, row.customer)
        said = OptOut(row.customer, identity, None, row.at, BY_REPLY())
        keep_to(connection, symbols, row.text or "", said, By("import", now))
