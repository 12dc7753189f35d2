"""What stands behind the names of a template, and how stored values become what templates work with.

Knows the model, not the templates' language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dsl.model.conditions import DATE, MONEY, TEXT, Attribute, Cond, Kind, Named, RecordField, Type, type_of
from dsl.model.model import Model
from engine.calendars.zone import Zone, date_of
from engine.texts.filters import Flag, LocalTime, money, number

BENEFIT = "benefit."
"""What the names begin with that say something of the journey's latest grant."""

OUTSIDE: Mapping[str, Type] = {
    "benefit.title": TEXT,
    "benefit.code": TEXT,
    "benefit.worth": MONEY,
    "benefit.expires": DATE,
    "operator": TEXT,
}
"""Names whose values are no expressions of the rules: see `engine.texts.latest_grant`, and who works on a task."""

_EPOCH = LocalTime(1970, 1, 1)

Convert = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Column:
    """A value that a template needs of each customer: its name there, and the expression that gives it.

    `source` None: see OUTSIDE.
    """

    name: str
    source: Cond | None
    type: Type


def column(model: Model, name: str, record: str | None) -> Column | None:
    """What a name means in a journey for `record`: its fields come first. None: no value of a customer."""
    if name in OUTSIDE:
        return Column(name, None, OUTSIDE[name])
    source = _record_field(model, name, record) or _attribute(model, name) or _value(model, name)
    return None if source is None else Column(name, source, type_of(source))


def conversion(kind: Kind, zone: Zone) -> Convert | None:
    """How stored values of a kind are turned into plain Python values; None: they are such."""
    conversions: Mapping[Kind, Convert] = {
        "number": number,
        "money": money,
        "flag": Flag,
        "date": date_of,
        "time": lambda instant: _EPOCH + timedelta(milliseconds=zone.wall(instant)),
    }
    return conversions.get(kind)


def _record_field(model: Model, name: str, record: str | None) -> Cond | None:
    owner, dot, part = name.rpartition(".")
    if record is None or (dot and owner != record):
        return None
    types = {"id": TEXT} | {field.name: field.type for field in model.records[record].fields}
    return RecordField(record, part, types[part]) if part in types else None


def _attribute(model: Model, name: str) -> Cond | None:
    types = {"id": TEXT} | {field.name: field.type for field in model.customer}
    return Attribute(name, types[name]) if name in types else None


def _value(model: Model, name: str) -> Cond | None:
    body = model.values.get(name)
    return None if body is None else Named(name, body, type_of(body))
