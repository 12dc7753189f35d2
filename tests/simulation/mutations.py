"""The protocol broken on purpose, a way at a time: the checks must notice each.

A mutation that no seed notices means that something that happens in the world is missing from the simulation.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from engine.channels.protocol import NotSent, Unknown
from engine.delivery import delivery, marking, recording, sending, taken
from engine.inbox import listening, receipts, replies, taking
from engine.inbox.judging import Judged
from engine.people import edits, optouts
from engine.permits import approvals, gate, outbox, permitting
from engine.permits.given import Go
from engine.running import run as running
from engine.running import turns
from engine.safekeeping import erasing
from engine.storage import keys
from engine.storage.messages import is_message
from engine.storage.schema import message
from engine.storage.states import Fate, MessageStatus
from engine.storage.store import Store

Mutation = Callable[[pytest.MonkeyPatch], None]


def no_mark(patch: pytest.MonkeyPatch) -> None:
    """Messages are sent without having been marked: a crash forgets that they left."""
    mark = sending.mark

    def only_claimed(connection: Any, now: int) -> None:
        mark(connection, now)
        ready = message.update().where(message.c.status == MessageStatus.SENDING)
        connection.execute(ready.values(status=MessageStatus.READY))

    patch.setattr(sending, "mark", only_claimed)


def take_over_what_hangs(patch: pytest.MonkeyPatch) -> None:
    """What hangs is sent again."""
    patch.setattr(delivery, "Unknown", NotSent)


def try_doubts_again(patch: pytest.MonkeyPatch) -> None:
    """What is in doubt is sent again."""
    values = recording._values

    def again(posted: Any, outcome: Any, now: int, remembers: int | None) -> dict[str, Any]:
        return values(posted, NotSent("?") if isinstance(outcome, Unknown) else outcome, now, remembers)

    patch.setattr(recording, "_values", again)


def no_epochs(patch: pytest.MonkeyPatch) -> None:
    """A claim that was taken over still counts."""
    claim = sending.claim

    def at_once(connection: Any, now: int, most: int, channel: int, *, again: bool) -> int:
        number = claim(connection, now, most, channel, again=again)
        connection.execute(message.update().values(epoch=1, lease_until=None).where(message.c.epoch > 0))
        connection.execute(sending.leaving.update().values(epoch=1))
        return number

    patch.setattr(sending, "claim", at_once)
    patch.setattr(sending, "gone", lambda *_: set())


def _at_the_mark(patch: pytest.MonkeyPatch, change: Callable[[Any], Any]) -> None:
    """The gate is told something else at the mark than in the run."""
    decide = gate.decide

    def marked(work: Any, renderer: Any, senders: Any, **how: Any) -> Any:
        patch.setattr(permitting, "decide", lambda known, now: decide(change(known), now))
        try:
            return permitting.judge(work, renderer, senders, **how)
        finally:
            patch.setattr(permitting, "decide", decide)

    patch.setattr(marking, "judge", marked)


def optouts_at_the_claim_alone(patch: pytest.MonkeyPatch) -> None:
    """The mark does not ask for opt-outs, nor are messages taken back by one."""
    patch.setattr(optouts, "TAKEN_BACK", ())
    _at_the_mark(
        patch,
        lambda known: replace(known, reach=tuple(item._replace(optout_at=None) for item in known.reach)),
    )


def caps_at_the_claim_alone(patch: pytest.MonkeyPatch) -> None:
    """The mark counts nothing."""
    _at_the_mark(patch, lambda known: replace(known, history=()))


def windows_at_the_claim_alone(patch: pytest.MonkeyPatch) -> None:
    """The mark does not look at the clock."""
    judge = permitting.judge

    def marked(work: Any, renderer: Any, senders: Any, **how: Any) -> Any:
        found = judge(work, renderer, senders, **how)
        changed: dict[Any, Any] = {}
        for (sender, verdict), rows in found.items():
            closed = getattr(verdict, "because", "").startswith("send on")
            channel = sender.rule.via[-1]
            going = Go(channel, work.clock.now) if closed else verdict
            changed.setdefault((sender, going), []).extend(rows)
        return changed

    patch.setattr(marking, "judge", marked)


def approvals_of_any_text(patch: pytest.MonkeyPatch) -> None:
    """What was approved once may go with any text."""
    patch.setattr(approvals, "void", lambda *_: None)
    patch.setattr(outbox, "void_where_changed", lambda *_: [])


def settle_in_another_transaction(patch: pytest.MonkeyPatch) -> None:
    """What became of a message is recorded, and its state is told of it later, which a crash forgets."""
    patch.setattr(recording, "settle", lambda *_: None)


def chance_keys(patch: pytest.MonkeyPatch) -> None:
    """Each attempt has a key of its own."""
    patch.setattr(marking, "intent_key", lambda *_: keys.sha256(str(_next()).encode()).hexdigest()[:26])


def late_messages_leave(patch: pytest.MonkeyPatch) -> None:
    """However long ago a message was marked, it leaves."""
    patch.setattr(delivery, "LONGEST", 10.0**9)


def doubts_cleared_by_silence(patch: pytest.MonkeyPatch) -> None:
    """That a gateway does not know a key counts as proof."""
    settled = delivery.Delivery._settled

    def proved(self: Any, posted: Any) -> dict[str, Any]:
        found = settled(self, posted)
        return {one.outgoing.key: found.get(one.outgoing.key, NotSent("not there")) for one in posted}

    patch.setattr(delivery.Delivery, "_settled", proved)


def receipts_go_back(patch: pytest.MonkeyPatch) -> None:
    """The last word about a message counts, not the first."""
    known = receipts.judged

    def any_word(row: Any, one: Any, named: Any, *, remembers: bool) -> Any:
        found = known(row, one, named, remembers=remembers)
        if found.fate is not Fate.CONTRADICTS:
            return found
        return Judged(Fate.APPLIED, MessageStatus[one.says.upper()])

    patch.setattr(receipts, "judged", any_word)


def receipts_applied_later(patch: pytest.MonkeyPatch) -> None:
    """They are taken in one transaction, and applied in another, which a crash forgets."""
    take, write, left = listening._Line._take, receipts._Taking.write, list[Any]()

    def later(self: Any) -> Counter[str]:
        left.append(self)
        return Counter()

    def in_two(self: Any, page: Any, now: int) -> Any:
        patch.setattr(receipts._Taking, "write", later)
        try:
            taken = take(self, page, now)
        finally:
            patch.setattr(receipts._Taking, "write", write)
            todo, left[:] = list(left), []
        self.fetched()  # here a process may die
        with self.inbox.store.write() as connection:
            for one in todo:
                one.connection = connection
                write(one)
        return taken

    patch.setattr(listening._Line, "_take", in_two)


def answers_overwrite_receipts(patch: pytest.MonkeyPatch) -> None:
    """What the gateway answered is recorded whatever was known by then."""
    patch.setattr(sending, "gone", lambda *_: set())
    patch.setattr(recording, "record_taken", _whatever_was_known)


def _whatever_was_known(connection: Any, status: Any, rows: Any, now: int) -> Any:
    for row in rows:
        known = (*is_message(keys.Intent(*row[:6])), message.c.epoch == row.epoch)
        connection.execute(message.update().where(*known).values(status=status))
    return taken.record_taken(connection, status, rows, now)


def orphans_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A receipt whose message nobody knows yet is never looked at again."""
    patch.setattr(taking, "match_again", lambda *_: receipts.Came())


