"""Titles where names belong: `policy "服务通知"`, `-> 提前七天`. Says which name has that title.

Looks at all files of a rule set, since a policy and the journeys under it seldom stand in one. Knows no grammar.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from re import compile as pattern

from dsl.diagnostics import Diagnostic
from dsl.tree.journeys import EndTitle, JourneyDecl, StageDecl, StateDecl, Task
from dsl.tree.statements import (
    BenefitDecl,
    CustomerDecl,
    EventDecl,
    Field,
    File,
    MessageDecl,
    PolicyDecl,
    RecordDecl,
)
from dsl.wording import say

_KINDS = (
    *("policy policy under with", "message send sent waiting script", "benefit grant granted approve refuse"),
    *("journey journey begin", "stage stage", "state state ->", "event on event emit", "record for given"),
    *("task task finish", "outcome as ended", "choice =", "attribute when and or not set"),
)
_WANTED: Mapping[str, tuple[str, ...]] = {
    word: tuple(kind.split()[0] for kind in _KINDS if word in kind.split()[1:])
    for kind in _KINDS
    for word in kind.split()[1:]
}
"""What a name stands for, by the word before it."""

_BEFORE = pattern(r"(\w+|->|=)\s*$")
_FAR = 40  # characters before a name in which the word before it is looked for

Titles = Mapping[str, tuple[tuple[str, str], ...]]
"""By title: kinds and names that have it."""


def with_names(found: Iterable[Diagnostic], files: Iterable[File]) -> Iterator[Diagnostic]:
    """The findings; those about a title where a name belongs with the name as their hint."""
    found = tuple(found)
    titles = _titles(files) if any(item.slug in ("syntax", "unknown-name") for item in found) else {}
    for item in found:
        name = _named(item, titles)
        if name is None:
            yield item
        else:
            title = item.span.text.strip('"“”')
            yield replace(
                item, hint=say("`{title}` is the title of `{name}`: write `{name}`.", title=title, name=name)
            )


def _named(item: Diagnostic, titles: Titles) -> str | None:
    if item.slug not in ("syntax", "unknown-name"):
        return None
    known = titles.get(item.span.text.strip('"“”'), ())
    start = item.span.start
    before = _BEFORE.search(item.span.source.text, max(0, start - _FAR), start) if known else None
    kinds = _WANTED.get(before[1], ()) if before is not None else ()
    return next((name for kind, name in known if kind in kinds and name != item.span.text), None)


def _titles(files: Iterable[File]) -> Titles:
    titles: dict[str, tuple[tuple[str, str], ...]] = {}
    for title, kind, name in (entry for file in files for entry in _entries(file)):
        if title:
            titles[title] = (*titles.get(title, ()), (kind, name))
    return titles


def _entries(file: File) -> Iterator[tuple[str | None, str, str]]:
    """Titles of a file, each with the kind and the name of what has it."""
    for item in file.statements:
        match item:
            case PolicyDecl():
                yield item.title, "policy", item.name.text
            case MessageDecl():
                yield item.title, "message", item.name.text
            case BenefitDecl():
                yield item.title, "benefit", item.name.text
            case CustomerDecl():
                yield from ((one.title, "attribute", one.name.text) for one in item.fields)
                yield from _of_choices(item.fields)
            case EventDecl():
                yield item.title, "event", item.name.text
                yield from _of_choices(item.fields)
            case RecordDecl():
                yield item.title, "record", item.name.text
                yield from _of_choices(item.fields)
            case JourneyDecl():
                yield item.title, "journey", item.name.text
                yield from _of_journey(item)


def _of_choices(fields: Iterable[Field]) -> Iterator[tuple[str | None, str, str]]:
    return ((one.title, "choice", one.name.text) for field in fields for one in field.type.choices)


def _of_journey(journey: JourneyDecl) -> Iterator[tuple[str | None, str, str]]:
    for item in journey.items:
        if isinstance(item, EndTitle):
            yield item.title, "outcome", item.outcome.text
        if isinstance(item, StageDecl):
            yield item.title, "stage", item.name.text
        for state in item.items if isinstance(item, StageDecl) else (item,):
            if isinstance(state, StateDecl):
                yield state.title, "state", state.name.text
                for task in (task for task in state.items if isinstance(task, Task)):
                    yield task.title, "task", task.name.text
                    yield from ((one.title, "outcome", one.name.text) for one in task.outcomes)
