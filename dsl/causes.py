"""Findings that have one cause: told once, and the cause before what comes of it. Knows no checks."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dsl.diagnostics import Diagnostic
from dsl.names.catalog import Catalog
from dsl.source import Span
from dsl.tree.journeys import ForSubject, JourneyDecl
from dsl.tree.statements import File
from dsl.wording import Series, say

_OF_NAMES = ("unknown-name", "unknown-variable")


def by_cause(found: Iterable[Diagnostic], files: Iterable[File], catalog: Catalog) -> tuple[Diagnostic, ...]:
    """The findings in the order in which to mend them: what makes others by itself, then by file and place."""
    found = tuple(found)
    return tuple(sorted((*_empty(found, files), *_without_subject(found, catalog)), key=_order))


def _order(item: Diagnostic) -> tuple[bool, str, int, int, str]:
    return not _is_cause(item), item.span.source.name, item.span.start, item.span.end, item.slug


_DECLARED = frozenset({"event", "record", "audience", "value", "message", "policy", "benefit", "journey"})


def _is_cause(item: Diagnostic) -> bool:
    """Whether a declaration is left out since there is another of its name, so that what it holds seems unused."""
    twice = item.slug == "duplicate-name" and item.severity == "error"
    return twice and item.message.values.get("kind") in _DECLARED


def _empty(found: tuple[Diagnostic, ...], files: Iterable[File]) -> Iterator[Diagnostic]:
    """Files without a word, where names are missing that they may have held."""
    if any(item.severity == "error" and item.slug in _OF_NAMES for item in found):
        for file in files:
            if not file.source.text.strip():
                yield Diagnostic("syntax", "warning", Span(file.source, 0, 0), say("This file is empty."))


@dataclass(frozen=True, slots=True)
class _Lack:
    """A journey for customers in which fields of records are named."""

    journey: JourneyDecl
    items: tuple[Diagnostic, ...]


def _without_subject(found: tuple[Diagnostic, ...], catalog: Catalog) -> Iterator[Diagnostic]:
    """The findings; for a journey that has no `for` and names fields of records, one instead of one for each name."""
    lacking = {item: lack for lack in _lacks(found, catalog) for item in lack.items}
    for item in found:
        lack = lacking.get(item)
        if lack is None:
            yield item
        elif lack.items[0] is item:
            yield _one_for(lack, catalog)


def _lacks(found: tuple[Diagnostic, ...], catalog: Catalog) -> Iterator[_Lack]:
    unknown = [item for item in found if item.slug == "unknown-name" and _records(item, catalog)]
    for journey in catalog.journeys.values() if unknown else ():
        inside = tuple(item for item in unknown if _inside(item.span, journey.span))
        if len(inside) > 1 and not any(isinstance(item, ForSubject) for item in journey.items):
            yield _Lack(journey, inside)


def _one_for(lack: _Lack, catalog: Catalog) -> Diagnostic:
    owner = Counter(name for item in lack.items for name in _records(item, catalog)).most_common(1)[0][0]
    fields = dict.fromkeys(item.span.text for item in lack.items)
    message = say(
        "The journey `{journey}` has no `for`, but {names} are fields of `{owner}`.",
        journey=lack.journey.name.text,
        names=Series(tuple(f"`{name}`" for name in fields)),
        owner=owner,
    )
    hint = say("Write `for {owner}` into it.", owner=owner)
    return Diagnostic("unknown-name", "error", lack.journey.name.span, message, hint)


def _records(item: Diagnostic, catalog: Catalog) -> tuple[str, ...]:
    """The record kinds that have a field of the name at which a finding points, or that it names."""
    owner, _, name = item.span.text.rpartition(".")
    return tuple(
        kind.name
        for kind in catalog.records.values()
        if owner in ("", kind.name) and any(field.name == name for field in kind.fields)
    )


def _inside(span: Span, other: Span) -> bool:
    return span.source is other.source and other.start <= span.start and span.end <= other.end
