"""The permit phase of a run: every message wanted, and every one that waits and may go now, is put to the gate.

Messages of one customer compete: the higher priority goes first, then the older, and what goes counts for the
next. What becomes of the verdicts is `engine.permits.outbox`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from engine.conditions.world import World
from engine.permits.editions import Editions, editions_of
from engine.permits.facts import (
    KEY_AT,
    Key,
    Past,
    Row,
    Sender,
    candidates,
    count_in,
    facts_beside,
    facts_of,
    fetch_past,
)
from engine.permits.gate import decide
from engine.permits.given import Facts, Go, Hold, Verdict, Wait
from engine.permits.left import cancel_left
from engine.permits.outbox import STATUS, Decided, bring_stored, write
from engine.permits.preapproved import Preapproved, preapproved_of
from engine.permits.words import Words, edits_of
from engine.plans.work import Work
from engine.plans.working import wanted
from engine.storage.panels import roles_in
from engine.storage.states import MessageStatus
from engine.texts.rendering import Renderer


@dataclass(frozen=True, slots=True)
class Permits:
    """What the permit phase needs besides the plan: the sends by (state, action), and what makes their texts."""

    senders: Mapping[tuple[int, int], Sender]
    renderer: Renderer

    @property
    def by_place(self) -> dict[int, Sender]:
        """The sends by their places among those of the rules."""
        return {sender.place: sender for sender in self.senders.values()}


def permit(work: Work, permits: Permits) -> bool:
    """Decide on every message of the batch; whether any enrolment was settled by it."""
    bring_stored(work)
    senders = _senders(work, permits)
    if not senders:
        return False
    if work.step:
        cancel_left(work, senders)
    words = words_of(work, permits)
    before = preapproved_of(work.connection, work.plan)
    decided = judge(work, words, senders, before)
    work.clear(wanted)
    return write(work, words, decided, before)


def words_of(work: Work, permits: Permits) -> Words:
    """What makes the texts of the messages in `wanted`."""
    return Words(work.plan, permits.renderer, edits_of(work.connection, work.plan))


def judge(
    work: Work,
    words: Words,
    senders: list[Sender],
    before: Preapproved | None = None,
    *,
    marking: bool = False,
) -> Decided:
    """Put every message in `wanted` to the gate; `senders` are all that want one of them.

    `before`: what was approved before it was there, where new messages may be let go so. `marking`: they are the ones
    that are about to leave.
    """
    alone = len(senders) == 1 and senders[0].journey.record is None
    editions = editions_of(work.connection, senders, work.places, marking=marking)
    crowded = set() if alone else _crowded(work)
    cases = _Cases(work, words, before or Preapproved(work.plan), editions, crowded)
    for sender in senders:
        cases.clear(sender)
    if cases.close:
        cases.closely(fetch_past(work.connection, work.plan))
    for sender, verdict in cases.decided:
        editions.wait(sender, verdict)
    editions.keep(work)
    return cases.decided


def _senders(work: Work, permits: Permits) -> list[Sender]:
    present = work.connection.execute(sa.select(wanted.c.state, wanted.c.action).distinct()).all()
    found = (permits.senders[state, action] for state, action in present)
    return sorted(found, key=lambda item: item.place)


def _crowded(work: Work) -> set[int]:
    """Customers of whom several messages are to be decided on."""
    several = sa.select(wanted.c.customer).group_by(wanted.c.customer).having(sa.func.count() > 1)
    return set(work.connection.scalars(several))


@dataclass(slots=True)
class _Cases:
    """The messages of one batch: the clear ones share verdicts, the others are looked at one by one."""

    work: Work
    words: Words
    before: Preapproved
    editions: Editions
    crowded: set[int]
    decided: Decided = field(default_factory=lambda: defaultdict(list))
    close: list[tuple[Sender, Row]] = field(default_factory=list)

    def clear(self, sender: Sender) -> None:
        """Decide on those of one send about whom the row says all; put the others aside."""
        world = self.work.plan.world
        found = self.work.rows(("candidates", sender.place), lambda: candidates(world, sender))
        end, crowded = KEY_AT + sender.key_length, self.crowded
        one_by_one = self.editions.takes_more(sender) or self.before.takes_more(sender)
        alike: dict[Key, list[Row]] = defaultdict(list)
        for row in found:
            key: Key = row[KEY_AT:end]
            if one_by_one or key[6] or key[7] or row[0] in crowded:
                self.close.append((sender, row))
            else:
                alike[key].append(row)
        for key, rows in alike.items():
            self._decide(sender, self.editions.told(sender, facts_of(sender, key, (), 0, {})), rows)

    def closely(self, past: Past) -> None:
        """Decide on the others in the order in which they compete; what goes counts for the next.

        What somebody must look at first, because of its text, does not go.
        """
        for sender, row, facts in competing(self.work.plan.world, self.close, past):
            verdict = self._decide(sender, self.editions.told(sender, facts), [row])
            goes = isinstance(verdict, Go) and not self._is_stopped_by_text(sender, verdict, row)
            self.editions.take(sender, verdict, known=facts.sampled, goes=goes)
            if goes:
                count_in(self.work.plan.world, sender, row, past, self.work.clock.now)

    def _decide(self, sender: Sender, facts: Facts, rows: list[Row]) -> Verdict:
        """The verdict on the last of these rows, which have the same facts."""
        verdict = decide(facts, self.work.clock.now)
        if isinstance(verdict, Wait) and verdict.until is not None:
            channel = sender.rule.reach.channel_in_view(facts, self.work.clock.now)
            rows = [row for row in rows if not self._stays_held(sender, channel, row)]
            if not rows:
                return verdict
        freed, held, gone = self._beforehand(sender, facts, verdict, rows)
        if freed:
            self.decided[sender, gone] += freed
            if not held:
                return gone
        self.decided[sender, verdict] += held
        return verdict

    def _beforehand(
        self, sender: Sender, facts: Facts, verdict: Verdict, rows: list[Row]
    ) -> tuple[list[Row], list[Row], Verdict]:
        """The rows that were let go before they were there, the others, and what becomes of the first.

        A text that somebody must look at was not: it takes no place among those that were.
        """
        if not self.before.may_cover(sender, verdict):
            return [], rows, verdict
        gone = decide(_let_go(facts, verdict), self.work.clock.now)
        fit = rows
        if isinstance(gone, Go):
            faults = self.words.faults(sender, gone.channel, rows, self.words.of(sender, gone.channel, rows))
            fit = [row for row, because in zip(rows, faults, strict=True) if because is None]
        freed = self.before.cover(sender, verdict, fit)
        taken = {row[:KEY_AT] for row in freed}
        return freed, [row for row in rows if row[:KEY_AT] not in taken], gone

    def _stays_held(self, sender: Sender, channel: str, row: Row) -> bool:
        """A text that a person must look at is held until it may go, and does not wait when its windows have closed.

        Time wakes what waits, not what is held: whether a customer is looked at must not matter.
        """
        held = row[STATUS] == MessageStatus.HELD
        return held and self.words.fault(sender, channel, row) is not None

    def _is_stopped_by_text(self, sender: Sender, verdict: Go, row: Row) -> bool:
        """Asked only where another message, of the customer or of the pilot, waits for the answer."""
        asked = verdict.piloted or row[0] in self.crowded
        return asked and self.words.fault(sender, verdict.channel, row) is not None


def _let_go(facts: Facts, verdict: Verdict) -> Facts:
    """The facts once whoever must has let it go."""
    roles = roles_in(verdict.role) if isinstance(verdict, Hold) else ()
    return replace(facts, approved=True, signed=facts.signed.union(roles))


def competing(
    world: World, close: list[tuple[Sender, Row]], past: Past
) -> Iterator[tuple[Sender, Row, Facts]]:
    """Messages in the order in which they compete, each with its facts as they are when its turn comes."""
    for sender, row in sorted(close, key=lambda item: _precedence(*item)):
        yield sender, row, facts_beside(world, sender, row, past)


def _precedence(sender: Sender, row: Row) -> tuple[object, ...]:
    """Priority, age, then name, record, visit and action: the order in which messages of a customer compete."""
    return row[0], -sender.journey.priority, row[KEY_AT], sender.journey.name, row[1], row[3], sender.place
