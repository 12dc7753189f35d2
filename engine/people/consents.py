"""Consents: what a customer has agreed to, by purpose (a policy) and channel."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from engine.storage import audit
from engine.storage.arrivals import mark_changed
from engine.storage.audit import By
from engine.storage.schema import consent
from engine.storage.symbols import EVERY, Symbols

GIVEN, WITHDRAWN = "consent given", "consent withdrawn"
"""What the trail calls a consent, and the end of one."""


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
        return agreed_to(self.policy, self.channel)


def agreed_to(policy: str | None, channel: str | None) -> str:
    """What a consent is for, in words of the trail."""
    return f"{policy or 'every policy'} via {channel or 'every channel'}"


def give(connection: sa.Connection, symbols: Symbols, given: Consent, by: By) -> bool:
    """Record a consent; false when it (or one that replaced it later) is there already."""
    if not give_quietly(connection, symbols, given):
        return False
    audit.record(connection, by, audit.Deed(GIVEN, given.customer, given.what, given.source))
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
    """Take a consent back from `withdrawn.at` on, be it a part of what was agreed to; false when nothing of it held."""
    key = _key(connection, symbols, withdrawn)
    if not connection.scalar(sa.select(_concerned(key))):
        return False
    where = [consent.c[name] == number for name, number in key.items()]
    taken_back = consent.update().where(*where).values(withdrawn_at=withdrawn.at)
    if not connection.execute(
        taken_back
    ).rowcount:  # a part of what was agreed to has a row of its own from now on
        own = {"given_at": withdrawn.at, "withdrawn_at": withdrawn.at, "source": withdrawn.source}
        connection.execute(consent.insert().values(key | own))
    deed = audit.Deed(WITHDRAWN, withdrawn.customer, withdrawn.what, withdrawn.source)
    audit.record(connection, by, deed)
    mark_changed(connection, [withdrawn.customer])
    return True


def _concerned(key: Mapping[str, int]) -> sa.ColumnElement[bool]:
    """Whether something holds that a withdrawal takes back: for some purpose and channel the last word was a yes."""
    given, later = consent.alias("g"), consent.alias("w")
    which = {name: number for name, number in key.items() if name != "customer" and number != EVERY}
    meets = (given.c[name].in_([EVERY, number]) for name, number in which.items())
    covers = (later.c[name].in_([EVERY, which.get(name, given.c[name])]) for name in ("policy", "channel"))
    taken = sa.exists().where(
        later.c.customer == given.c.customer, *covers, later.c.withdrawn_at >= given.c.given_at
    )
    return sa.exists().where(given.c.customer == key["customer"], *meets, sa.not_(taken))


def _key(connection: sa.Connection, symbols: Symbols, said: Consent) -> dict[str, int]:
    return {
        "customer": said.customer,
        "policy": EVERY if said.policy is None else symbols.number(connection, "policy", said.policy),
        "channel": EVERY if said.channel is None else symbols.number(connection, "channel", said.channel),
    }
