"""`# allow: slug` comments: which findings of which lines a rule writer has heard already."""

from collections.abc import Iterable, Iterator
from re import compile as pattern

from dsl.diagnostics import Diagnostic
from dsl.tree import File

_ALLOW = pattern(r"#+\s*allow\s*[:：]\s*(.+)")
_SLUG = pattern(r"[a-z][a-z-]*")


def heard(found: Iterable[Diagnostic], files: Iterable[File]) -> Iterator[Diagnostic]:
    """The findings without those that a comment on their line, or alone on the line above, allows.

    Errors are never silenced.
    """
    allowed = {
        (file.source.name, line, slug)
        for file in files
        for line, slugs in _allowances(file)
        for slug in slugs
    }
    for item in found:
        line = (item.span.source.name, item.span.line, item.slug)
        if item.severity == "error" or line not in allowed:
            yield item


def _allowances(file: File) -> Iterator[tuple[int, list[str]]]:
    """Lines with the slugs allowed on them."""
    for comment in file.comments:
        match = _ALLOW.match(comment.text)
        if match is None:
            continue
        slugs = _SLUG.findall(match[1])
        line, column = file.source.place(comment.offset)
        yield line, slugs
        if not file.source.line(line)[: column - 1].strip():
            yield line + 1, slugs
