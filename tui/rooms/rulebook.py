"""What the room Rules shows: the files beside the release in force, what is found in them, releases before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dsl.diagnostics import Diagnostic
from dsl.slugs import Severity, Slug
from dsl.source import Source
from dsl.syntax.load import SUFFIX
from dsl.syntax.pieces import pieces
from engine.errors import EngineError
from engine.projects.applying import refusal_to_apply
from engine.projects.candidate import Stamp, candidate, stamp
from engine.projects.project import Project
from engine.projects.releases import find_release
from engine.projects.rule_sets import RuleSet
from engine.scenarios.aside import Tried
from engine.scenarios.playing import Failure
from engine.storage.audit import By
from engine.views.releases import Past, releases, texts_of
from tui.widgets.sheet import AROUND, Line, Note, Sheet, Stretch, compared
from tui.wording import say, told

FILE, RELEASE, PLAN, TRIAL, FOUND = "file", "release", "plan", "trial", "found"
"""What a row of the list is about: the first word of its key."""

SIGNS: Mapping[Severity, str] = {"error": "✗", "warning": "!", "info": "i"}


@dataclass(frozen=True, slots=True)
class Disk:
    """The files as they were when they last changed. `found`: everything that is to be said of them."""

    stamp: Stamp
    rules: RuleSet
    found: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """`applied`, `digest`: of the release in force; without one there is nothing. `releases`: the newest first.

    `shown`: what `asked` is about. `refusal`: why who works here may not apply rules.
    """

    asked: str
    disk: Disk
    applied: Mapping[str, str]
    digest: str
    releases: tuple[Past, ...]
    shown: Sheet | None
    refusal: EngineError | None

    @property
    def same(self) -> bool:
        """Whether the files are what is in force."""
        return self.digest == self.disk.rules.digest

    @property
    def changed(self) -> list[str]:
        """The files that say something else than the release in force."""
        texts = self.disk.rules.texts
        return [name for name in self.names if self.releases and texts.get(name) != self.applied.get(name)]

    @property
    def next_number(self) -> int:
        """The number that the files will have as a release."""
        return self.releases[0].number + 1 if self.releases else 1

    @property
    def names(self) -> list[str]:
        """All files there are or were, those of rules first."""
        found = {one.span.source.name for one in self.disk.found} - {""}
        names = self.disk.rules.texts.keys() | self.applied.keys() | found
        return sorted(names, key=lambda name: (not name.endswith(SUFFIX), name))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be shown: `asked`, a row's key. `known`: the files as they were. `tried`: how scenarios went."""

    asked: str
    known: Disk | None
    tried: Tried | None


def read_rulebook(project: Project, who: By, wish: Wish) -> Rulebook:
    """How things are; files are read and checked anew only where one was written since they were `known`."""
    known, now = wish.known, stamp(project)
    if known is None or known.stamp != now:
        known = Disk(now, *candidate(project))
    project.store.check_place()
    with project.store.read() as connection:
        release = find_release(connection, project.config)
        applied = {} if release is None else release.texts
        asked = wish.asked or f"{FILE} {_first(applied, known)}"
        kind, _, name = asked.partition(" ")
        shown = None
        if kind == FILE:
            old = known.rules.texts.get(name) if release is None else applied.get(name)
            shown = _file(name, old, known, failures_in(wish.tried, known, name))
        elif kind == RELEASE:
            shown = _release(name, texts_of(connection, int(name) - 1), texts_of(connection, int(name)))
        digest = "" if release is None else release.digest
        past = releases(connection, project.config.zone)
        refusal = refusal_to_apply(connection, project.config, who)
    return Rulebook(asked, known, applied, digest, past, shown, refusal)


def _first(applied: Mapping[str, str], disk: Disk) -> str:
    """The file to begin with: one with a mistake, one that was changed, any."""
    wrong = [one.span.source.name for one in disk.found if one.severity == "error"]
    texts = disk.rules.texts
    changed = [name for name in sorted(texts.keys() | applied.keys()) if texts.get(name) != applied.get(name)]
    return next(iter([*wrong, *changed, *sorted(texts)]), "")


def found_in(disk: Disk, name: str) -> list[Diagnostic]:
    """What is found in a file."""
    return [one for one in disk.found if one.span.source.name == name]


def failures_in(tried: Tried | None, disk: Disk, name: str) -> list[Failure]:
    """The steps of a file's scenarios that went otherwise, if these very files were tried."""
    if tried is None or tried.digest != disk.rules.digest:
        return []
    found = [failure for one in tried.failed if one.file == name for failure in one.failures]
    return sorted(found, key=lambda failure: failure.line)


@dataclass(frozen=True, slots=True)
class Spot:
    """Something that one is led to: where it is, and what kind of finding it is; None: a step that went otherwise."""

    file: str
    key: str
    line: int
    slug: Slug | None


def spots(book: Rulebook, tried: Tried | None) -> list[Spot]:
    """Everything that is wrong: what is found in the files, then how their scenarios failed."""
    found = [Spot(one.span.source.name, key_of(one), one.span.line, one.slug) for one in book.disk.found]
    for name in book.names:
        for place, one in enumerate(failures_in(tried, book.disk, name)):
            found.append(Spot(name, _key_of(name, place, one), one.line, None))
    return found


