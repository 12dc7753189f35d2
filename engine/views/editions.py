"""Messages that their policies have stopped, in words: too many have opted out, or a pilot has failed."""

from collections.abc import Iterator

import sqlalchemy as sa

from dsl.model.model import Model
from dsl.wording import Phrase
from engine.permits.rules import Rule, watch_of
from engine.plans.editions import Edition, editions
from engine.storage.edition_tables import FAILED, edition
from engine.storage.symbols import Symbols
from engine.wording import say


def stopped_said(connection: sa.Connection, model: Model, symbols: Symbols, now: int) -> Iterator[Phrase]:
    """One sentence for each message of the rules in force that a person must let go on."""
    for name, one in sorted(editions(model).items()):
        number = symbols.find("edition", name)
        row = connection.execute(sa.select(edition).where(edition.c.edition == number)).first()
        if row is None:
            continue
        watch = watch_of(one.policy, one.message)
        if row.stopped_at is not None:
            yield _stopped(one, watch.stop, row.opted_out, row.sent)
        if row.pilot == FAILED:
            from engine.permits.overseeing import arrived  # noqa: PLC0415  # loads what decides on messages

            yield _failed(one, watch.pilot, arrived(connection, row.edition, now).arrived)


def _stopped(one: Edition, line: Rule, opted_out: int, sent: int) -> Phrase:
    return say(
        "message `{name}` is stopped: of {sent:,} that went {opted_out:,} were followed by an opt-out, "
        "and policy `{policy}` says `{line}`; `homing resume --message {name}` lets it go on",
        name=one.message.name,
        sent=sent,
        opted_out=opted_out,
        policy=one.policy.name,
        line=line.text,
    )


def _failed(one: Edition, line: Rule, number: int) -> Phrase:
    return say(
        "the pilot of message `{name}` has failed: {number:,} arrived, and policy `{policy}` says `{line}`; "
        "`homing resume --message {name}` lets the rest go",
        name=one.message.name,
        number=number,
        policy=one.policy.name,
        line=line.text,
    )
