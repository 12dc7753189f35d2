"""Replies that wait for a person: put down, and decided on once.

Two kinds: what may be an opt-out, which keeps marketing from the customer until somebody has decided, and what no rule
listened for.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import sqlalchemy as sa

from engine.errors import RefusedError, UnknownNameError
from engine.people.optouts import OptOut, opt_out
from engine.people.staff import check_may
from engine.reasons import BY_REPLY
from engine.storage import audit
from engine.storage.arrivals import mark_changed
from engine.storage.audit import By, Deed
from engine.storage.customers import customer_id
from engine.storage.keys import Intent
from engine.storage.review_tables import OPEN_REVIEW, review
from engine.storage.symbols import load_symbols
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
    number = _number(identity)
    row = connection.execute(sa.select(review).where(review.c.review == number)).first()
    if row is None:
        raise _unknown(identity)
    check_may(connection, by, None, say("reply {id}", id=identity))
    done = {"decided_at": by.now, "decided_by": by.actor, "decision": decision}
    mine = review.update().where(review.c.review == number, OPEN_REVIEW).values(done)
    if not connection.execute(mine).rowcount:
        who = row.decided_by
        raise RefusedError(say("{id} has been decided on already, by {who}", id=identity, who=who))
    customers = [row.customer, *_others(connection, row)]
    if len(customers) > 1:
        same = (review.c.channel == row.channel, review.c.reply == row.reply, OPEN_REVIEW)
        connection.execute(review.update().where(*same).values(done))
    for customer in customers:
        audit.record(connection, by, Deed(f"reply: {decision}", customer, identity, because))
        if decision == "optout":
            said = OptOut(customer, customer_id(connection, customer), None, by.now, BY_REPLY())
            opt_out(connection, load_symbols(connection), said, by, because)
    mark_changed(connection, customers)
    return customers


def close_unclear(connection: sa.Connection, customer: int, by: By) -> None:
    """The customer has said it clearly since: nobody need decide any more."""
    mine = (review.c.customer == customer, review.c.unclear, OPEN_REVIEW)
    done = {"decided_at": by.now, "decided_by": by.actor, "decision": "optout"}
    connection.execute(review.update().where(*mine).values(done))


def _others(connection: sa.Connection, row: sa.Row[Any]) -> list[int]:
    """Who else has that number."""
    if row.reply is None:
        return []
    same = (review.c.channel == row.channel, review.c.reply == row.reply, OPEN_REVIEW)
    return list(connection.scalars(sa.select(review.c.customer).where(*same).order_by(review.c.customer)))


def _number(identity: str) -> int:
    if not is_review_id(identity):
        raise _unknown(identity)
    return review_number(identity)


def _unknown(identity: str) -> UnknownNameError:
    return UnknownNameError(
        say("there is no reply {id!r}", id=identity), say("`homing queue --kind reply` lists them")
    )
