"""What becomes of a message that is held, once everybody who must look at it has let it go."""

import sqlalchemy as sa

from engine.explaining.inquiry import Inquiry
from engine.explaining.judging import judged
from engine.explaining.messages import unless_paused
from engine.storage.keys import Intent
from engine.storage.messages import is_message
from engine.storage.schema import message


def once_approved(inquiry: Inquiry, intent: Intent) -> str | None:
    """In words: whether it leaves with the next run, or until when something else keeps it. None: it does not wait.

    The gate's own answer on the facts of the moment, as `homing explain` tells it of messages that wait.
    """
    row = inquiry.connection.execute(sa.select(message).where(*is_message(intent))).one_or_none()
    found = None if row is None else judged(inquiry, intent if row.text else None).get(intent)
    return None if row is None or found is None else unless_paused(inquiry, row, found).words
