"""The mark before a message leaves: the gate is asked once more, on what is true now, in the transaction that marks.

Whatever was committed before the mark wins: an opt-out, a changed amount, a message that took the last place under a
cap. What may not go any more is given back to the run with the reason.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.channels.protocol import Outgoing
from engine.delivery import sending
from engine.permits.facts import KEY_AT, REACH_AT, Row, Sender
from engine.permits.given import Go, Hold, Verdict, Wait
from engine.permits.outbox import outcome_of
from engine.permits.overseeing import oversee
from engine.permits.permitting import Permits, judge, words_of
from engine.permits.settling import settle
from engine.permits.words import Words
from engine.plans.work import Work
from engine.plans.working import wanted
from engine.reasons import NO_RULE, TOO_MANY
from engine.storage.arrivals import mark_changed
from engine.storage.keys import Intent, attempt_ref, intent_key, resent_key
from engine.storage.states import MessageStatus
from engine.storage.symbols import panel_number

_DAY = 86_400_000  # milliseconds

VALUES_CHANGED = "its values have changed since it was written"
CHANNEL_CHANGED = "the channel to reach the customer by has changed"


class Tried(NamedTuple):
    """What is known of the attempts at a message, this one included.

    `place`: its channel's in `via`, whose `refused` ones are a bit each. `elsewhere`: if this channel refuses it there
    is another to try. `doubt`: an attempt before this one, the first at `begun_at`, may have been taken. `settled`:
    the state waits for the message no more.
    """

    attempt: int
    place: int
    refused: int
    elsewhere: bool
    doubt: bool
    begun_at: int | None
    settled: bool


class Posted(NamedTuple):
    """A message marked as being sent, by a claim with this `epoch`."""

    intent: Intent
    epoch: int
    tried: Tried
    outgoing: Outgoing

    @property
    def claim(self) -> tuple[int, ...]:
        """The intent with the epoch."""
        return (*self.intent, self.epoch)


@dataclass(slots=True)
class Marking:
    """The batch in `leaving` being marked. `counts`: how many messages were given back, by status.

    `most`: messages that a customer may have within a day, whatever rules say; None: any number.
    """

    work: Work
    permits: Permits
    install_key: str
    most: int | None = None
    posted: list[Posted] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _stored: dict[tuple[int, ...], sending.Stored] = field(default_factory=dict)
    _given_back: list[tuple[dict[str, Any], Intent]] = field(default_factory=list)
    _moved: list[tuple[dict[str, Any], Intent]] = field(default_factory=list)
    _counted_in: list[tuple[dict[str, Any], Intent]] = field(default_factory=list)
    _at: str = ""
    _words: Words = field(init=False)

    def mark(self) -> None:
        """Mark those that may go, inside the transaction under way; give the others back."""
        work, plan = self.work, self.work.plan
        self._at = plan.world.zone.iso(work.clock.now)
        oversee(work.connection, plan, work.clock.now)
        self._stored = sending.ask_about(work.connection, plan.tables.customer)
        self._hold_overwhelmed()
        self._words = words_of(work, self.permits)
        decided = judge(work, self._words, self._senders(), marking=True)
        for (sender, verdict), group in decided.items():
            if isinstance(verdict, Go):
                self._go(sender, verdict, group)
            else:
                for intent in self._intents(sender, group):
                    self._give_back(intent, verdict)
        self._write()
        work.clear(wanted)

    def _hold_overwhelmed(self) -> None:
        """The last resort against rules gone wild: somebody must look before the customer hears any more."""
        if self.most is None:
            return
        connection, until = self.work.connection, self.work.clock.now + _DAY
        had = sending.overwhelmed(connection, self.work.clock.now - _DAY, self.most)
        if not had:
            return
        rows = ((Intent._make(key), row) for key, row in self._stored.items())
        stopped = [intent for intent, row in rows if intent.customer in had and not row.approved]
        sending.leave_out(connection, stopped)
        for intent in stopped:
            self._give_back(intent, Hold(None, TOO_MANY(number=had[intent.customer]), until, ""))

    def _senders(self) -> list[Sender]:
        """The sends behind the messages; those whose rule is gone are cancelled."""
        known = self.permits.senders
        present = {(row.state, key[-1]) for key, row in self._stored.items()}
        if gone := present - known.keys():
            orphans = [Intent._make(key) for key, row in self._stored.items() if (row.state, key[-1]) in gone]
            sending.leave_out(self.work.connection, orphans)
            for intent in orphans:
                self._give_back(intent, None)
        return sorted((known[key] for key in present - gone), key=lambda item: item.place)

    def _intents(self, sender: Sender, rows: list[Row]) -> list[Intent]:
        journey, _, action = sender.numbers(self.work.plan.world)
        return [Intent(row[0], journey, row[1], row[2], row[3], action) for row in rows]

    def _go(self, sender: Sender, verdict: Go, rows: list[Row]) -> None:
        channel = verdict.channel
        number, now = self.work.plan.world.number("channel", channel), self.work.clock.now
        via, texts = _Via.of(sender, channel), self._words.of(sender, channel, rows)
        for intent, row, text in zip(self._intents(sender, rows), rows, texts, strict=True):
            stored = self._stored[intent]
            if stored.channel != number:
                self._give_back(intent, Wait(now, CHANNEL_CHANGED))
            elif text != (stored.subject, stored.text):
                self._give_back(intent, Wait(now, VALUES_CHANGED))
            else:
                self._post(via, intent, row, stored)
                self._count_in(sender, verdict, intent, stored)

    def _post(self, via: "_Via", intent: Intent, row: Row, stored: sending.Stored) -> None:
        address, doubt = str(row[via.address_at]), stored.status == MessageStatus.UNKNOWN
        if address != stored.address:
            if doubt:  # under its key the gateway knows another message
                self._give_back(intent, None)
                return
            self._moved.append(({"address": address}, intent))
        key = intent_key(self.install_key, via.sender.journey.name, stored.identity, intent)
        key, attempt = resent_key(key, stored.resend), stored.attempt + 1
        outgoing = Outgoing(
            key, attempt_ref(key, attempt), via.channel, stored.identity, address, stored.subject, stored.text, self._at
        )  # fmt: skip
        elsewhere = not via.only and _elsewhere(via.sender, row, via.place, stored.refused)
        tried = Tried(attempt, via.place, stored.refused, elsewhere, doubt, stored.begun_at, stored.settled)
        self.posted.append(Posted(intent, stored.epoch, tried, outgoing))

    def _count_in(self, sender: Sender, verdict: Go, intent: Intent, stored: sending.Stored) -> None:
        """A message that leaves under another definition, or with another pilot, than it was let go by."""
        if stored.edition != sender.edition or verdict.piloted > stored.piloted:
            now_of = {"edition": sender.edition, "piloted": verdict.piloted}
            self._counted_in.append((now_of, intent))

    def _give_back(self, intent: Intent, verdict: Verdict | None) -> None:
        """A message that may not leave, with the reason; without a verdict no rule sends it any more."""
        stored, now = self._stored[intent], self.work.clock.now
        values: dict[str, Any] = {"status": int(MessageStatus.CANCELLED), "because": NO_RULE()}
        values |= {"until": None, "role": None, "lease_until": None, "counted_at": None, "changed_at": now}
        if (
            stored.status == MessageStatus.UNKNOWN
        ):  # to find out by trying again is no way any more: a person must
            values |= {"status": int(MessageStatus.UNKNOWN), "because": stored.because}
            values |= {"counted_at": stored.counted_at}
        elif verdict is not None:
            outcome = outcome_of(verdict)
            values |= {"status": int(outcome.status), "because": outcome.because, "until": outcome.until}
            values["role"] = panel_number(self.work.connection, self.work.plan.world.symbols, outcome.role)
        self._given_back.append((values, intent))

    def _write(self) -> None:
        connection, now = self.work.connection, self.work.clock.now
        sending.leave_out(connection, (intent for _, intent in self._given_back))
        sending.mark(connection, now)
        sending.change(connection, self._moved)
        sending.change(connection, self._counted_in)
        sending.change(connection, self._given_back)
        ended = [intent for values, intent in self._given_back if values["status"] > MessageStatus.UNKNOWN]
        settle(connection, (intent[:5] for intent in ended), now)
        mark_changed(connection, (intent.customer for intent in ended))
        self.counts.update(MessageStatus(values["status"]).word for values, _ in self._given_back)


@dataclass(frozen=True, slots=True)
class _Via:
    """A way out for the messages of one send. `place`: the channel's in `via`, where it is perhaps the `only` one."""

    sender: Sender
    channel: str
    place: int
    address_at: int
    only: bool

    @classmethod
    def of(cls, sender: Sender, channel: str) -> "_Via":
        """By this channel."""
        place = sender.rule.via.index(channel)
        return cls(sender, channel, place, KEY_AT + sender.key_length + place, len(sender.rule.via) == 1)


def _elsewhere(sender: Sender, row: Row, place: int, refused: int) -> bool:
    """Whether another channel, not refused yet, has an address and the consent it needs."""
    rule, count, start = sender.rule, len(sender.rule.via), KEY_AT + REACH_AT
    consents, addresses = row[start : start + count], row[start + count : start + 2 * count]
    return any(
        addresses[other] and (consents[other] or not rule.policy.consent)
        for other in range(count)
        if other != place and not refused >> other & 1
    )
