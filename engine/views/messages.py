"""The messages, as `homing messages` lists them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.delivery.pausing import Pause, pauses
from engine.reasons import read_back
from engine.storage.keys import install_key, intent_in, intent_key
from engine.storage.schema import message
from engine.storage.states import MessageStatus
from engine.views.benefits import benefit_of_message
from engine.views.pauses import paused_said
from engine.views.window import Window

_BATCH = 2_000  # rows fetched at once


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages. Nothing given: all of them. `since`: made or sent since then."""

    statuses: frozenset[MessageStatus] = field(default_factory=frozenset)
    customer: int | None = None
    since: int | None = None


def messages(window: Window, wanted: Wanted) -> Iterator[dict[str, object]]:
    """The messages that are wanted, the oldest first, as the JSON contract says."""
    people = window.tables.customer
    secret = install_key(window.connection)
    query = (
        sa.select(message, people.c.id, benefit_of_message(window).label("its_benefit"))
        .join(people, people.c.customer == message.c.customer)
        .where(*_conditions(wanted))
        .order_by(message.c.created_at, *message.primary_key.columns)
        .execution_options(yield_per=_BATCH)
    )
    paused = pauses(window.connection)
    for rows in window.connection.execute(query).partitions():
        records = window.record_ids(row.record for row in rows)
        for row in rows:
            yield _message(window, row, records, secret) | _paused(window, row, paused)


def _paused(window: Window, row: sa.Row[Any], paused: Sequence[Pause]) -> dict[str, object]:
    """Why a message that may go does not, where somebody has stopped it."""
    said = paused_said(window, row, paused) if row.status == MessageStatus.READY else None
    return {} if said is None else {"because": said}


def _conditions(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.statuses:
        yield message.c.status.in_(sorted(wanted.statuses))
    if wanted.customer is not None:
        yield message.c.customer == wanted.customer
    if wanted.since is not None:
        yield sa.func.coalesce(message.c.sent_at, message.c.created_at) >= wanted.since


def _message(window: Window, row: sa.Row[Any], records: dict[int, str], secret: str) -> dict[str, object]:
    intent = intent_in(row)
    journey = window.name(row.journey) or ""
    return {
        "id": intent.id,
        "key": intent_key(secret, journey, row.id, intent),
        "customer": row.id,
        "journey": journey,
        "record": records.get(row.record),
        "state": window.state(row.state),
        "message": window.name(row.message),
        "channel": window.name(row.channel),
        "status": MessageStatus(row.status).said,
        "because": row.because and read_back(row.because),
        "until": window.time(row.until),
        "subject": row.subject,
        "text": row.text,
        "created": window.time(row.created_at),
        "sent": window.time(row.sent_at),
        "delivered": window.time(row.delivered_at),
        "failed": window.time(row.failed_at),
        "benefit": window.name(row.its_benefit),
    }
