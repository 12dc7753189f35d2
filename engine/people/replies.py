"""Keeping to a reply that is an opt-out, whichever way it came in: by file, from a gateway, in a scenario."""

import sqlalchemy as sa

from engine.people.optouts import OptOut, opt_out
from engine.people.reviews import close_unclear
from engine.storage.audit import By
from engine.storage.symbols import Symbols


def opt_out_by_reply(connection: sa.Connection, symbols: Symbols, said: OptOut, by: By) -> None:
    """Keep to it at once; what the customer wrote before and waits for a person is settled by it."""
    opt_out(connection, symbols, said, by, because="reply")
    close_unclear(connection, said.customer, by)
