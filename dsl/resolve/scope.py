"""Where an expression stands, and so what it may name. Knows no types of whole expressions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from dsl.model.conditions import TEXT, TIME, Attribute, Cond, EventField, RecordField, Type
from dsl.model.model import EventKind, RecordKind
from dsl.names.catalog import Catalog
from dsl.report import Report
from dsl.source import Span


class Defined(Protocol):
    """The audiences and values of a rule set, by name."""

    def find(self, name: str, span: Span) -> Cond | None:
        """The body of an audience or value, as used at a place; None when there is none of that name."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What can be named: always the customer and the definitions, besides what else is at hand.

    `record`: the kind whose fields can be named, in a journey for records. `event`: the kind that the
    enclosing `where` looks at. `since`: the windows (`entry`, `stage`, `state`) that mean something here.
    `open`: names that are not known pass in silence, since what would know them was reported.
    """

    catalog: Catalog
    report: Report
    definitions: Defined
    record: RecordKind | None = None
    event: EventKind | None = None
    since: frozenset[str] = frozenset()
    open: bool = False

    def lookup(self, name: str, span: Span) -> Cond | None:
        """What a bare name stands for, innermost first."""
        return self._field(name, span) or self._attribute(name, span) or self.definitions.find(name, span)

    def knows(self, name: str) -> bool:
        """Whether a bare name stands for a value here."""
        return name in self.names()

    def record_field(self, name: str, span: Span) -> Cond | None:
        """A field of the journey's record."""
        if self.record is None:
            return None
        if name == "id":
            return RecordField(self.record.name, "id", TEXT, span=span)
        for field in self.record.fields:
            if field.name == name:
                return RecordField(self.record.name, name, field.type, span=span)
        return None

    def names(self) -> Iterator[str]:
        """Every bare name that stands for a value here."""
        if self.event is not None:
            yield "at"
            yield from (field.name for field in self.event.fields)
        if self.record is not None:
            yield from (field.name for field in self.record.fields)
        yield "id"
        yield from self.catalog.customer
        yield from self.catalog.audiences
        yield from self.catalog.values

    def _field(self, name: str, span: Span) -> Cond | None:
        if self.event is not None:
            kind = field_type(self.event, name)
            if kind is not None:
                return EventField(self.event.name, name, kind, span=span)
        return self.record_field(name, span)

    def _attribute(self, name: str, span: Span) -> Cond | None:
        kind = TEXT if name == "id" else self.catalog.customer.get(name)
        return None if kind is None else Attribute(name, kind, span=span)


def field_type(event: EventKind, name: str) -> Type | None:
    """The type of an event's field; every event has its time, `at`."""
    if name == "at":
        return TIME
    return next((field.type for field in event.fields if field.name == name), None)
