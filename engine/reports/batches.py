"""Batches: a line for each message and day on which it was sent, with what came of it."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from dsl.units import Duration
from engine.calendars.zone import DAY, date_of
from engine.conditions import moments
from engine.conditions.moments import Sql, integer
from engine.reports.study import Row, Study, share
from engine.storage.benefit_tables import grant
from engine.storage.flow_tables import SENT_MESSAGE
from engine.storage.inbox_tables import reply_of
from engine.storage.schema import INTENT, SUBJECT, enrolment, message, optout, symbol

_ECHO = 30 * DAY
"""So long after a message an opening, a click or an opt-out is put down to it."""

_LATER = Duration(3, "month")
"""So long after a message the next purchase is looked for."""

_SHARES = ("open", "click", "response", "conversion", "redemption", "optout")


def batches(study: Study) -> Iterator[Row]:
    """What left during the period, the oldest first. Shares are of what was sent."""
    day = moments.local_day(study.window.zone, message.c.sent_at).label("its_day")
    flags = [sa.case((flag, 1), else_=0).label(name) for name, flag in _flags(study).items()]
    bought = (_bought(study) - message.c.sent_at).label("bought")
    group = study.group(message.c.customer).label("its_group")
    columns = (message.c.customer, message.c.message, message.c.delivered_at, day, group, *flags, bought)
    sent = sa.select(*columns).where(SENT_MESSAGE, study.within(message.c.sent_at)).subquery()
    key = (sent.c.its_day, sent.c.message, sent.c.its_group)
    numbers = (
        sa.func.count(sent.c.customer.distinct()),
        sa.func.count(),
        sa.func.count(sent.c.delivered_at),
        *(sa.func.sum(sent.c[name]) for name in _SHARES),
        sa.func.avg(sent.c.bought),
    )
    for row in study.ask(sa.select(*key, *numbers).group_by(*key).order_by(*key)):
        yield _batch(study, row)


def _batch(study: Study, row: tuple[Any, ...]) -> Row:
    day, number, group, audience, sent, delivered, *counts, bought = row
    name, when = study.window.name(number), date_of(day).isoformat()
    return {
        "batch": f"{name} {when}",
        "message": name,
        **study.told(group),
        "audience": audience,
        "sent": sent,
        "delivered": delivered,
        **{f"{one}_rate": share(count, sent) for one, count in zip(_SHARES, counts, strict=True)},
        "repurchase_days": None if bought is None else round(bought / DAY, 1),
    }


def _flags(study: Study) -> dict[str, Sql]:
    """What may have come of a message, by the name of its share."""
    sent, soon = message.c.sent_at, message.c.sent_at + integer(_ECHO)
    run = [enrolment.c[name] == message.c[name] for name in SUBJECT]
    given = [grant.c[name] == message.c[name] for name in SUBJECT]
    replied = [reply_of.c[name] == message.c[name] for name in INTENT]
    gone = (optout.c.customer == message.c.customer, optout.c.at.between(sent, soon))
    clicked = _echo(study, "clicked")
    return {
        "open": _echo(study, "opened"),
        "click": clicked,
        "response": sa.or_(_there(reply_of, *replied), clicked),
        "conversion": _there(enrolment, *run, enrolment.c.goal_at >= sent),
        "redemption": _there(grant, *given, grant.c.redeemed_at >= sent),
        "optout": _there(optout, *gone),
    }


def _there(rows: sa.Table, *these: Sql) -> Sql:
    return sa.exists(sa.select(rows.c.customer).where(*these).correlate(message))


def _echo(study: Study, kind: str) -> Sql:
    """That a gateway has told of it soon after."""
    rows = study.window.tables.events[kind].alias()
    named = sa.select(symbol.c.name).where(symbol.c.symbol == message.c.message).scalar_subquery()
    these = (
        rows.c.customer == message.c.customer,
        rows.c.at.between(message.c.sent_at, message.c.sent_at + integer(_ECHO)),
        rows.c.message == named,
    )
    return sa.exists(sa.select(rows.c.seq).where(*these).correlate(message))


def _bought(study: Study) -> Sql:
    """When the customer bought something next; missing where they did not."""
    until = moments.shift(study.window.zone, message.c.sent_at, _LATER, back=False)
    found = []
    for kind in study.window.model.purchases:
        rows = study.window.tables.events[kind].alias()
        these = (rows.c.customer == message.c.customer, rows.c.at > message.c.sent_at, rows.c.at <= until)
        first = sa.select(sa.func.min(rows.c.at)).where(*these).correlate(message).scalar_subquery()
        found.append(sa.func.coalesce(first, integer(moments.FOR_EVER)))
    if not found:
        return sa.null()
    return sa.func.nullif(found[0] if len(found) == 1 else moments.least(*found), integer(moments.FOR_EVER))
