"""The mark before a message leaves: the gate is asked once more, on what is true now, in the transaction that marks.

Whatever was committed before the mark wins: an opt-out, a changed amount, a message that took the last place under a
cap. What may not go any more is given back to the run with the reason.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.channels.protocol import Outgoing
from engine.delivery import sending
from engine.permits.facts import KEY_AT, Row, Sender
from engine.permits.given import Go, Verdict, Wait
from engine.permits.outbox import outcome_of
from engine.permits.permitting import Permits, judge
from engine.permits.settling import settle
from engine.plans.work import Work
from engine.plans.working import wanted
from engine.reasons import NO_RULE
from engine.storage.arrivals import mark_changed
from engine.storage.keys import Intent, attempt_ref, intent_key
from engine.storage.states import MessageStatus
from engine.texts.rendering import Rendered

VALUES_CHANGED = "its values have changed since it was written"
CHANNEL_CHANGED = "the channel to reach the customer by has changed"


class Posted(NamedTuple):
    """A message marked as being sent. `place`: its channel's in `via`, whose `refused` ones are a bit each.

    `elsewhere`: if this channel refuses it there is another to try.
    """

    intent: Intent
    attempt: int
    place: int
    refused: int
    elsewhere: bool
    outgoing: Outgoing


@dataclass(slots=True)
class Marking:
    """The batch in `leaving` being marked. `counts`: how many messages were given back, by status."""

    work: Work
    permits: Permits
    install_key: str
    posted: list[Posted] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _stored: dict[Intent, Any] = field(default_factory=dict)
    _given_back: list[tuple[Intent, Verdict | None]] = field(default_factory=list)
    _moved: list[tuple[dict[str, Any], Intent]] = field(default_factory=list)
    _at: str = ""

    def mark(self) -> None:
        """Mark those that may go, inside the transaction under way; give the others back."""
        work, plan = self.work, self.work.plan
        self._at = plan.world.zone.iso(work.clock.now)
        rows = sending.ask_about(work.connection, plan.tables.customer)
        self._stored = {Intent(*row[: len(sending.KEY)]): row for row in rows}
        for (sender, verdict), group in judge(work, self.permits.renderer, self._senders()).items():
            if isinstance(verdict, Go):
                self._go(sender, verdict.channel, group)
            else:
                self._given_back += [(intent, verdict) for intent in self._intents(sender, group)]
        self._write()
        work.clear(wanted)

    def _senders(self) -> list[Sender]:
        """The sends behind the messages; those whose rule is gone are cancelled."""
        known = self.permits.senders
        orphans = [intent for intent, row in self._stored.items() if (row.state, intent.action) not in known]
        sending.leave_out(self.work.connection, orphans)
        self._given_back += [(intent, None) for intent in orphans]
        present = {(row.state, intent.action) for intent, row in self._stored.items()} & known.keys()
        return sorted((known[key] for key in present), key=lambda item: item.place)

    def _intents(self, sender: Sender, rows: list[Row]) -> list[Intent]:
        journey, _, action = sender.numbers(self.work.plan.world)
        return [Intent(row[0], journey, row[1], row[2], row[3], action) for row in rows]

    def _go(self, sender: Sender, channel: str, rows: list[Row]) -> None:
        number = self.work.plan.world.number("channel", channel)
        now, texts = self.work.clock.now, self._texts(sender, channel, rows)
        for intent, row, text in zip(self._intents(sender, rows), rows, texts, strict=True):
            stored = self._stored[intent]
            if stored.channel != number:
                self._given_back.append((intent, Wait(now, CHANNEL_CHANGED)))
            elif not stored.approved and text != (stored.subject, stored.text):
                self._given_back.append((intent, Wait(now, VALUES_CHANGED)))
            else:
                self._post(sender, channel, intent, row)

    def _texts(self, sender: Sender, channel: str, rows: list[Row]) -> list[Rendered]:
        """The texts as they would be written now."""
        rule, start = sender.rule, KEY_AT + sender.key_length + len(sender.rule.via)
        places = [start + place for place in sender.uses[channel]]
        values = [tuple(row[place] for place in places) for row in rows]
        return self.permits.renderer.render_batch(rule.send.message, channel, values, rule.record)

    def _post(self, sender: Sender, channel: str, intent: Intent, row: Row) -> None:
        stored, place = self._stored[intent], sender.rule.via.index(channel)
        address = str(row[KEY_AT + sender.key_length + place])
        if address != stored.address:
            self._moved.append(({"address": address}, intent))
        key = intent_key(self.install_key, sender.journey.name, stored.identity, intent)
        ref = attempt_ref(key, stored.attempt + 1)
        outgoing = Outgoing(
            key, ref, channel, stored.identity, address, stored.subject, stored.text, self._at
        )
        elsewhere = len(sender.rule.via) > 1 and _elsewhere(sender, row, place, stored.refused)
        self.posted.append(Posted(intent, stored.attempt + 1, place, stored.refused, elsewhere, outgoing))

    def _write(self) -> None:
        connection, now = self.work.connection, self.work.clock.now
        sending.leave_out(connection, (intent for intent, _ in self._given_back))
        sending.mark(connection, now)
        sending.change(connection, self._moved)
        returned = [(self._returned(verdict), intent) for intent, verdict in self._given_back]
        sending.change(connection, returned)
        ended = [intent for values, intent in returned if values["status"] > MessageStatus.UNKNOWN]
        settle(connection, (intent[:5] for intent in ended), now)
        mark_changed(connection, (intent.customer for intent in ended))
        self.counts.update(MessageStatus(values["status"]).word for values, _ in returned)

    def _returned(self, verdict: Verdict | None) -> dict[str, Any]:
        values: dict[str, Any] = {"status": int(MessageStatus.CANCELLED), "because": NO_RULE()}
        values |= {"until": None, "role": None, "lease_until": None, "counted_at": None}
        if verdict is not None:
            outcome = outcome_of(verdict)
            values |= {"status": int(outcome.status), "because": outcome.because, "until": outcome.until}
            if outcome.role is not None:
                values["role"] = self.work.plan.world.number("role", outcome.role)
        return values | {"changed_at": self.work.clock.now}


def _elsewhere(sender: Sender, row: Row, place: int, refused: int) -> bool:
    """Whether another channel, not refused yet, has an address and the consent it needs."""
    rule, count, start = sender.rule, len(sender.rule.via), KEY_AT + 7
    consents, addresses = row[start : start + count], row[start + count : start + 2 * count]
    return any(
        addresses[other] and (consents[other] or not rule.policy.consent)
        for other in range(count)
        if other != place and not refused >> other & 1
    )
