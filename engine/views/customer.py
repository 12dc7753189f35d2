"""One customer: facts, journeys and what happened, as `homing customer` shows it."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.people.optouts import REFUSED, refused
from engine.people.suppression import said_at
from engine.storage.customers import customer_number
from engine.storage.declared import column_name
from engine.storage.schema import ACTIVE, ENDED, SUBJECT, WATCHED, consent, enrolment, optout, tag, visit
from engine.views.sayings import deeds_on, words_of
from engine.views.timeline import timeline
from engine.views.window import Window
from engine.wording import say_as

_STATUS = {
    ACTIVE: say_as("status", "active"),
    ENDED: say_as("status", "ended"),
    WATCHED: say_as("status", "watched"),
}


class Run(NamedTuple):
    """A run through a journey, as `customer` tells of it."""

    journey: str
    record: str | None
    entered: str


def customer(window: Window, identity: str) -> dict[str, Any]:
    """Everything about a customer, as the JSON contract says; UnknownNameError when there is none."""
    number = customer_number(window.connection, identity)
    return {
        "id": identity,
        "attributes": _attributes(window, number),
        "tags": _tags(window, number),
        "consents": _consents(window, number),
        "optouts": _optouts(window, number),
        "journeys": _journeys(window, number),
        "timeline": timeline(window, number),
    }


def steps(window: Window, identity: str) -> dict[Run, dict[str, str]]:
    """The states that each run through a journey has been in, with when it first was; UnknownNameError for nobody."""
    number = customer_number(window.connection, identity)
    same = sa.and_(*(visit.c[name] == enrolment.c[name] for name in SUBJECT))
    rows = window.connection.execute(
        sa.select(visit.c.journey, visit.c.record, enrolment.c.entered_at, visit.c.state, visit.c.at)
        .join(enrolment, same)
        .where(visit.c.customer == number, visit.c.state.is_not(None))
        .order_by(visit.c.at, visit.c.visit)
    ).all()
    records = window.record_ids(row.record for row in rows)
    found: dict[Run, dict[str, str]] = {}
    for row in rows:
        run = Run(str(window.name(row.journey)), records.get(row.record), str(window.time(row.entered_at)))
        found.setdefault(run, {}).setdefault(str(window.state(row.state)), str(window.time(row.at)))
    return found


def _attributes(window: Window, number: int) -> dict[str, object]:
    table, fields = window.tables.customer, window.model.customer
    names = [table.c[column_name(field.name)] for field in fields]
    row = window.connection.execute(
        sa.select(table.c.customer, *names).where(table.c.customer == number)
    ).one()
    return {
        field.name: window.value(value, field.type.kind) for field, value in zip(fields, row[1:], strict=True)
    }


def _tags(window: Window, number: int) -> list[str]:
    query = sa.select(tag.c.tag).where(tag.c.customer == number).order_by(tag.c.tag)
    return list(window.connection.execute(query).scalars())


def _consents(window: Window, number: int) -> list[dict[str, object]]:
    query = sa.select(consent).where(consent.c.customer == number).order_by(consent.c.given_at)
    return [
        {
            "policy": window.name(row.policy),
            "channel": window.name(row.channel),
            "given": window.time(row.given_at),
            "withdrawn": window.time(row.withdrawn_at),
            "source": row.source,
        }
        for row in window.connection.execute(query)
    ]


def _optouts(window: Window, number: int) -> list[dict[str, object]]:
    deeds = deeds_on(window, number)
    query = sa.select(optout).where(optout.c.customer == number).order_by(optout.c.at)
    return [
        {
            "channel": window.name(row.channel),
            "at": window.time(said_at(row.at)),
            "lifted": window.time(row.lifted_at),
            "source": row.source,
            "because": words_of(deeds.get((REFUSED, refused(window.name(row.channel)), row.at)), row.source),
        }
        for row in window.connection.execute(query)
    ]


def _journeys(window: Window, number: int) -> list[dict[str, object]]:
    key = (enrolment.c.entered_at, *enrolment.primary_key.columns)
    rows = window.connection.execute(
        sa.select(enrolment).where(enrolment.c.customer == number).order_by(*key)
    ).all()
    records = window.record_ids(row.record for row in rows)
    return [_journey(window, row, records) for row in rows]


def _journey(window: Window, row: sa.Row[Any], records: dict[int, str]) -> dict[str, object]:
    state = None if row.status == WATCHED else window.state(row.state)
    return {
        "journey": window.name(row.journey),
        "record": records.get(row.record),
        "stage": state.rpartition(".")[0] or None if state else None,
        "state": state,
        "since": window.time(row.state_entered_at),
        "next": window.time(row.wake_at) if row.status == ACTIVE else None,
        "status": _STATUS[row.status],
        "outcome": window.name(row.outcome),
        "entered": window.time(row.entered_at),
        "ended": window.time(row.ended_at),
        "goal": window.time(row.goal_at),
    }
