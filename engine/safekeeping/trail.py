"""Whether the trail is whole: no row changed, taken out, put in or moved, and its end is where the anchor knows it.

Who may write the database alone cannot change it unseen. Who may read the key as well can; then only a head that was
kept elsewhere tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.projects.project import Project
from engine.safekeeping.anchor import Anchor, folder_of, read_anchor
from engine.storage.audit import ERASED, NOTE_STRUCK, TRAIL_CUT, Head
from engine.storage.chain import NO_MAC, Link, digest_of_note, mac_of, same
from engine.storage.schema import audit
from engine.storage.trail_key import trail_key
from engine.wording import say

MOST = 20
"""Findings told; after one row has been changed by somebody else every word of the rest may be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong. `row`: the number of the row it is about, if it is about one."""

    row: int | None
    what: Phrase


@dataclass(frozen=True, slots=True)
class Checked:
    """A trail that was read from end to end. `anchored`: the last row that the anchor knows.

    `first`: number and instant of the row that it begins with, where the ones before were forgotten by rule.
    """

    rows: int
    head: Head
    anchored: int
    findings: tuple[Finding, ...]
    first: tuple[int, int] | None = None


def check_trail(project: Project, elsewhere: Head | None = None) -> Checked:
    """Read the whole trail. `elsewhere`: a head that was kept in another place."""
    with project.store.read() as connection:
        checking = _Checking(trail_key(connection), _struck(connection))
        columns = sa.select(audit).order_by(audit.c.seq)
        findings = list(checking.chain(connection, connection.execute(columns)))
        cut, first = _beginning(connection), connection.execute(_FIRST).first()
        anchor = read_anchor(folder_of(project), checking.key)
    findings += _against(checking, anchor)
    if elsewhere is not None and elsewhere.seq <= cut.seq:
        findings.append(
            Finding(None, say("row {row} was forgotten by rule: keep a newer head", row=elsewhere.seq))
        )
    elif elsewhere is not None:
        findings += _known(checking, {elsewhere.seq: elsewhere.mac}, say("the head that was kept elsewhere"))
    anchored = 0 if anchor is None else anchor.last.seq
    told = (first.seq, first.at) if cut.seq and first is not None else None
    return Checked(checking.count, checking.last, anchored, tuple(findings[:MOST]), told)


def forgotten_up_to(connection: sa.Connection) -> int:
    """The last row that was forgotten by rule; 0 when none was."""
    return _beginning(connection).seq


def is_whole(connection: sa.Connection, last: int) -> bool:
    """Whether the trail is whole up to a row."""
    rows = sa.select(audit).where(audit.c.seq <= last).order_by(audit.c.seq)
    checking = _Checking(trail_key(connection), _struck(connection))
    return not any(True for _ in checking.chain(connection, connection.execute(rows)))


_FIRST = sa.select(audit.c.seq, audit.c.at).order_by(audit.c.seq).limit(1)


@dataclass(frozen=True, slots=True)
class _Struck:
    """Whose notes were struck, up to which row, and which single ones."""

    customers: Mapping[int, int]
    rows: frozenset[int]


def _struck(connection: sa.Connection) -> _Struck:
    erased = sa.select(audit.c.customer, sa.func.max(audit.c.seq)).where(audit.c.verb == ERASED)
    erased = erased.where(audit.c.customer.is_not(None)).group_by(audit.c.customer)
    single = sa.select(audit.c.what).where(audit.c.verb == NOTE_STRUCK)
    rows = (text for text in connection.scalars(single) if text and text.isdecimal())
    return _Struck({row[0]: row[1] for row in connection.execute(erased)}, frozenset(map(int, rows)))


@dataclass(slots=True)
class _Checking:
    """The rows one by one. `macs`: of those that there are."""

    key: bytes
    struck: _Struck
    count: int = 0
    last: Head = Head()  # noqa: RUF009  # frozen
    macs: dict[int, str] | None = None

    def chain(self, connection: sa.Connection, rows: sa.CursorResult[Any]) -> Iterator[Finding]:
        """What is wrong with the chain."""
        self.macs, known = {}, _beginning(connection)
        before, expected = known.mac, known.seq + 1
        for row in rows:
            self.count += 1
            follows = row.seq == expected
            if not follows:
                yield from _missing(expected, row.seq)
            elif not same(row.mac, mac_of(self.key, before, _link(row))):
                yield Finding(row.seq, say("row {row}: not as it was written", row=row.seq))
            yield from self._note(row)
            self.macs[row.seq] = before = row.mac
            expected, self.last = row.seq + 1, Head(row.seq, row.mac)

    def _note(self, row: Any) -> Iterator[Finding]:
        if row.digest is None:
            if row.because is not None:
                yield Finding(row.seq, say("row {row}: a note was put in", row=row.seq))
        elif row.because is None:
            if row.seq not in self.struck.rows and row.seq > self.struck.customers.get(row.customer, -1):
                yield Finding(row.seq, say("row {row}: its note is gone", row=row.seq))
        elif not same(row.digest, digest_of_note(self.key, row.salt or "", row.because)):
            yield Finding(row.seq, say("row {row}: its note was changed", row=row.seq))


def _link(row: Any) -> Link:
    return Link(row.seq, row.at, row.actor, row.verb, row.customer, row.what, row.digest)


def _missing(expected: int, found: int) -> Iterator[Finding]:
    if found == expected + 1:
        yield Finding(expected, say("row {row}: it is gone", row=expected))
    else:
        yield Finding(expected, say("rows {row} to {last}: they are gone", row=expected, last=found - 1))


def _beginning(connection: sa.Connection) -> Head:
    """What stood before the first row: nothing, or the last row that was forgotten by rule."""
    told = sa.select(audit.c.what).where(audit.c.verb == TRAIL_CUT).order_by(audit.c.seq.desc()).limit(1)
    seq, _, mac = (connection.scalar(told) or "").partition(" ")
    return Head(int(seq), mac) if seq.isdecimal() else Head(0, NO_MAC)


def _against(checking: _Checking, anchor: Anchor | None) -> Iterator[Finding]:
    if anchor is None:
        if checking.count:
            yield Finding(None, say("homing.anchor is gone: nobody can tell whether the end was cut off"))
        return
    for number in anchor.bad:
        yield Finding(None, say("homing.anchor, line {line}: not as it was written", line=number))
    yield from _known(checking, anchor.heads, say("homing.anchor"))


def _known(checking: _Checking, heads: Mapping[int, str], where: Phrase) -> Iterator[Finding]:
    macs = checking.macs or {}
    later = [seq for seq in heads if seq > checking.last.seq]
    if later:
        yield Finding(
            checking.last.seq + 1,
            say(
                "rows {row} to {last}: they are gone; {where} knows them",
                row=checking.last.seq + 1,
                last=max(later),
                where=where,
            ),
        )
    for seq, mac in heads.items():
        if seq in macs and not same(macs[seq], mac):
            yield Finding(seq, say("row {row}: not the one that {where} knows", row=seq, where=where))
