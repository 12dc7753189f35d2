"""How the editions stand to which a batch's messages belong, and who of them is among the first.

Places in a sample or a pilot are taken in the order of customers, and of one customer's in the order in which they
compete. Both are counted in the transaction that decides, so that there is never one too many.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from engine.conditions import moments
from engine.permits.facts import Sender
from engine.permits.given import Facts, Go, Hold, Pilot, Verdict, Wait
from engine.plans.work import Work
from engine.plans.working import wanted
from engine.storage.edition_tables import FAILED, OPEN, PILOTED_MESSAGE, SAMPLED_MESSAGE, edition
from engine.storage.keys import Intent
from engine.storage.schema import message
from engine.storage.states import MessageStatus


@dataclass(slots=True)
class Standing:
    """How an edition stands: its `pilot`, how many are in the sample, how many hold a place of the pilot."""

    pilot: int
    stopped: bool
    sampled: int = 0
    piloted: int = 0


@dataclass(slots=True)
class Editions:
    """The editions of a batch by number. `awaited`: those for whose pilot a message of the batch waits."""

    standings: dict[int, Standing] = field(default_factory=dict)
    awaited: set[int] = field(default_factory=set)

    def takes_more(self, sender: Sender) -> bool:
        """Whether it matters which messages of a send come first."""
        standing = self._of(sender)
        if standing is None:
            return False
        return _room_in_sample(sender, standing) or _pilot(sender, standing) == "open"

    def told(self, sender: Sender, facts: Facts) -> Facts:
        """Facts with what is watched."""
        standing = self._of(sender)
        if standing is None:
            return facts
        sampled = facts.sampled or (not facts.approved and _room_in_sample(sender, standing))
        return replace(facts, sampled=sampled, pilot=_pilot(sender, standing), stopped=standing.stopped)

    def take(self, sender: Sender, verdict: Verdict, *, known: bool, goes: bool = True) -> None:
        """Count a message that was decided on. `known`: it was of the sample before; `goes`: its text lets it go."""
        standing = self._of(sender)
        if standing is None:
            return
        if isinstance(verdict, Hold) and verdict.sampled and not known:
            standing.sampled += 1
        elif isinstance(verdict, Go) and verdict.piloted and goes:
            standing.piloted += 1

    def wait(self, sender: Sender, verdict: Verdict) -> None:
        """Note who waits for a pilot."""
        if (
            sender.edition is not None
            and isinstance(verdict, Wait)
            and verdict.because == sender.rule.watch.pilot.text
        ):
            self.awaited.add(sender.edition)

    def keep(self, work: Work) -> None:
        """Remember for which pilots somebody waits, and how many places of each this run has seen taken."""
        for number, standing in self.standings.items():
            work.places[number] = max(work.places.get(number, 0), standing.piloted)
        if self.awaited:
            own = (edition.c.edition.in_(sorted(self.awaited)), edition.c.rest.is_(sa.false()))
            work.connection.execute(edition.update().where(*own).values(rest=True))

    def _of(self, sender: Sender) -> Standing | None:
        return None if sender.edition is None else self.standings.get(sender.edition)


def _room_in_sample(sender: Sender, standing: Standing) -> bool:
    return standing.sampled < sender.rule.policy.sample


def _pilot(sender: Sender, standing: Standing) -> Pilot:
    wanted_first = sender.rule.policy.pilot
    if wanted_first is None or standing.pilot not in (OPEN, FAILED):
        return "none"
    if standing.pilot == FAILED:
        return "failed"
    return "open" if standing.piloted < wanted_first[0] else "full"


def editions_of(
    connection: sa.Connection,
    senders: Collection[Sender],
    seen: Mapping[int, int] | None = None,
    *,
    marking: bool = False,
) -> Editions:
    """The editions to which messages of these sends belong. `marking`: those in `wanted` hold no place themselves.

    `seen`: of pilots, how many places a run under way has seen taken.

    A place that somebody gives back in a run is taken again in the next one: who takes it depends on no batch then.
    """
    numbers = sorted({sender.edition for sender in senders if sender.edition is not None})
    if not numbers:
        return Editions()
    rows = connection.execute(
        sa.select(edition.c.edition, edition.c.pilot, edition.c.stopped_at).where(
            edition.c.edition.in_(numbers)
        )
    )
    found = {number: Standing(pilot, stopped is not None) for number, pilot, stopped in rows}
    for number, count in connection.execute(_counted(numbers, SAMPLED_MESSAGE)):
        found[number].sampled = count
    undecided = [number for number, standing in found.items() if standing.pilot == OPEN]
    if undecided:
        for number, count in connection.execute(_counted(undecided, *_placed(marking=marking))):
            found[number].piloted = count
    for number, standing in found.items():
        standing.piloted = max(standing.piloted, (seen or {}).get(number, 0))
    return Editions(found)


def _counted(numbers: list[int], *which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    rows = sa.select(message.c.edition, sa.func.count()).where(message.c.edition.in_(numbers), *which)
    return rows.group_by(message.c.edition)


def _placed(*, marking: bool) -> list[sa.ColumnElement[bool]]:
    found = [PILOTED_MESSAGE, holds_a_place()]
    if marking:
        same = [wanted.c[name] == message.c[name] for name in Intent._fields]
        found.append(~sa.exists(sa.select(wanted.c.customer).where(*same)))
    return found


def holds_a_place() -> sa.ColumnElement[bool]:
    """That a message of a pilot may leave, is on its way or has left, whatever came of it."""
    first, last = (moments.integer(status) for status in (MessageStatus.READY, MessageStatus.FAILED))
    return message.c.status.between(first, last)
