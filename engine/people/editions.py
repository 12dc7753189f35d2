"""What people decide about a message that its policy has stopped, or whose pilot has failed: it goes on."""

import sqlalchemy as sa

from engine.permits.overseeing import wake
from engine.plans.editions import names_in
from engine.storage.arrivals import arrivals
from engine.storage.audit import By
from engine.storage.edition_tables import FAILED, LET_GO, edition
from engine.storage.symbols import load_symbols


def let_go(connection: sa.Connection, message: str, by: By) -> bool:
    """Let a message go on, in the transaction under way; False when nothing watched holds it.

    A pilot that failed is asked no more. Opt-outs are counted anew, of what goes from now on.
    """
    known = load_symbols(connection).of_kind("edition")
    numbers = [number for name, number in known.items() if names_in(name)[1] == message]
    held = sa.or_(edition.c.pilot == FAILED, edition.c.stopped_at.is_not(None))
    rows = connection.execute(sa.select(edition).where(edition.c.edition.in_(numbers), held)).all()
    seen = arrivals(connection)
    for row in rows:
        anew = {"stopped_at": None, "sent": 0, "opted_out": 0, "from_seq": seen, "seen_seq": seen}
        values = anew if row.stopped_at is not None else {}
        if row.pilot == FAILED:
            values |= {"pilot": LET_GO, "pilot_at": by.now}
        connection.execute(edition.update().where(edition.c.edition == row.edition).values(values))
        wake(connection, row.edition, by.now)
    return bool(rows)
