"""Findings that are not told: those that a comment allows, and those that follow from a mistake told already."""

from collections.abc import Iterable, Iterator
from re import compile as pattern

from dsl.diagnostics import Diagnostic
from dsl.tree.statements import File

_ALLOW = pattern(r"#+\s*allow\s*[:：]\s*(.+)")
_SLUG = pattern(r"[a-z][a-z-]*")
_WORD = pattern(r"\w+")
_OF_NAMES = frozenset({"unknown-name", "unknown-variable", "missing-channel"})
_OF_ABSENCE = frozenset(
    {
        "missing-policy",
        "no-way-out",
        "task-without-deadline",
        "task-without-outcome",
        "unreachable-state",
        "unused",
    }
)


def heard(found: Iterable[Diagnostic], files: Iterable[File]) -> Iterator[Diagnostic]:
    """The findings without those that a comment on their line, or alone on the line above, allows.

    A comment behind the end of a text over lines counts for its beginning. Errors are never silenced.
    """
    allowed = {(file.source.name, line, slug) for file in files for line, slug in _allowances(file)}
    for item in found:
        name, last = item.span.source.name, item.span.source.place(item.span.end)[0]
        lines = {(name, item.span.line, item.slug), (name, last, item.slug)}
        if item.severity == "error" or lines.isdisjoint(allowed):
            yield item


def independent(found: Iterable[Diagnostic], flaws: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings that do not follow from a line with a flaw, which the parser has left out.

    Not told: names that stand on such a line, and whatever the same file seems to lack.
    """
    flaws = tuple(flaws)
    flawed = frozenset(flaw.span.source.name for flaw in flaws)
    lost = frozenset(word for flaw in flaws for word in _WORD.findall(_lines(flaw)))
    for item in found:
        follows = item.slug in _OF_ABSENCE and (
            item.span.source.name in flawed or (item.slug == "unused" and flawed)
        )
        named = item.slug in _OF_NAMES and not lost.isdisjoint(_WORD.findall(item.span.text))
        if not follows and not named:
            yield item


def _lines(item: Diagnostic) -> str:
    """The whole lines at which a finding points."""
    source = item.span.source
    last = source.place(item.span.end)[0]
    return "\n".join(source.line(number) for number in range(item.span.line, last + 1))


def _allowances(file: File) -> Iterator[tuple[int, str]]:
    """Lines with a slug allowed on them."""
    for comment in file.comments:
        match = _ALLOW.match(comment.text)
        if match is None:
            continue
        line, column = file.source.place(comment.offset)
        alone = not file.source.line(line)[: column - 1].strip()
        for slug in _SLUG.findall(match[1]):
            yield (line + 1 if alone else line), slug