def opted_out_receipts_are_filed(patch: pytest.MonkeyPatch) -> None:
    """That a receipt tells of an opt-out changes nothing."""
    patch.setattr(receipts, "opt_out_by_gateway", lambda *_: None)
    patch.setattr(taking, "opt_out_by_gateway", lambda *_: None)


def refusals_opt_nobody_out(patch: pytest.MonkeyPatch) -> None:
    """Nor that a gateway refuses a message because of one."""
    patch.setattr(recording, "opt_out_by_gateway", lambda *_: None)


def replies_opt_nobody_out(patch: pytest.MonkeyPatch) -> None:
    """Nor that a customer writes so."""
    patch.setattr(replies, "opt_out_by_reply", lambda *_: None)


def sent_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """The gateway has a batch before the mark is on the disk."""
    posts, answers = delivery.Delivery._posts, dict[str, Any]()

    def too_early(self: Any, connection: Any, marking: Any, counts: Any) -> Any:
        posted = posts(self, connection, marking, counts)
        for one in posted:
            answers[one.outgoing.ref] = self.channels[one.outgoing.channel].send([one.outgoing], lambda: True)
        return posted

    patch.setattr(delivery.Delivery, "_posts", too_early)
    patch.setattr(delivery, "_handed_over", lambda _, batch, __: [answers[one.ref][0] for one in batch])


