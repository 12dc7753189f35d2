"""What must hold in every simulated world, by the numbers of the invariants: S for safety, L for liveness.

The gateway's own log is compared with the database, after every step and at the end.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from engine.inbox.receipts import SILENT_AFTER
from engine.safekeeping.trail import is_whole
from engine.storage.inbox_tables import receipt
from engine.storage.keys import Intent, intent_key, resent_key
from engine.storage.schema import ACTIVE, enrolment
from engine.storage.states import Fate
from engine.storage.states import MessageStatus as M
from tests.deliveries import SHANGHAI
from tests.simulation.gateway import Hit
from tests.simulation.hearing import told_of
from tests.simulation.people import intent_of
from tests.simulation.stage import APART, CLOSES, OPENS
from tests.simulation.world import Row, World

LATEST = 5_000  # milliseconds
LONGEST_LOG = 6_000_000  # bytes: it is folded in at a thousand pages

_PERHAPS_TAKEN = (M.SENDING, M.UNKNOWN, M.SENT, M.DELIVERED)

_FORWARD = {
    M.WAITING: {M.HELD, M.READY, M.DROPPED, M.CANCELLED},
    M.HELD: {M.WAITING, M.READY, M.DROPPED, M.CANCELLED},
    M.READY: {M.WAITING, M.HELD, M.SENDING, M.DROPPED, M.CANCELLED},
    M.SENDING: {M.READY, M.WAITING, M.UNKNOWN, M.SENT, M.FAILED},
    M.UNKNOWN: {M.SENDING, M.SENT, M.FAILED, M.READY, M.WAITING, M.HELD},
    M.SENT: {M.DELIVERED, M.FAILED},
    M.DELIVERED: set(),
    M.FAILED: set(),
    M.DROPPED: set(),
    M.CANCELLED: set(),
}
"""Where a message may go. Between two looks at it there may be several such moves."""


@dataclass(slots=True)
class Watch:
    """Looks at a world after each of its steps. `found`: what was wrong, each once."""

    world: World
    found: list[str] = field(default_factory=list)
    _seen: int = 0
    _rows: list[Row] = field(default_factory=list)
    _before: dict[Intent, Any] = field(default_factory=dict)
    _arrived: dict[Intent, int] = field(default_factory=dict)

    def look(self) -> None:
        """After a step."""
        self._say(iter(self.world.notes.wrong))
        found = self.world.rows()
        if found is self._rows and self._seen == len(self.world.gateway.hits):
            return
        self._rows = found
        rows = {intent_of(row): row for row in found}
        by_key = keys_of(self.world, rows)
        for hit in self.world.gateway.hits[self._seen :]:
            self._say(_of_hit(self.world, hit, by_key))
            self._say(self._not_again(hit, by_key))
        self._seen = len(self.world.gateway.hits)
        self._say(_of_all_hits(self.world, by_key))
        self._say(_moves(self._before, rows, self.world.notes.erased))
        self._say(_of_told(self.world, by_key, rows))
        self._before = rows
        for intent, row in rows.items():
            if row["status"] == M.DELIVERED:
                self._arrived.setdefault(intent, self.world.step)

    def _not_again(self, hit: Hit, by_key: Mapping[str, tuple[Intent, Any]]) -> Iterator[str]:
        """What was known to have arrived when it was marked."""
        arrived = self._arrived.get(by_key[hit.message.key][0]) if hit.message.key in by_key else None
        if arrived is not None and arrived < hit.marked:
            yield f"S1 {hit.message.key} had arrived, and was sent again"

    def end(self) -> None:
        """When all is calm."""
        self._say(_at_the_end(self.world))

    def _say(self, problems: Iterator[str]) -> None:
        self.found += [problem for problem in problems if problem not in self.found]


def keys_of(world: World, rows: Mapping[Intent, Any]) -> dict[str, tuple[Intent, Any]]:
    """The messages by the keys that gateways know them by."""
    symbols, found = world.template.plan.world.symbols, {}
    for intent, row in rows.items():
        name = world.notes.numbers[intent.customer]
        key = _key(symbols.name(intent.journey), name, intent)
        found |= {resent_key(key, resend): (intent, row) for resend in range(row["resend"] + 1)}
    return found


@lru_cache(maxsize=100_000)
def _key(journey: str, customer: str, intent: Intent) -> str:
    return intent_key("0" * 64, journey, customer, intent)


def _of_hit(world: World, hit: Hit, by_key: Mapping[str, tuple[Intent, Any]]) -> Iterator[str]:
    name, text = hit.message.customer, hit.message.text
    if world.notes.has_left(name, hit.message.channel, hit.marked):
        yield f"S2 {name} had opted out"
    doubts = [open_ for step, open_ in world.notes.doubts.get(name, []) if step <= hit.marked]
    if doubts and doubts[-1]:
        yield f"S2 {name} had written what may be an opt-out"
    hour = SHANGHAI.local(hit.at).hour
    if not OPENS <= hour < CLOSES:
        yield f"S3 {name} was written to at {hour}"
    if hit.waited > LATEST:
        yield f"S3 {name} was written to {hit.waited} ms after the mark"
    if hit.message.key not in by_key:
        yield f"S8 {name} got a message that there is not"
    intent = by_key[hit.message.key][0] if hit.message.key in by_key else None
    approved = None if intent is None else world.notes.approved.get(intent)
    written = {} if intent is None else world.notes.written.get(intent, {})
    if approved is None and hit.message.channel in written:
        yield f"S4 {name} got {text} when nobody had approved what stood in its place"
    if name in world.notes.vips and approved is None:
        yield f"S4 nobody had approved what {name} got"
    if approved is not None and approved != text:
        yield f"S4 {name} got {text}, approved was {approved}"
    known = ["陈晨", *(new for step, new in world.notes.names.get(name, []) if step <= hit.marked)]
    if approved is None and not text.startswith(known[-1]):
        yield f"S4 {name} got {text} and is called {known[-1]}"


def _of_all_hits(world: World, by_key: Mapping[str, tuple[Intent, Any]]) -> Iterator[str]:
    hits = world.gateway.hits
    for key, count in Counter(hit.message.key for hit in hits).items():
        if count > 1:
            yield f"S1 {key} was taken {count} times"
    told = [
        hit
        for number, hit in enumerate(hits)
        if hit.message.key in by_key
        and not _is_disowned(hit, by_key)
        and number >= world.notes.before.get(hit.message.customer, 0)
    ]
    for name in world.names:
        times = sorted(hit.at for hit in told if hit.message.customer == name)
        for first, second in pairwise(times):
            if second - first < APART:
                yield f"S5 {name} got two messages within {(second - first) // 60_000} minutes"
    for hit in told:
        status = by_key[hit.message.key][1]["status"]
        if status not in _PERHAPS_TAKEN and not (
            status == M.FAILED and hit.message.key in _told(world, "failed")
        ):
            yield f"S10 {hit.message.key} was taken and is {M(status).word}"


def _told(world: World, says: str) -> set[str]:
    """The keys of messages of which the gateway has told so."""
    hits = world.gateway.hits
    found = set()
    for _, one in world.gateway.told:
        if one.says == says and one.ref is not None:
            found.add(one.ref.partition(".")[0])
        elif one.says == says and one.reference is not None:
            found.add(hits[int(one.reference[1:]) - 1].message.key)
    return found


def _of_told(
    world: World, by_key: Mapping[str, tuple[Intent, Any]], rows: Mapping[Intent, Any]
) -> Iterator[str]:
    """Nothing arrived, and nothing that was sent failed, but by the gateway's word, and of each by the first one."""
    arrived = {by_key[key][0] for key in _told(world, "delivered") if key in by_key}
    failed = _told(world, "failed")
    own = {intent: key for key, (intent, row) in by_key.items() if key.endswith(_suffix(row["resend"]))}
    for intent, row in rows.items():
        if row["status"] == M.DELIVERED and intent not in arrived:
            yield f"S10 {intent.id} is delivered, and nobody has told so"
        if row["status"] == M.FAILED and row["sent_at"] is not None and own[intent] not in failed:
            yield f"S10 {intent.id} failed after it was sent, and nobody has told so"


