"""What may be imported, and which columns its files have. Reads no file and no store."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from dsl.model.conditions import TEXT, TIME, Type
from dsl.model.known_events import RECORDED_BY_ENGINE
from dsl.model.model import Field, Model
from engine.errors import UnknownNameError
from engine.storage.values import Reader, Surroundings, read_id, reader
from engine.wording import all_of, near_or, say

Family = Literal["customers", "event", "record", "consents"]

_REQUIRED: Mapping[Family, tuple[str, ...]] = {
    "customers": ("id",),
    "event": ("customer", "at"),
    "record": ("id",),
    "consents": ("customer", "at"),
}
_NOT_IMPORTED = RECORDED_BY_ENGINE | {"task_done"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: `name` as it stands after `homing import`, `fields` besides the columns of its family."""

    family: Family
    name: str
    fields: tuple[Field, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which a file is refused, and without a value in which a row is."""
        return _REQUIRED[self.family]

    def readers(self, surroundings: Surroundings) -> dict[str, Reader]:
        """The columns that a file may have, and how each is read; the family's own come before declared ones."""
        own: dict[str, Reader] = dict.fromkeys(self.required, read_id)
        if self.family in {"event", "consents"}:
            own["at"] = reader(TIME, surroundings)
        if self.family == "event":
            own["id"] = read_id
        if self.family == "record":
            own["customer"] = read_id  # only new records need one
        return {field.name: reader(field.type, surroundings) for field in self.fields} | own


def kind_of(what: str, model: Model, channels: Collection[str]) -> Kind:
    """The kind of that name; UnknownNameError with the nearest one when there is none."""
    if what in model.events and what not in _NOT_IMPORTED:
        return Kind("event", what, model.events[what].fields)
    if what in model.records:
        return Kind("record", what, model.records[what].fields)
    if what in {"customers", "customer"}:
        return Kind("customers", "customers", model.customer)
    if what == "consents":
        return Kind("consents", what, _consent_fields(model, channels))
    known = importable(model)
    hint = near_or(what, known, say("known: {names}", names=all_of(known)))
    raise UnknownNameError(say("nothing is called `{what}` that could be imported", what=what), hint)


def importable(model: Model) -> list[str]:
    """What may stand after `homing import`."""
    events = sorted(model.events.keys() - _NOT_IMPORTED)
    return ["customers", *events, *sorted(model.records), "consents"]


def _consent_fields(model: Model, channels: Collection[str]) -> tuple[Field, ...]:
    policy = Field("policy", Type("choice", tuple(sorted(model.policies))))
    channel = Field("channel", Type("choice", tuple(sorted(channels))))
    return policy, channel, Field("source", TEXT)
