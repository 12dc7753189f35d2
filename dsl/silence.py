"""Findings that are not told: those that a comment allows, and those that follow from a mistake told already."""

from collections.abc import Iterable, Iterator
from re import compile as pattern

from dsl.diagnostics import Diagnostic
from dsl.near import nearest
from dsl.slugs import SLUGS
from dsl.source import Source, Span
from dsl.texts.letters import letter_path
from dsl.tree.statements import File, MessageDecl
from dsl.wording import say

_ALLOW = pattern(r"#+\s*allow\s*[:：]\s*(.+)")
_ALLOW_INSIDE = pattern(r"\{#-?\s*allow\s*[:：]\s*([^#]+?)-?#\}")
_SLUG = pattern(r"[a-z][a-z-]*")
_WORD = pattern(r"\w+")
_OF_NAMES = frozenset({"unknown-name", "unknown-variable", "missing-channel"})
_OF_ABSENCE = frozenset(
    {
        "missing-policy",
        "no-expectation",
        "no-limit",
        "no-next-step",
        "no-way-out",
        "required-text",
        "task-without-deadline",
        "task-without-outcome",
        "unreachable-state",
        "unused",
    }
)

_OF_STYLE = frozenset({"pressure-words", "blaming-words", "over-promise"})

_OF_CONDITIONS = frozenset({"never-true", "always-true", "shadowed-transition"})
"""What may not be so once every name and type in the condition is right."""

_WHOLE = 0
"""Stands for every line of a file."""

_Place = tuple[str, int, str]
"""File, line and slug."""

_OF_WHAT_IS_READ = frozenset({"type-mismatch", "syntax"})
"""What may not be so once the line is read as it is meant."""


def heard(found: Iterable[Diagnostic], files: Iterable[File]) -> Iterator[Diagnostic]:
    """The findings without those that a comment on their line, or alone on the line above, allows.

    A comment at the beginning or the end of a text over lines, or of the line that names a letter, counts for all of
    it; inside texts a comment is written `{# allow: … #}`. Errors are not silenced.
    """
    files, found = tuple(files), tuple(found)
    allowed = {place for file in files for place in _allowances(file)}
    letters = {item.span.source for item in found} - {file.source for file in files}
    allowed |= {place for letter in letters for place in _in_templates(letter)}
    for item in found:
        name, first = item.span.source.name, item.span.line
        last = item.span.source.place(item.span.end)[0]
        places = {(name, line, item.slug) for line in (first, last, _WHOLE)}
        if places.isdisjoint(allowed) or item.severity == "error":
            yield item


def misspelt(files: Iterable[File]) -> Iterator[Diagnostic]:
    """Comments that would allow something if the word in them were the slug of a finding."""
    for file in files:
        for comment in file.comments:
            match = _ALLOW.match(comment.text)
            word = match[1].strip() if match is not None else ""
            if _SLUG.fullmatch(word) and word not in SLUGS:
                start = comment.offset + comment.text.rindex(word)
                message = say("There is no finding called `{name}`, so that this allows nothing.", name=word)
                near = nearest(word, SLUGS)
                hint = say("Did you mean `{name}`?", name=near) if near is not None else _NAMED
                yield Diagnostic(
                    "unknown-name", "warning", Span(file.source, start, start + len(word)), message, hint
                )


_NAMED = say("Write the word that stands in brackets before a finding, such as `unused`.")


def independent(
    found: Iterable[Diagnostic], flaws: Iterable[Diagnostic], files: Iterable[File]
) -> Iterator[Diagnostic]:
    """The findings that do not follow from others.

    Not told: names and values that stand on a line with a flaw, of which the parser has left something out, and names
    that such a statement, or a file that could not be read, may declare; whatever the same file seems to lack;
    advice on words that a policy forbids.
    """
    flaws, files = tuple(flaws), tuple(files)
    flawed = frozenset(flaw.span.source.name for flaw in flaws)
    lost = _lost(flaws, files)
    found = tuple(found)
    flawed_lines = {place for flaw in flaws for place in _touched(flaw.span)}
    wrong = (item.span for item in found if item.slug in ("unknown-name", "type-mismatch"))
    wrong_lines = flawed_lines.union(_touched(*wrong))
    forbidden = [item.span for item in found if item.slug == "forbidden-text"]
    for item in found:
        if item.slug in _OF_STYLE and any(_overlap(item.span, span) for span in forbidden):
            continue
        if item.slug in _OF_WHAT_IS_READ and not flawed_lines.isdisjoint(_touched(item.span, *item.also)):
            continue
        if item.slug in _OF_CONDITIONS and not wrong_lines.isdisjoint(_touched(item.span, *item.also)):
            continue
        follows = item.slug in _OF_ABSENCE and (
            item.span.source.name in flawed or (item.slug == "unused" and flawed)
        )
        named = item.slug in _OF_NAMES and not lost.isdisjoint(_WORD.findall(item.span.text))
        if not follows and not named:
            yield item


def _lost(flaws: tuple[Diagnostic, ...], files: tuple[File, ...]) -> frozenset[str]:
    """Names that may be declared where something is wrong."""
    read = {file.source.name for file in files}
    unread = {flaw.span.source for flaw in flaws} - {file.source for file in files}
    words = (word for flaw in flaws for word in _WORD.findall(_lines(flaw)))
    others = (word for source in unread if source.name not in read for word in _WORD.findall(source.text))
    return frozenset().union(words, others, *(file.lost for file in files))


def _touched(*spans: Span) -> set[tuple[str, int]]:
    """The lines of some places, each with its file."""
    return {
        (span.source.name, line)
        for span in spans
        for line in range(span.line, span.source.place(span.end)[0] + 1)
    }


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end and one.source.name == other.source.name


def _lines(item: Diagnostic) -> str:
    """The whole lines at which a finding points."""
    source = item.span.source
    last = source.place(item.span.end)[0]
    return "\n".join(source.line(number) for number in range(item.span.line, last + 1))


def _allowances(file: File) -> Iterator[_Place]:
    """Lines with a slug allowed on them."""
    told = {*_in_comments(file), *_in_templates(file.source)}
    yield from told
    for message in (item for item in file.statements if isinstance(item, MessageDecl)):
        for variant in message.variants:
            first, last = variant.span.line, file.source.place(variant.span.end)[0]
            slugs = {slug for _, line, slug in told if line in (first, last)}
            yield from ((file.source.name, line, slug) for line in range(first, last + 1) for slug in slugs)
            if variant.file is not None:
                yield from ((str(letter_path(variant.file)), _WHOLE, slug) for slug in slugs)


def _in_comments(file: File) -> Iterator[_Place]:
    for comment in file.comments:
        match = _ALLOW.match(comment.text)
        if match is not None:
            yield from _allowed(file.source, comment.offset, match[1])


def _in_templates(source: Source) -> Iterator[_Place]:
    for match in _ALLOW_INSIDE.finditer(source.text):
        yield from _allowed(source, match.start(), match[1])


def _allowed(source: Source, offset: int, slugs: str) -> Iterator[_Place]:
    """What a comment allows on its line, and on the next one when it stands alone."""
    line, column = source.place(offset)
    alone = not source.line(line)[: column - 1].strip()
    for slug in _SLUG.findall(slugs):
        yield source.name, line, slug
        if alone:
            yield source.name, line + 1, slug
