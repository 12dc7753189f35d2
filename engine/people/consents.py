"""Consents: what a customer has agreed to, by purpose (a policy) and channel."""

from dataclasses import dataclass

import sqlalchemy as sa

from engine.storage import audit
from engine.storage.arrivals import mark_changed
from engine.storage.audit import By
from engine.storage.schema import consent
from engine.storage.symbols import EVERY, Symbols


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to; None stands for every policy, every channel. `source`: where it was given."""

    customer: int
    policy: str | None
    channel: str | None
    at: int
    source: str | None = None

    @property
    def what(self) -> str:
        """In words, for the trail."""
        return f"{self.policy or 'every policy'} via {self.channel or 'every channel'}"


def give(connection: sa.Connection, symbols: Symbols, given: Consent, by: By) -> bool:
    """Record a consent; false when it (or one that replaced it later) is there already."""
    if not give_quietly(connection, symbols, given):
        return False
    audit.record(connection, by, audit.Deed("consent given", given.customer, given.what, given.source))
    mark_changed(connection, [given.customer])
    return True


def give_quietly(connection: sa.Connection, symbols: Symbols, given: Consent) -> bool:
    """The same without trail or mark, for imports, which leave one for the whole file."""
    key = _key(connection, symbols, given)
    where = [consent.c[name] == number for name, number in key.items()]
    known = connection.execute(
        sa.select(consent.c.given_at, consent.c.withdrawn_at).where(*where)
    ).one_or_none()
    values = {"given_at": given.at, "withdrawn_at": None, "source": given.source}
    if known is None:
        connection.execute(consent.insert().values(key | values))
        return True
    last_word = max(known.given_at, known.withdrawn_at or known.given_at)
    if given.at <= last_word:
        return False
    connection.execute(consent.update().where(*where).values(values))
    return True


def withdraw(connection: sa.Connection, symbols: Symbols, withdrawn: Consent, by: By) -> bool:
    """Take a consent back from `withdrawn.at` on; false when there was none that held."""
    key = _key(connection, symbols, withdrawn)
    where = [consent.c[name] == number for name, number in key.items()]
    found = consent.update().where(*where, consent.c.withdrawn_at.is_(None)).values(withdrawn_at=withdrawn.at)
    if not connection.execute(found).rowcount:
        return False
    deed = audit.Deed("consent withdrawn", withdrawn.customer, withdrawn.what, withdrawn.source)
    audit.record(connection, by, deed)
    mark_changed(connection, [withdrawn.customer])
    return True


def _key(connection: sa.Connection, symbols: Symbols, said: Consent) -> dict[str, int]:
    return {
        "customer": said.customer,
        "policy": EVERY if said.policy is None else symbols.number(connection, "policy", said.policy),
        "channel": EVERY if said.channel is None else symbols.number(connection, "channel", said.channel),
    }