def marks_that_fail_are_passed_over(patch: pytest.MonkeyPatch) -> None:
    """Where the disk was full at the mark, the batch leaves all the same."""
    fill, work = delivery.Delivery._fill, delivery.Delivery._posts
    marked = list[Any]()

    def posts(self: Any, *how: Any) -> Any:
        marked[:] = work(self, *how)
        return list(marked)

    def whatever_comes(self: Any, connection: Any, lane: Any, clock: Any, counts: Any) -> Any:
        try:
            yield from fill(self, connection, lane, clock, counts)
        except sa.exc.OperationalError:
            lane.channel.send([one.outgoing for one in marked], lambda: True)
            raise

    patch.setattr(delivery.Delivery, "_posts", posts)
    patch.setattr(delivery.Delivery, "_fill", whatever_comes)


def records_that_fail_are_undone(patch: pytest.MonkeyPatch) -> None:
    """Where the disk was full at the record, the batch is taken for one that never left."""
    empty = delivery.Delivery._empty

    def undone(self: Any, connection: Any, clock: Any, counts: Any) -> Any:
        try:
            yield from empty(self, connection, clock, counts)
        except sa.exc.OperationalError:
            sending_ones = message.c.status == MessageStatus.SENDING
            with self.store.write() as anew:
                anew.execute(message.update().where(sending_ones).values(status=MessageStatus.READY))
            raise

    patch.setattr(delivery.Delivery, "_empty", undone)


def moved_and_wanted_apart(patch: pytest.MonkeyPatch) -> None:
    """A run commits moves before it has decided on the messages that they want, which a crash forgets."""
    rounds = turns.rounds

    def halved(work: Any, *how: Any) -> None:
        rounds(work, *how)
        raw = work.connection.connection.driver_connection
        raw.execute("COMMIT")
        work.connection.exec_driver_sql("BEGIN IMMEDIATE")

    patch.setattr(running, "rounds", halved)


def edits_leave_approvals(patch: pytest.MonkeyPatch) -> None:
    """What was approved goes as it was approved, whatever somebody has written in its place."""
    patch.setattr(edits, "_void", lambda *_: None)
    patch.setattr(approvals, "void", lambda *_: None)
    patch.setattr(outbox, "void_where_changed", lambda *_: [])


def erasing_forgets_all(patch: pytest.MonkeyPatch) -> None:
    """Whoever was erased and comes again hears from us."""
    patch.setattr(erasing, "_suppress", lambda *_: None)


def erasing_leaves_the_log(patch: pytest.MonkeyPatch) -> None:
    """What was erased stays in the log of writes until that is folded in some time."""
    patch.setattr(Store, "scrub", lambda *_, **__: True)


_COUNT = iter(range(10**9))


def _next() -> int:
    return next(_COUNT)


MUTATIONS: Mapping[Mutation, str] = {
    no_mark: "S1 S10",
    take_over_what_hangs: "S1 S10",
    try_doubts_again: "S1 S10",
    no_epochs: "S1 S10 S9",
    optouts_at_the_claim_alone: "S2",
    windows_at_the_claim_alone: "S3",
    approvals_of_any_text: "S4",
    caps_at_the_claim_alone: "S5",
    settle_in_another_transaction: "L2",
    chance_keys: "S8",
    doubts_cleared_by_silence: "S1 S10",
    late_messages_leave: "S3",
    receipts_go_back: "S9 S7",
    receipts_applied_later: "L3 S7",
    answers_overwrite_receipts: "S9",
    orphans_are_forgotten: "L3",
    opted_out_receipts_are_filed: "S2",
    refusals_opt_nobody_out: "S2",
    replies_opt_nobody_out: "S2",
    sent_before_the_commit: "S1 S10",
    marks_that_fail_are_passed_over: "S1 S10",
    records_that_fail_are_undone: "S1 S10",
    moved_and_wanted_apart: "L2",
    edits_leave_approvals: "S4",
    erasing_forgets_all: "S2 S10",
    erasing_leaves_the_log: "S13",
}
"""Each with the invariants that show it."""
