"""The trail of what people and commands did. Customers stand in it by number alone."""

from dataclasses import dataclass

import sqlalchemy as sa

from engine.storage.schema import audit


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, and when: a person's name, or the command that does it by itself."""

    actor: str
    now: int


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done, to whom or what, and why."""

    verb: str
    customer: int | None = None
    what: str | None = None
    because: str | None = None


def record(connection: sa.Connection, by: By, deed: Deed) -> None:
    """Append a row, in the transaction of what it tells of."""
    row = {
        "at": by.now,
        "actor": by.actor,
        "verb": deed.verb,
        "customer": deed.customer,
        "what": deed.what,
        "because": deed.because,
    }
    connection.execute(audit.insert().values(row))
