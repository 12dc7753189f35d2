"""Why a benefit that a state grants has not been given: what it waits for, and until when."""

from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa

from dsl.model.journeys import Grant, Journey
from dsl.model.model import Benefit
from dsl.wording import Phrase
from engine.explaining.answers import Line, line_of
from engine.explaining.inquiry import Inquiry
from engine.explaining.under_way import Run
from engine.permits.quotas import counts_until, first_counted
from engine.storage.benefit_tables import grant
from engine.storage.schema import VISIT
from engine.storage.states import GrantStatus
from engine.views.benefits import given_of
from engine.wording import say


def grants(inquiry: Inquiry, journey: Journey, run: Run) -> Iterator[Line]:
    """A line for each grant of the state that somebody is in."""
    state = journey.state(inquiry.window.state(run.state) or "")
    declared = {action.number: action for action in state.actions if isinstance(action, Grant)}
    these = (grant.c[name] == getattr(run, name) for name in VISIT)
    for row in inquiry.connection.execute(sa.select(grant).where(*these).order_by(grant.c.action)):
        action = declared.get(row.action)
        if action is not None:
            yield _line(inquiry, action, row)


def _line(inquiry: Inquiry, action: Grant, row: sa.Row[tuple[object, ...]]) -> Line:
    status, benefit = GrantStatus(row.status), inquiry.plan.model.benefits[action.benefit]
    match status:
        case GrantStatus.WAITING:
            line = line_of(action.span, holds=False, note=_waits(inquiry, benefit, row.benefit))
            return replace(line, until=_free_at(inquiry, benefit, row.benefit))
        case GrantStatus.HELD:
            role = inquiry.window.titles.roles(inquiry.window.name(row.role)) or say("anybody")
            return line_of(action.span, holds=False, note=say("{role} must approve it", role=role))
    return line_of(action.span, holds=status is GrantStatus.GRANTED, note=status.said)


def _free_at(inquiry: Inquiry, benefit: Benefit, number: int) -> int | None:
    zone = inquiry.world.zone
    first = first_counted(inquiry.connection, number, zone, benefit, inquiry.at)
    return None if first is None else counts_until(zone, benefit, first)


def _waits(inquiry: Inquiry, benefit: Benefit, number: int) -> Phrase:
    given = given_of(inquiry.connection, benefit, number, inquiry.world.zone, inquiry.at)
    if given is None:
        return say("the next run gives it")
    return say("waits for its turn: {given}", given=given)
