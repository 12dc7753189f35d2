"""Which message of a channel is meant: by our names for it (key, or ref of an attempt), or by the gateway's own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.conditions import moments
from engine.storage.customers import customer
from engine.storage.keys import Intent, Named, install_key, intent_key, named
from engine.storage.schema import OPEN_MESSAGE, WITH_RECEIPT, message
from engine.storage.states import MessageStatus
from engine.storage.symbols import Symbols

_COLUMNS = (
    *Intent._fields, "message", "channel", "status", "because", "attempt", "resend", "settled", "counted_at", "sent_at",
    "sent_seq", "delivered_at", "failed_at", "ended_seq", "reference", "key",
)  # fmt: skip


_SENT_ANEW = sa.and_(message.c.channel.is_(None), message.c.resend > moments.integer(0))
"""What somebody let go once more, and rules did not: it has left before, and has no channel now."""


class Meant(NamedTuple):
    """A message that something names. `row`: as it is stored, with the customer's id as `identity`."""

    row: dict[str, Any]
    named: Named | None

    @property
    def intent(self) -> Intent:
        """Its key in the store."""
        return Intent(*(self.row[name] for name in Intent._fields))


@dataclass(frozen=True, slots=True)
class Search:
    """Looks for messages of one channel, in the transaction under way. `channel` None: no rule sends by it."""

    connection: sa.Connection
    symbols: Symbols
    channel: int | None

    def messages(self, names: Sequence[tuple[str | None, str | None]]) -> list[Meant | None]:
        """The message for each pair of our name and the gateway's; ours counts where it is known.

        What two messages are called names none of them. The same message is the same row.
        """
        if self.channel is None:
            return [None] * len(names)
        ours = [None if ref is None else named(ref) for ref, _ in names]
        by_key = self._by_key({one.key for one in ours if one is not None})
        rest = {
            theirs
            for one, (_, theirs) in zip(ours, names, strict=True)
            if theirs and _of(by_key, one) is None
        }
        by_reference = self._by_reference(rest, by_key)
        found: list[Meant | None] = []
        for one, (_, theirs) in zip(ours, names, strict=True):
            row = _of(by_key, one)
            if row is not None:
                found.append(Meant(row, one))
            else:
                row = by_reference.get(theirs or "")
                found.append(None if row is None else Meant(row, None))
        return found

    def _by_key(self, keys: Collection[str]) -> dict[str, dict[str, Any]]:
        if not keys:
            return {}
        rows = self._rows(message.c.key.in_(sorted(keys)))
        found = {row["key"]: row for row in rows}
        if found.keys() >= set(keys):
            return found
        return {key: row for key, row in self._on_their_way().items() if key in keys} | found

    def _on_their_way(self) -> dict[str, dict[str, Any]]:
        """Those of which nobody has recorded yet what the gateway answered have no key in the store."""
        rows = self._rows(OPEN_MESSAGE, message.c.status == moments.integer(MessageStatus.SENDING))
        secret = install_key(self.connection)
        found = {}
        for row in rows:
            intent = Intent(*(row[name] for name in Intent._fields))
            key = intent_key(secret, self.symbols.name(intent.journey), row["identity"], intent)
            found[key] = row | {"key": key}
        return found

    def _by_reference(
        self, references: Collection[str], known: dict[str, dict[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        if not references:
            return {}
        found: dict[str, dict[str, Any]] = {}
        twice = set()
        for row in self._rows(message.c.reference.in_(sorted(references)), WITH_RECEIPT):
            if row["reference"] in found:
                twice.add(row["reference"])
            found[row["reference"]] = known.get(row["key"], row)
        return {name: row for name, row in found.items() if name not in twice}

    def _rows(self, *which: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        rows = (
            sa.select(*(message.c[name] for name in _COLUMNS), customer.c.id.label("identity"))
            .join(customer, customer.c.customer == message.c.customer)
            .where(*which, sa.or_(message.c.channel == self.channel, _SENT_ANEW))
            .with_for_update(of=message)
        )
        return [dict(row) for row in self.connection.execute(rows).mappings()]


def _of(by_key: dict[str, dict[str, Any]], one: Named | None) -> dict[str, Any] | None:
    return None if one is None else by_key.get(one.key)
