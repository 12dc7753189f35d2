"""The words of messages: as the rules make them, or as somebody wrote them for one message; what is wrong with them.

What a person wrote stands whatever values do later, for that message and channel, and goes once it is approved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.permits.approvals import APPROVED, APPROVED_BY_PERSON
from engine.permits.facts import KEY_AT, Row, Sender
from engine.permits.final_text import clean, offences
from engine.plans.plan import Plan
from engine.plans.working import wanted
from engine.reasons import EDITED
from engine.storage.keys import Intent
from engine.storage.staff_tables import edit
from engine.texts.rendering import Rendered, Renderer, Text


class Edited(NamedTuple):
    """What somebody wrote for a message."""

    text: Text
    who: str


Edits = Mapping[tuple[Intent, int], Edited]
"""By message and channel."""


def edits_of(connection: sa.Connection, plan: Plan) -> Edits:
    """What was written for messages in `wanted`."""
    statement = plan.statement(("edits",), _edits)
    assert statement is not None  # noqa: S101
    return {
        (Intent(*row[:6]), row[6]): Edited(Text(row[7], row[8]), row[9])
        for row in statement.rows(connection, {})
    }


def _edits() -> sa.Select[Any]:
    theirs = sa.select(wanted.c.customer).where(wanted.c.status.is_not(None))
    columns = [edit.c[name] for name in (*Intent._fields, "channel", "subject", "text", "who")]
    return sa.select(*columns).where(edit.c.customer.in_(theirs))


@dataclass(frozen=True, slots=True)
class Words:
    """Makes the texts of a batch: by the rules, and `edits`."""

    plan: Plan
    renderer: Renderer
    edits: Edits = field(default_factory=dict)

    def of(self, sender: Sender, channel: str, rows: list[Row]) -> list[Rendered]:
        """The text of each message, if it goes by that channel."""
        rule, start = sender.rule, KEY_AT + sender.key_length + len(sender.rule.via)
        values = _picked(rows, [start + place for place in sender.uses[channel]])
        texts = self.renderer.render_batch(rule.send.message, channel, values, rule.record)
        if self.edits:
            own = [self.written(sender, channel, row) for row in rows]
            return [text if mine is None else mine.text for text, mine in zip(texts, own, strict=True)]
        return texts

    def written(self, sender: Sender, channel: str, row: Row) -> Edited | None:
        """What somebody wrote for a message on a channel."""
        if not self.edits:
            return None
        world = self.plan.world
        journey, _, action = sender.numbers(world)
        intent = Intent(row[0], journey, row[1], row[2], row[3], action)
        return self.edits.get((intent, world.number("channel", channel)))

    def faults(
        self, sender: Sender, channel: str, rows: list[Row], texts: list[Rendered]
    ) -> list[str | None]:
        """Why a person must look at each of these texts before it goes; None where it may."""
        good = [text for text in texts if isinstance(text, Text)]
        if not self.edits and len(good) == len(rows) and clean(good, sender.rule.policy, channel):
            return [None] * len(rows)
        return [
            None if row[APPROVED] == APPROVED_BY_PERSON else self._fault(sender, channel, row, text)
            for row, text in zip(rows, texts, strict=True)
        ]

    def fault(self, sender: Sender, channel: str, row: Row) -> str | None:
        """Why a person must look at a text before it goes; None when it may."""
        return self.faults(sender, channel, [row], self.of(sender, channel, [row]))[0]

    def _fault(self, sender: Sender, channel: str, row: Row, text: Rendered) -> str | None:
        if not isinstance(text, Text):
            return text.because
        broken, own = offences(text, sender.rule.policy, channel), self.written(sender, channel, row)
        if broken:
            return broken[0].text
        return None if own is None else EDITED(who=own.who)


def _picked(rows: list[Row], places: list[int]) -> list[tuple[Any, ...]]:
    """Of each row the values at these places."""
    if not places:
        return [()] * len(rows)
    if places == list(range(places[0], places[-1] + 1)):
        return [tuple(row[places[0] : places[-1] + 1]) for row in rows]
    return [tuple(row[place] for place in places) for row in rows]
