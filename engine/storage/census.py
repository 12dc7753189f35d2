"""Where something is held of a customer, table by table: what is handed out, and what goes when they are erased.

A table of the database either has a column `customer`, or is reached through one that has, or is named here with the
reason why it holds nothing of customers. A test goes over the whole schema.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from engine.storage.customers import customer as customers
from engine.storage.inbox_tables import reply, reply_of
from engine.storage.search_tables import INDEX_TABLES

NOTHING_OF_CUSTOMERS: Mapping[str, str] = {
    "breaker": "how channels are",
    "calendar_day": "days",
    "edition": "how messages stand that policies watch: counts",
    "flow": "how many moved where on a day",
    "heard": "up to where opt-outs were counted",
    "lead": "which process leads",
    "once": "digests of what was taken",
    "meta": "counters and keys of the installation",
    "pause": "what is paused; staff write why",
    "poll": "how far reports of gateways were fetched",
    "preapproval": "how many of a text may go, and who said so",
    "release": "rules",
    "rule": "lines of rules",
    "run": "counts",
    "staff": "people who work here",
    "suppressed": "keyed hashes of addresses: what stops further messages, and stays",
    "symbol": "names that rules give",
    "traffic": "how many messages left and arrived by each channel, in quarter hours",
    "unseen": "keyed names and digests of messages that left",
    "zone_step": "the time zone",
}
"""Tables with nothing of a customer in them, and what they hold instead."""

NUMBERED: Mapping[str, str] = {
    "audit": "who did what: the rows stay, with the customer's number, which leads to nobody; notes on them go",
    "benefit_grant": "what was given counts against quota and stock for good; its code goes",
}
"""Tables whose rows outlive the customer, with nothing of them but a number."""

BLANKED: Mapping[str, tuple[str, ...]] = {
    "benefit_grant": ("because", "code", "redeemed_by", "redeemed_shop"),
}
"""Of tables whose rows stay: what is taken out of them."""

BY_ID: Mapping[str, str] = {"parked": "identity"}
"""Tables that name customers by the user's own key, and the column that does."""

THROUGH = {reply.name: reply_of.name}
"""Tables reached through another: what came from an address, through whose address it is."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A table with rows of customers. `goes`: whether they are deleted when the customer is erased."""

    table: sa.Table
    goes: bool

    def of(self, customer: int) -> sa.ColumnElement[bool]:
        """Which rows are this customer's."""
        if self.table.name in BY_ID:
            own = sa.select(customers.c.id).where(customers.c.customer == customer).scalar_subquery()
            return self.table.c[BY_ID[self.table.name]] == own
        if self.table.name not in THROUGH:
            return self.table.c.customer == customer
        mine = sa.select(reply_of.c.id).where(
            reply_of.c.customer == customer, reply_of.c.channel == self.table.c.channel
        )
        return self.table.c.id.in_(mine.correlate(self.table))


def holdings(connection: sa.Connection) -> Iterator[Holding]:
    """Every table with rows of customers, as the database has them: also those whose declaration has gone."""
    inspector, metadata = sa.inspect(connection), sa.MetaData()
    for name in _names(connection):
        if name in NOTHING_OF_CUSTOMERS:
            continue
        columns = (sa.Column(one["name"], one["type"]) for one in inspector.get_columns(name))
        table = sa.Table(name, metadata, *columns)
        if name in THROUGH or name in BY_ID or "customer" in table.c:
            yield Holding(table, name not in NUMBERED)


def uncovered(connection: sa.Connection) -> list[str]:
    """Tables of which nobody has said whether they hold anything of customers; there must be none."""
    known = {holding.table.name for holding in holdings(connection)} | NOTHING_OF_CUSTOMERS.keys()
    return [name for name in _names(connection) if name not in known]


def _names(connection: sa.Connection) -> list[str]:
    """All tables but those by which SQLite keeps indexes: what is in these goes with the rows that it is made of."""
    names = sorted(sa.inspect(connection).get_table_names())
    return [name for name in names if name not in INDEX_TABLES and not name.startswith("sqlite_")]