def _key_of(name: str, place: int, one: Failure) -> str:
    return f"{name}:{one.line}:{place}"


def key_of(one: Diagnostic) -> str:
    """By which a finding is known on the screen."""
    return f"{one.span.source.name}:{one.span.start}:{one.span.end}:{one.slug}"


def _file(name: str, old: str | None, disk: Disk, failures: Iterable[Failure]) -> Sheet:
    found, new = found_in(disk, name), disk.rules.texts.get(name)
    lines = _lines(name, new or "")
    for one in found if new else ():
        lines = _underlined(lines, one)
    stretches = compared(lines if old == new else _lines(name, old or ""), lines)
    steps = (_step(name, place, one) for place, one in enumerate(failures))
    return Sheet(f"{FILE} {name}", tuple(stretches), (*map(_note, found), *steps))


def _release(number: str, old: Mapping[str, str], new: Mapping[str, str]) -> Sheet:
    """What a release changed, file by file."""
    found: list[Stretch] = []
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            heading = (Line(0, told(name), ((0, len(told(name)), "heading"),)),)
            found += compared(heading, heading)
            found += compared(_lines(name, old.get(name, "")), _lines(name, new.get(name, "")), around=AROUND)
    return Sheet(f"{RELEASE} {number}", tuple(found))


@lru_cache(maxsize=64)
def _lines(name: str, text: str) -> tuple[Line, ...]:
    """The lines of a text, with what its pieces are where it is one of rules."""
    source = Source(name, text)
    taken = pieces(source) if name.endswith(SUFFIX) else ()
    by_line: dict[int, list[tuple[int, int, str]]] = {}
    for one in taken:
        for number, start, end in _stretches(source, one.start, one.end):
            by_line.setdefault(number, []).append((start, end, one.look))
    rows = text.removesuffix("\n").split("\n") if text else []
    return tuple(_line(number, row, by_line.get(number, ())) for number, row in enumerate(rows, 1))


def _stretches(source: Source, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Line by line what characters take of it: number, from and up to which, counted from 0."""
    number, column = source.place(start)
    at = column - 1
    for row in source.text[start:end].split("\n"):
        yield number, at, at + len(row)
        number, at = number + 1, 0


def _line(number: int, row: str, looks: Iterable[tuple[int, int, str]]) -> Line:
    if row.isprintable():
        return Line(number, row, tuple(looks))
    ends = [0]
    for character in row:
        ends.append(ends[-1] + len(told(character)))
    return Line(number, told(row), tuple((ends[start], ends[end], look) for start, end, look in looks))


def _underlined(lines: tuple[Line, ...], one: Diagnostic) -> tuple[Line, ...]:
    """The lines with all that a finding is about underlined."""
    found = list(lines)
    for number, start, end in _stretches(one.span.source, one.span.start, one.span.end):
        if 0 < number <= len(found):
            found[number - 1] = _marked(found[number - 1], start, end)
    return tuple(found)


def _marked(line: Line, start: int, end: int) -> Line:
    """A line with a part underlined, but for the spaces that it begins with; not where hidden characters are."""
    start = max(start, len(line.text) - len(line.text.lstrip()))
    end = min(max(end, start + 1), len(line.text))
    if start >= end or not line.text.isprintable():
        return line
    cut = [part for piece in line.pieces for part in _without(piece, start, end)]
    return Line(line.number, line.text, tuple(sorted([*cut, (start, end, "wrong")])), line.mark)


def _without(piece: tuple[int, int, str], start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """What is left of a piece."""
    first, last, look = piece
    if first < min(last, start):
        yield first, min(last, start), look
    if max(first, end) < last:
        yield max(first, end), last, look


def _note(one: Diagnostic) -> Note:
    """A finding as lines: what is wrong, and what helps."""
    text = f"{SIGNS[one.severity]} {told(one.message)} [{one.slug}]"
    lines = [Line(0, text, ((0, len(text), one.severity),))]
    lines += [Line(0, hint, ((0, len(hint), "hint"),)) for hint in _helps(one)]
    return Note(one.span.line if one.span.source.text else 0, key_of(one), tuple(lines))


def _step(name: str, place: int, one: Failure) -> Note:
    """A step that went otherwise, and what happened instead."""
    text = f"{SIGNS['error']} {told(say('it went otherwise:'))}"
    lines = [Line(0, text, ((0, len(text), "error"),))]
    happened = (f"    {line}" for part in one.happened for line in told(part, lines=True).split("\n"))
    lines += [Line(0, line, ((0, len(line), "hint"),)) for line in happened]
    return Note(one.line, _key_of(name, place, one), tuple(lines))


def _helps(one: Diagnostic) -> Iterator[str]:
    if one.hint:
        yield f"  → {told(one.hint)}"
    for span in one.also:
        yield f"  → {told(say('see also {file}:{line}', file=span.source.name, line=span.line))}"
