"""What imported events bring about besides being stored: an opt-out is kept to, also when it came as a reply."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from dsl.model.model import Model
from engine.imports.events import Effect
from engine.inbox.questions import Questions
from engine.inbox.replies import ANSWERED_WITHIN
from engine.people.optouts import OptOut, suppress
from engine.people.replies import opt_out_by_reply
from engine.people.reviews import Question, ask
from engine.people.sharing import addresses, sharing
from engine.reasons import BY_IMPORT, BY_REPLY
from engine.storage.audit import By
from engine.storage.symbols import load_symbols
from engine.storage.values import Surroundings


def effect_of(kind: str, model: Model, surroundings: Surroundings, now: int) -> Effect | None:
    """What the engine does when such events come in."""
    if kind == "optout":
        return partial(_optouts, model=model, now=now)
    if kind == "replied":
        return partial(_replies, model=model, surroundings=surroundings, now=now)
    return None


def _optouts(connection: sa.Connection, rows: Sequence[sa.Row[Any]], *, model: Model, now: int) -> None:
    symbols = load_symbols(connection)
    for row in rows:
        for number, identity in sharing(
            connection, model, row.customer, addresses(model, row.channel)
        ).items():
            suppress(connection, symbols, OptOut(number, identity, row.channel, row.at, BY_IMPORT()), now)


def _replies(
    connection: sa.Connection,
    rows: Sequence[sa.Row[Any]],
    *,
    model: Model,
    surroundings: Surroundings,
    now: int,
) -> None:
    """What nobody listens for is put down for a person unless it is from long ago; what is unclear always is."""
    symbols = load_symbols(connection)
    questions = Questions(connection, model, symbols, surroundings)
    for row in rows:
        text = row.text or ""
        meaning = surroundings.keywords.meaning(text)
        if meaning == "optout":
            for number, identity in sharing(connection, model, row.customer, addresses(model)).items():
                said = OptOut(number, identity, None, row.at, BY_REPLY())
                opt_out_by_reply(connection, symbols, said, By("import", now))
        recent = now - ANSWERED_WITHIN <= row.at <= now
        lost = meaning == "none" and recent and questions.heard(row.customer, row.seq, now).by_nobody
        if meaning == "unclear" or lost:
            ask(connection, Question(row.customer, text, row.at, meaning == "unclear", row.channel), now)
