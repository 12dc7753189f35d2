"""The text of one message for one customer, by Jinja2 as it comes: undefined names are errors, one text at a time."""

from datetime import date, datetime
from typing import Any

from jinja2 import Environment, StrictUndefined
from jinja2.exceptions import UndefinedError

from dsl.model.conditions import RecordField, Type, type_of
from dsl.model.model import Variant
from engine.texts.filters import FILTERS, Flag, LocalTime, money, number, plain
from tests.oracle import moments
from tests.oracle.conditions import value_of
from tests.oracle.world import Scope, World


class Absent(StrictUndefined):
    """A value that is not known: it may be asked for, not shown."""

    def __bool__(self) -> bool:  # type: ignore[override]  # the one thing that is not strict
        return False


class UnknownValueError(Exception):
    """A text needs a value that is not known of this customer."""


def render(variant: Variant, scope: Scope, world: World) -> tuple[str | None, str]:
    """Subject and body; UnknownValueError when something that they show is missing."""
    environment = Environment(undefined=Absent, finalize=plain, autoescape=False)  # noqa: S701  # plain texts
    environment.filters.update(FILTERS)
    names = names_of(scope, world)
    try:
        body = environment.from_string(variant.body).render(names).strip()
        if variant.subject is None:
            return None, body
        return environment.from_string(variant.subject).render(names).strip(), body
    except UndefinedError as error:
        raise UnknownValueError(str(error)) from error


def names_of(scope: Scope, world: World) -> dict[str, Any]:
    """What a template may name: variables, values and attributes, and nearest of all the record's fields."""
    model, customer = world.model, scope.customer
    names: dict[str, Any] = dict(world.variables)
    for name, value in model.values.items():
        names[name] = shown(value_of(value, scope), type_of(value), world)
    for item in model.customer:
        names[item.name] = shown(customer.attributes.get(item.name), item.type, world)
    names["id"] = customer.id
    if scope.enrolment is not None:
        names |= benefit_of(scope, world)
    if scope.record is not None:
        kind = model.records[scope.record.kind]
        fields = {item.name: RecordField(kind.name, item.name, item.type) for item in kind.fields}
        own = {name: shown(value_of(field, scope), field.type, world) for name, field in fields.items()}
        own["id"] = scope.record.id
        names |= own | {kind.name: {name: value for name, value in own.items() if value is not None}}
    return {name: value for name, value in names.items() if value is not None}


def benefit_of(scope: Scope, world: World) -> dict[str, Any]:
    """The latest grant of the run through the journey."""
    granted = [
        grant
        for grant in world.facts.grants
        if grant.enrolment is scope.enrolment and grant.status == "granted" and grant.granted_at
    ]
    if not granted:
        return {}
    last = max(granted, key=lambda grant: (grant.granted_at, grant.visit, grant.action))
    benefit = world.model.benefits[last.benefit]
    worth = None if benefit.worth is None else money(benefit.worth)
    values = {"title": benefit.title, "code": last.code, "worth": worth, "expires": last.last_day}
    return {"benefit": {name: value for name, value in values.items() if value is not None}}


def shown(value: Any, kind: Type, world: World) -> Any:
    """A value in the form in which templates show it."""
    if value is None:
        return None
    match kind.kind:
        case "number":
            return number(value)
        case "money":
            return money(value)
        case "flag":
            return Flag(value)
        case "time":
            assert isinstance(value, datetime)
            wall = moments.wall_of(value, world.zone)
            return LocalTime(wall.year, wall.month, wall.day, wall.hour, wall.minute, wall.second)
        case "date":
            assert isinstance(value, date)
    return value
