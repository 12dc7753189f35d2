"""Replies that wait for a person: put down, decided on once, and asked about again where that was wrong.

Two kinds: what may be an opt-out, which keeps marketing from the customer until somebody has decided, and what no rule
listened for.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import sqlalchemy as sa

from engine.errors import RefusedError, UnknownNameError
from engine.people.optouts import OptOut
from engine.people.practice import Practice
from engine.people.revoking import opt_out_for_now, revoke
from engine.people.staff import check_may
from engine.reasons import BY_REPLY
from engine.storage import audit
from engine.storage.arrivals import mark_changed
from engine.storage.audit import By, Deed
from engine.storage.customers import customer_id
from engine.storage.keys import Intent
from engine.storage.review_tables import OPEN_REVIEW, review
from engine.wording import say

Decision = Literal["optout", "no optout", "done"]

DECISIONS: tuple[Decision, ...] = get_args(Decision)
"""What a person may say of a reply. `no optout` and `done` both let marketing go on; the first says why."""

_LETTER = "r"


@dataclass(frozen=True, slots=True)
class Question:
    """A reply to be looked at. `reply`: its id among those of the channel, None when it came another way."""

    customer: int
    text: str
    at: int
    unclear: bool
    channel: str | None = None
    reply: str | None = None
    answered: Intent | None = None


def review_id(number: int) -> str:
    """The id that people and commands use; no id of a message begins so."""
    return f"{_LETTER}{number}"


def is_review_id(text: str) -> bool:
    """Whether a text is such an id."""
    return text.strip()[:1] == _LETTER and text.strip()[1:].isdecimal() and text.strip().isascii()


def review_number(identity: str) -> int:
    """The number in such an id."""
    return int(identity.strip()[1:19])


def ask(connection: sa.Connection, question: Question, now: int) -> None:
    """Put a reply down for a person, in the transaction under way."""
    row: dict[str, Any] = {
        "customer": question.customer,
        "channel": question.channel,
        "reply": question.reply,
        "text": question.text,
        "unclear": question.unclear,
        "at": question.at,
        "since": now,
    }
    if question.answered is not None:
        row |= {name: value for name, value in question.answered._asdict().items() if name != "customer"}
    connection.execute(review.insert().values(row))
    if question.unclear:
        mark_changed(connection, [question.customer])


def decide(
    connection: sa.Connection, identity: str, decision: Decision, by: By, because: str | None = None
) -> list[int]:
    """Decide on a reply, for everybody whose it is; these customers. Anybody on the staff may.

    UnknownNameError when there is none of that id, RefusedError when somebody has decided on it already, or it is not
    for this person.
    """
    row = _row(connection, identity, by)
    done = {"decided_at": by.now, "decided_by": by.actor, "decision": decision}
    if row.decided_at is not None:
        who = row.decided_by
        raise RefusedError(say("{id} has been decided on already, by {who}", id=identity, who=who))
    customers = []
    for one in _alike(connection, row):
        audit.record(connection, by, Deed(f"reply: {decision}", one.customer, identity, because))
        former = {}
        if decision == "optout":
            said = OptOut(one.customer, customer_id(connection, one.customer), None, by.now, BY_REPLY())
            former = {"former": opt_out_for_now(connection, said, by, because)}
        connection.execute(review.update().where(review.c.review == one.review).values(done | former))
        customers.append(one.customer)
    mark_changed(connection, customers)
    return customers


def ask_again(
    connection: sa.Connection, identity: str, by: By, because: str | None, practice: Practice
) -> None:
    """Take back what was said of a reply, for everybody whose it is: it waits again. Anybody on the staff may.

    UnknownNameError when there is none of that id, RefusedError when nobody has decided on it, when it was taken for an
    opt-out and a run has gone on from that, or when it is not for this person.
    """
    row = _row(connection, identity, by)
    if row.decided_at is None:
        raise RefusedError(
            say("nobody has decided on {id}", id=identity), say("`homing queue` lists what waits")
        )
    alike = _alike(connection, row)
    for one in reversed(alike):  # what the first opt-out found is found again last
        if row.decision == "optout" and not _revoked(connection, one, by, because):
            raise _gone_on(connection, identity, one, practice)
        audit.record(connection, by, Deed("reply answer undone", one.customer, identity, because))
    again = dict.fromkeys(("decided_at", "decided_by", "decision", "former"), sa.null())
    mine = review.c.review.in_([one.review for one in alike])
    connection.execute(review.update().where(mine).values(again))
    mark_changed(connection, [one.customer for one in alike])


def _revoked(connection: sa.Connection, one: Any, by: By, because: str | None) -> bool:
    return one.former is not None and revoke(connection, one.customer, one.former, by, because)


def _gone_on(connection: sa.Connection, identity: str, one: Any, practice: Practice) -> RefusedError:
    at, customer = practice.zone.iso(one.decided_at), customer_id(connection, one.customer)
    return RefusedError(
        say("reply {id} was taken for an opt-out by {who} at {at}, and more has come of it since", id=identity,
            who=one.decided_by, at=at),
        say("`homing optout {customer} --lift` lets messages go again", customer=customer),
    )  # fmt: skip


def close_unclear(connection: sa.Connection, customer: int, by: By) -> None:
    """The customer has said it clearly since: nobody need decide any more."""
    mine = (review.c.customer == customer, review.c.unclear, OPEN_REVIEW)
    done = {"decided_at": by.now, "decided_by": by.actor, "decision": "optout"}
    connection.execute(review.update().where(*mine).values(done))


def _row(connection: sa.Connection, identity: str, by: By) -> Any:
    """A reply, on which this person may decide."""
    row = connection.execute(sa.select(review).where(review.c.review == _number(identity))).first()
    if row is None:
        raise _unknown(identity)
    check_may(connection, by, None, say("reply {id}", id=identity))
    return row


def _alike(connection: sa.Connection, row: Any) -> list[Any]:
    """The same reply as everybody's whose it is, and on which the same was decided, this one first."""
    if row.reply is None:
        return [row]
    names = ("channel", "reply", "decided_at", "decided_by")
    same = (review.c[name].is_not_distinct_from(getattr(row, name)) for name in names)
    rows = connection.execute(sa.select(review).where(*same).order_by(review.c.customer)).all()
    return [row, *(one for one in rows if one.review != row.review)]


def _number(identity: str) -> int:
    if not is_review_id(identity):
        raise _unknown(identity)
    return review_number(identity)


def _unknown(identity: str) -> UnknownNameError:
    return UnknownNameError(
        say("there is no reply {id!r}", id=identity), say("`homing queue --kind reply` lists them")
    )
