"""What people decide in a history, on the engine's side: by the verbs that the commands and the review room call."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.model.journeys import Send
from dsl.model.model import Model
from engine.calendars.zone import Zone
from engine.errors import RefusedError
from engine.people import reviews
from engine.people.consents import Consent, withdraw
from engine.people.decisions import approve, refuse
from engine.people.edits import Study, Writing, edit_text
from engine.people.practice import Practice
from engine.people.preapprovals import Named, preapprove
from engine.plans.plan import Plan
from engine.storage import schema as s
from engine.storage.audit import By
from engine.storage.benefit_tables import grant
from engine.storage.keys import intent_in
from engine.storage.review_tables import OPEN_REVIEW, review
from engine.storage.staff_tables import staff
from engine.storage.states import GrantStatus, MessageStatus
from engine.storage.symbols import Symbols
from tests.oracle import history as h

Decision = h.Withdraws | h.Decides | h.Looks | h.Rewrites | h.Foresees | h.Hints | h.Clears


def hire(connection: sa.Connection) -> None:
    """Everybody of `STAFF`."""
    rows = [{"name": name, "role": role, "since": 0} for name in h.STAFF for role in sorted(h.STAFF[name])]
    connection.execute(staff.insert(), rows)


class Office(NamedTuple):
    """Where people decide: a transaction under way, at a time."""

    connection: sa.Connection
    plan: Plan
    customers: Mapping[str, int]
    now: int

    @property
    def model(self) -> Model:
        """The rules."""
        return self.plan.model

    @property
    def symbols(self) -> Symbols:
        """Numbers of names."""
        return self.plan.world.symbols

    @property
    def practice(self) -> Practice:
        """How this house decides."""
        zone: Zone = self.plan.world.zone
        return Practice(zone)


def decide(office: Office, step: Decision) -> None:
    """A decision of a history. What is not for who decides it changes nothing."""
    with suppress(RefusedError):
        match step:
            case h.Withdraws():
                said = Consent(office.customers[step.customer], step.policy, step.channel, office.now)
                withdraw(office.connection, office.symbols, said, By("test", office.now))
            case h.Decides():
                held = (grant.c.status == GrantStatus.HELD,)
                _decide(office, first(office, grant, step.customer, *held), step)
            case h.Looks():
                held = (s.message.c.status == MessageStatus.HELD,)
                _decide(office, first(office, s.message, step.customer, *held), step)
            case h.Rewrites():
                _rewrite(office, step)
            case h.Foresees():
                named = Named(office.model, office.symbols, office.practice)
                preapprove(
                    office.connection, named, (step.message, step.count, None), By(step.who, office.now)
                )
            case h.Hints():
                asked = reviews.Question(
                    office.customers[step.customer], "别再发了吧", office.now, unclear=True
                )
                reviews.ask(office.connection, asked, office.now)
            case h.Clears():
                _clear(office, step)


def first(office: Office, table: sa.Table, customer: str, *which: sa.ColumnElement[bool]) -> Any:
    """The first of a customer's rows by journey, record, occurrence, visit and action; None: there is none."""
    mine = table.c.customer == office.customers[customer]
    rows: Iterable[Any] = office.connection.execute(sa.select(table).where(mine, *which)).all()
    name = office.symbols.name
    return min(rows, key=lambda r: (name(r.journey), r.record, r.occurrence, r.visit, r.action), default=None)


def _decide(office: Office, row: Any, step: h.Decides | h.Looks) -> None:
    if row is not None:
        verb = approve if step.approve else refuse
        verb(office.connection, intent_in(row), By(step.who, office.now), practice=office.practice)


def _rewrite(office: Office, step: h.Rewrites) -> None:
    let_go = sa.and_(
        s.message.c.approved, s.message.c.status.in_((MessageStatus.WAITING, MessageStatus.READY))
    )
    which = sa.or_(s.message.c.status == MessageStatus.HELD, let_go)
    row = first(office, s.message, step.customer, which)
    if row is None:
        return
    journey, _, state = office.symbols.name(row.state).partition("/")
    actions = office.model.journeys[journey].state(state).actions
    send = next(one for one in actions if one.number == row.action)
    assert isinstance(send, Send)
    study = Study(office.connection, office.model, office.symbols, office.practice)
    writing = Writing(step.text, channel=send.via[step.via % len(send.via)])
    edit_text(study, intent_in(row), writing, By(step.who, office.now))


def _clear(office: Office, step: h.Clears) -> None:
    mine = (review.c.customer == office.customers[step.customer], OPEN_REVIEW)
    number = office.connection.scalar(sa.select(sa.func.min(review.c.review)).where(*mine))
    if number is not None:
        decision: reviews.Decision = "optout" if step.optout else "no optout"
        reviews.decide(office.connection, reviews.review_id(number), decision, By(step.who, office.now))