def _is_disowned(hit: Hit, by_key: Mapping[str, tuple[Intent, Any]]) -> bool:
    """Whether a person has said that it never came in, and had it sent anew: then it counts no more."""
    return not hit.message.key.endswith(_suffix(by_key[hit.message.key][1]["resend"]))


def _suffix(resend: int) -> str:
    return f"-{resend}" if resend else ""


def _moves(
    before: Mapping[Intent, Any], after: Mapping[Intent, Any], erased: Collection[int]
) -> Iterator[str]:
    for intent, row in before.items():
        if intent.customer in erased:
            if intent in after:
                yield f"S13 {intent.id} is there still"
        elif intent not in after:
            yield f"S9 {intent.id} is gone"
        elif not _may(old := M(row["status"]), new := M(after[intent]["status"])):
            yield f"S9 {intent.id} went from {old.word} to {new.word}"


@cache
def _may(old: M, new: M) -> bool:
    """Whether moves forward lead from one to the other, if it is another."""
    reached, edge = {old} | _FORWARD[old], set(_FORWARD[old])
    while edge:
        edge = {status for one in edge for status in _FORWARD[one]} - reached
        reached |= edge
    return new in reached


def _at_the_end(world: World) -> Iterator[str]:
    rows = world.rows()
    for row in rows:
        status = M(row["status"])
        if status is M.SENDING or (status is M.READY and row["lease_until"] is not None):
            yield f"L1 {row['customer']} {status.word} after all is calm"
        if status in (M.WAITING, M.READY) and (row["until"] is None or row["until"] <= world.now):
            yield f"L2 {row['customer']} {status.word} and could go"
    open_ones = {tuple(row[name] for name in Intent._fields[:5]) for row in rows if row["status"] < M.UNKNOWN}
    with world.people.read() as connection:
        active = connection.execute(sa.select(enrolment).where(enrolment.c.status == ACTIVE)).mappings()
        for one in active:
            visit = tuple(one[name] for name in Intent._fields[:5])
            if one["pending"] and visit not in open_ones:
                yield f"L2 {visit} waits for messages that are done"
        yield from _of_inbox(world, connection)
        if not is_whole(connection, 2**62):
            yield "S9 the trail is not whole"
    yield from _of_storage(world)
    yield from _of_traffic(world)


