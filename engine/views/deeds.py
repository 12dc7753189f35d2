"""What people did about the messages of a customer, from the trail: who let them go, refused them or wrote them anew.

Knows the trail as far back as it is kept.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.reasons import Reason, reason
from engine.storage.keys import Intent, intent_of
from engine.storage.schema import audit

REFUSED = "message refused"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody did about a message. `verb`: as on the trail; `because`: what they noted on it."""

    at: int
    verb: str
    who: str
    because: str | None

    @property
    def said(self) -> Phrase:
        """In words."""
        return _SAID[self.verb](who=self.who)


def acts_on(connection: sa.Connection, customer: int) -> Mapping[Intent, Sequence[Act]]:
    """By message, the oldest first."""
    columns = (audit.c.at, audit.c.verb, audit.c.actor, audit.c.because, audit.c.what)
    mine = (audit.c.customer == customer, audit.c.customer.is_not(None), audit.c.verb.in_(list(_SAID)))
    found: dict[Intent, list[Act]] = defaultdict(list)
    for *act, what in connection.execute(sa.select(*columns).where(*mine).order_by(audit.c.seq)):
        found[intent_of(what.partition(" ")[0])].append(Act(*act))
    return found


_SAID: Mapping[str, Reason] = {
    "message approved": reason("approved by {who}"),
    REFUSED: reason("refused by {who}"),
    "message edited": reason("written anew by {who}"),
    "message approval undone": reason("approval taken back by {who}"),
    "message refusal undone": reason("refusal taken back by {who}"),
    "message edit undone": reason("edit taken back by {who}"),
    "message was sent": reason("settled as sent by {who}"),
    "message sent anew": reason("sent anew by {who}"),
    "message arrival undone": reason("in doubt again: taken back by {who} that it was sent"),
    "message resend undone": reason("in doubt again: sending anew taken back by {who}"),
}
