"""The catalog: every declaration of a rule set by kind and name. Knows no expressions and no states.

Names are unique per kind over all files. A second declaration of a name is reported and left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from dsl.model.conditions import DATE, EMAIL, FLAG, MONEY, NUMBER, PHONE, TEXT, TIME, Type
from dsl.model.known_events import BUILTIN_EVENTS
from dsl.model.model import EventKind, Field, RecordKind
from dsl.names.outline import Outline, outline
from dsl.report import Report
from dsl.source import Span
from dsl.tree.expressions import Name
from dsl.tree.journeys import JourneyDecl, Outcome
from dsl.tree.scenarios import ScenarioDecl
from dsl.tree.statements import (
    AudienceDecl,
    BenefitDecl,
    CalendarDecl,
    Choice,
    CustomerDecl,
    EventDecl,
    File,
    MessageDecl,
    PolicyDecl,
    RecordDecl,
    Statement,
    TypeRef,
    ValueDecl,
)
from dsl.tree.statements import Field as FieldDecl
from dsl.wording import Phrase, say

_PLAIN: Mapping[str, Type] = {
    item.kind: item for item in (TEXT, NUMBER, MONEY, FLAG, DATE, TIME, PHONE, EMAIL)
}


@dataclass(frozen=True, slots=True)
class Catalog:
    """What rules may name. `journeys` are trees still; `outlines` are what others may say of them.

    `attributes` are the customer's; `customer` has their types.
    """

    attributes: Mapping[str, Field]
    customer: Mapping[str, Type]
    events: Mapping[str, EventKind]
    records: Mapping[str, RecordKind]
    audiences: Mapping[str, AudienceDecl]
    values: Mapping[str, ValueDecl]
    messages: Mapping[str, MessageDecl]
    policies: Mapping[str, PolicyDecl]
    benefits: Mapping[str, BenefitDecl]
    journeys: Mapping[str, JourneyDecl]
    outlines: Mapping[str, Outline]
    calendars: tuple[CalendarDecl, ...]
    scenarios: tuple[ScenarioDecl, ...]


def collect(files: Iterable[File], report: Report) -> Catalog:
    """The catalog of all files together; `duplicate-name` and types that do not exist go to the report."""
    statements = tuple(statement for file in files for statement in file.statements)
    journeys = _named(statements, JourneyDecl, say("journey"), report)
    attributes = _customer(statements, report)
    return Catalog(
        attributes=attributes,
        customer={name: field.type for name, field in attributes.items()},
        events=_events(statements, report),
        records=_records(statements, report),
        audiences=_named(statements, AudienceDecl, say("audience"), report),
        values=_named(statements, ValueDecl, say("value"), report),
        messages=_named(statements, MessageDecl, say("message"), report),
        policies=_named(statements, PolicyDecl, say("policy"), report),
        benefits=_named(statements, BenefitDecl, say("benefit"), report),
        journeys=journeys,
        outlines={name: outline(journey) for name, journey in journeys.items()},
        calendars=tuple(item for item in statements if isinstance(item, CalendarDecl)),
        scenarios=_scenarios(statements, report),
    )


def declared_type(written: TypeRef, report: Report) -> Type:
    """The type that a declaration names; text when there is none such, which is reported."""
    if written.kind == "choice":
        return Type("choice", tuple(unique((one.name for one in written.choices), say("word"), report)))
    known = _PLAIN.get(written.kind)
    if known is None:
        report.unknown(say("type"), Name(written.kind, span=written.span), (*_PLAIN, "one of"))
    return known or TEXT


def titles_of(items: Iterable[Choice | Outcome]) -> dict[str, str]:
    """Titles by name, of those that have one."""
    return {item.name.text: item.title for item in items if item.title}


def unique(names: Iterable[Name], kind: Phrase, report: Report) -> dict[str, Name]:
    """The names by their text, in order; a second one is reported and left out."""
    found: dict[str, Name] = {}
    for name in names:
        if name.text in found:
            _report_twice(name, found[name.text].span, kind, report)
        else:
            found[name.text] = name
    return found


_Decl = TypeVar(
    "_Decl",
    EventDecl, RecordDecl, AudienceDecl, ValueDecl, MessageDecl, PolicyDecl, BenefitDecl, JourneyDecl,
)  # fmt: skip


def _named(
    statements: Iterable[Statement], kind: type[_Decl], words: Phrase, report: Report
) -> dict[str, _Decl]:
    found: dict[str, _Decl] = {}
    for item in statements:
        if not isinstance(item, kind):
            continue
        if item.name.text in found:
            _report_twice(item.name, found[item.name.text].name.span, words, report)
        else:
            found[item.name.text] = item
    return found


def _report_twice(name: Name, first: Span, kind: Phrase, report: Report) -> None:
    message = say("Another {kind} is already called `{name}`.", kind=kind, name=name.text)
    report.twice(name.span, first, message, say("Give one of the two another name, or remove it."))


def _customer(statements: Iterable[Statement], report: Report) -> dict[str, Field]:
    blocks = [item for item in statements if isinstance(item, CustomerDecl)]
    for second in blocks[1:]:
        message = say("There are two `customer` blocks.")
        report.twice(second.span, blocks[0].span, message, say("Put all attributes into one of them."))
    fields = tuple(field for block in blocks for field in block.fields)
    return {field.name: field for field in _fields(fields, "id", say("attribute"), report)}


def _events(statements: Iterable[Statement], report: Report) -> dict[str, EventKind]:
    found = {kind.name: kind for kind in BUILTIN_EVENTS}
    for name, item in _named(statements, EventDecl, say("event"), report).items():
        if name in found:
            message = say("The engine records the event `{name}` itself.", name=name)
            report.error("duplicate-name", item.name.span, message, say("Give this event another name."))
            continue
        fields = _fields(item.fields, "at", say("field"), report)
        found[name] = EventKind(name, item.title or name, fields)
    return found


def _records(statements: Iterable[Statement], report: Report) -> dict[str, RecordKind]:
    found = {}
    for name, item in _named(statements, RecordDecl, say("record"), report).items():
        if name == "customer":
            message = say("A record cannot be called `customer`.")
            report.error("duplicate-name", item.name.span, message, say("Give it another name."))
            continue
        found[name] = RecordKind(name, item.title or name, _fields(item.fields, "id", say("field"), report))
    return found


def _fields(written: Iterable[FieldDecl], own: str, kind: Phrase, report: Report) -> tuple[Field, ...]:
    """The fields of a declaration; `own` is the one that everything of that sort has anyway."""
    places: dict[str, Span] = {}
    fields = []
    for item in written:
        name = item.name
        if name.text == own:
            message = say("`{name}` is there without being declared.", name=own)
            report.error("duplicate-name", name.span, message, say("Leave this line out."))
        elif name.text in places:
            _report_twice(name, places[name.text], kind, report)
        else:
            places[name.text] = name.span
            declared = declared_type(item.type, report)
            fields.append(Field(name.text, declared, item.title or "", titles_of(item.type.choices)))
    return tuple(fields)


def _scenarios(statements: Iterable[Statement], report: Report) -> tuple[ScenarioDecl, ...]:
    found: dict[str, ScenarioDecl] = {}
    for item in statements:
        if not isinstance(item, ScenarioDecl):
            continue
        first = found.setdefault(item.title.value, item)
        if first is not item:
            message = say("Another scenario has this title already.")
            report.twice(
                item.title.span, first.title.span, message, say("Give one of the two another title.")
            )
    return tuple(found.values())
