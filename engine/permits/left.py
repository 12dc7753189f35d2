"""Messages wanted in a state that was left in the same run: stored as cancelled, and put to no gate."""

from typing import Any

import sqlalchemy as sa

from engine.conditions import moments
from engine.conditions.world import NOW
from engine.permits.facts import Sender
from engine.plans.work import Work
from engine.plans.working import wanted
from engine.reasons import STATE_LEFT
from engine.storage.schema import ACTIVE, INTENT, VISIT, enrolment, message
from engine.storage.states import MessageStatus


def cancel_left(work: Work, senders: list[Sender]) -> None:
    """Messages wanted in a state that was left in the same run are cancelled at once."""
    stored = 0
    for sender in senders:
        stored += work.do(("store left", sender.place), lambda sender=sender: _store_left(work, sender))  # type: ignore[misc]
    if stored:
        work.do(("drop left",), _drop_left)
    work.report.messages["cancelled"] += stored


def _stays() -> sa.ColumnElement[bool]:
    here = enrolment.alias()
    same = [here.c[name] == wanted.c[name] for name in VISIT]
    return sa.exists(sa.select(here.c.state).where(*same, here.c.status == moments.integer(ACTIVE)))


def _store_left(work: Work, sender: Sender) -> sa.Insert:
    world, rule = work.plan.world, sender.rule
    row: dict[str, Any] = {name: wanted.c[name] for name in (*INTENT, "state", "created_at")}
    row |= {
        "message": moments.integer(world.number("message", rule.send.message)),
        "policy": moments.integer(world.number("policy", rule.policy.name)),
        "status": moments.integer(MessageStatus.CANCELLED),
        "changed_at": NOW,
        "because": sa.literal(str(STATE_LEFT())),
    }
    _, state, action = sender.numbers(world)
    here = (wanted.c.state == state, wanted.c.action == action, wanted.c.status.is_(None), ~_stays())
    return message.insert().from_select(list(row), sa.select(*row.values()).where(*here))


def _drop_left() -> sa.Delete:
    return wanted.delete().where(wanted.c.status.is_(None), ~_stays())
