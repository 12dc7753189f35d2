"""Addresses of a customer shown in full: who has seen them is on record, wherever they were shown."""

import sqlalchemy as sa

from engine.storage.audit import By, Deed, record
from engine.storage.customers import customer_number


def note_shown(connection: sa.Connection, identity: str, by: By) -> None:
    """Put down that somebody is shown all of a customer; UnknownNameError when there is none of that id."""
    record(connection, by, Deed("shown in full", customer_number(connection, identity)))