def _of_traffic(world: World) -> Iterator[str]:
    """Whatever left and arrived is counted once, also of those who were erased since."""
    counted = "SELECT coalesce(sum(sent), 0), coalesce(sum(delivered), 0) FROM traffic"
    there = "SELECT count(sent_at), count(CASE WHEN sent_at AND status = 6 THEN 1 END) FROM message"
    (counts,), (numbers,) = world.ask(counted), world.ask(there)
    pairs = list(zip(counts, numbers, strict=True))
    if any(one < other or (one > other and not world.notes.erased) for one, other in pairs):
        yield f"S11 sent and delivered are counted as {pairs}"


def _of_storage(world: World) -> Iterator[str]:
    """The file is whole, what happened is in it once, and the log of writes is short."""
    if [row[0] for row in world.ask("PRAGMA integrity_check")] != ["ok"]:
        yield "S11 the file is damaged"
    if world.ask("PRAGMA foreign_key_check"):
        yield "S11 something refers to nothing"
    visits = {row[0]: row[1] for row in world.ask("SELECT customer, count(*) FROM event_visit GROUP BY 1")}
    said = {number: count for number, count in world.notes.visits.items() if number not in world.notes.erased}
    if visits != said:
        yield f"S6 visits stored: {visits}, visits said: {said}"
    for row in world.ask(
        "SELECT channel, id FROM reply_of GROUP BY channel, id, customer HAVING count(*) > 1"
    ):
        yield f"S6 a reply was taken twice: {tuple(row)}"
    log = world.path.with_name(f"{world.path.name}-wal")
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        yield "L5 the log of writes has grown"


def _of_inbox(world: World, connection: sa.Connection) -> Iterator[str]:
    """What was told has been taken, and what was taken has been applied; silence is told."""
    by_key = keys_of(world, {intent_of(row): row for row in world.rows()})
    stored = {row.id: row for row in connection.execute(sa.select(receipt))}
    ends = [
        row for row in stored.values() if row.fate == Fate.APPLIED and row.says in {"delivered", "failed"}
    ]
    for intent, count in Counter(
        Intent(*(getattr(row, name) for name in Intent._fields)) for row in ends
    ).items():
        if count > 1:
            yield f"S7 {count} last words about {intent.id} were applied"
    references = {row["reference"] for row in world.rows()} - {None}
    for _, told in world.gateway.told:
        row = stored.get(told.id)
        meant = by_key.get((told.ref or "").partition(".")[0])
        if told_of(world, told) in world.notes.gone:
            continue
        if row is None:
            yield f"L3 receipt {told.id} was told and never taken"
        elif row.fate == Fate.ORPHAN and (meant is not None or told.reference in references):
            yield f"L3 receipt {told.id} found no message"
        elif meant is not None and told.says == "delivered" and meant[1]["status"] not in _ENDED:
            yield f"L3 receipt {told.id} was taken, and its message is {M(meant[1]['status']).word}"
    for row in world.rows():
        late = row["status"] == M.SENT and row["sent_at"] <= world.now - SILENT_AFTER
        if late and row["because"] is None:
            yield f"L2 {row['customer']} sent long ago, and nothing is said of the receipt"


_ENDED = (M.DELIVERED, M.FAILED, M.DROPPED, M.CANCELLED)
