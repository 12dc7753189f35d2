"""Conditions on birthdays that forget the year: a birthday lies in the past, what returns is `next(birthday)`."""

import re
from collections.abc import Iterator

from dsl.checks.conditions import children, wanted
from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.conditions import (
    Attribute,
    Compare,
    Cond,
    DaysUntil,
    Inside,
    Midnight,
    Named,
    RecordField,
    Today,
)
from dsl.wording import Phrase, say

_BIRTHDAY = re.compile(r"birth_?da(?:y|te)|date_of_birth|\bdob\b|生日|出生", re.IGNORECASE)


def check_birthdays(subject: Subject) -> Iterator[Diagnostic]:
    """`never-true` of birthdays that are looked for in the days to come."""
    for item in wanted(subject.model):
        yield from _within(item.cond)


def _within(cond: Cond) -> Iterator[Diagnostic]:
    if isinstance(cond, Named):
        return
    name, instead = _forgotten(cond)
    if name:
        message = say("`{name}` is the day of birth, years ago: it does not come again.", name=name)
        yield Diagnostic("never-true", "warning", cond.span, message, instead)
    else:
        for child in children(cond):
            yield from _within(child)


def _forgotten(cond: Cond) -> tuple[str, Phrase]:
    """The birthday whose year is forgotten, and what to write; an empty name where none is."""
    match cond:
        case Inside(subject=subject, direction="next", duration=duration):
            name = _birthday(subject)
            return name, say("Write `next({name}) within next {time}`.", name=name, time=duration)
        case (
            Compare(operator="=", left=left, right=Today()) | Compare(operator="=", left=Today(), right=left)
        ):
            name = _birthday(left)
            return name, say("Write `days until next({name}) = 0`.", name=name)
        case DaysUntil(operand=operand):
            name = _birthday(operand)
            return name, say("Write `days until next({name})`.", name=name)
    return "", say("")


def _birthday(cond: Cond) -> str:
    match cond:
        case Midnight(operand=operand):
            return _birthday(operand)
        case Attribute(name=name) | RecordField(name=name) if _BIRTHDAY.search(name):
            return name
    return ""
