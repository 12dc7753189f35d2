"""The surroundings of every evaluation: the model, the zone, what is known, and who is looked at when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dsl.model.model import Model
from dsl.units import Duration
from tests.oracle.facts import Customer, Enrolment, Event, Facts, Record

Address = Callable[[Model, Customer, str], str | None]


@dataclass(slots=True)
class World:
    """A rule set in its zone with all facts.

    `address`: where a customer is reached on a channel. `variables`: `brand` and others that templates may name.
    """

    model: Model
    zone: ZoneInfo
    lateness: Duration
    address: Address
    variables: Mapping[str, Any] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom and what a condition is asked of: a customer at a time, perhaps a record, a run, an event."""

    world: World
    now: datetime
    customer: Customer
    record: Record | None = None
    enrolment: Enrolment | None = None
    event: Event | None = None


def address_by_type(model: Model, customer: Customer, channel: str) -> Any:
    """The first phone attribute for sms, the first email attribute for email, else the channel's own attribute.

    Without one the id serves all channels that are not a person's.
    """
    kinds = {"sms": "phone", "email": "email"}
    if channel in kinds:
        names = [item.name for item in model.customer if item.type.kind == kinds[channel]]
        return customer.attributes.get(names[0]) if names else None
    if any(item.name == channel for item in model.customer):
        return customer.attributes.get(channel)
    return None if channel in ("wecom", "push") else customer.id
