"""What the permit phase and the delivery know of every `send` of a release: its rule, addresses and texts."""

from collections.abc import Mapping
from dataclasses import replace

from dsl.model.journeys import Grant, State
from dsl.model.model import Field, Model
from engine.calendars.business_days import BusinessDays
from engine.config import Config
from engine.permits.facts import Sender
from engine.permits.permitting import Permits
from engine.permits.rules import send_rules
from engine.plans.plan import Plan
from engine.storage.symbols import state_name
from engine.texts.rendering import Renderer
from engine.texts.template_values import BENEFIT, Column

_BY_TYPE = {"sms": "phone", "email": "email"}
_PERSONAL = frozenset({"wecom", "push"})


def address_of(model: Model, channel: str, configured: str | None = None) -> str | None:
    """The customer's attribute that holds the address for a channel; None: the channel reaches nobody.

    As the configuration says; else the first phone number for `sms`, the first e-mail address for `email`, the
    attribute called like the channel for any other. Without one, the customer's id serves channels that are
    not a person's (a webhook, a printer).
    """
    if configured is not None:
        return configured if configured == "id" or _named(model, configured) else None
    if channel in _BY_TYPE:
        return next((item.name for item in model.customer if item.type.kind == _BY_TYPE[channel]), None)
    if _named(model, channel):
        return channel
    return None if channel in _PERSONAL else "id"


def _named(model: Model, name: str) -> Field | None:
    return next((item for item in model.customer if item.name == name), None)


def permits_of(plan: Plan, config: Config) -> Permits:
    """Everything the gate needs about the sends of a release, in a project with this configuration."""
    addresses = {name: channel.address for name, channel in config.channels.items()}
    return make_permits(plan, config.variables, addresses)


def make_permits(
    plan: Plan, variables: Mapping[str, str | float | bool], configured: Mapping[str, str | None]
) -> Permits:
    """Everything the gate needs about the sends of a release.

    `variables`: `brand` and `[vars]`; `configured`: the `address` of each channel of the configuration.
    """
    model, world = plan.model, plan.world
    renderer = Renderer(model, variables, world.zone)
    senders: dict[tuple[int, int], Sender] = {}
    for place, (key, rule) in enumerate(send_rules(model, BusinessDays(model.calendar, world.zone)).items()):
        journey, state, action = key
        needed = {via: renderer.needed(rule.send.message, via, rule.record) for via in rule.via}
        columns: tuple[Column, ...] = tuple(dict.fromkeys(item for some in needed.values() for item in some))
        named = any(item.name.startswith(BENEFIT) for item in columns)
        awaited = granted_by(model.journeys[journey].state(state)) if named else ()
        senders[world.number("state", state_name(journey, state)), action] = Sender(
            place=place,
            rule=replace(rule, awaits=awaited) if awaited else rule,
            journey=model.journeys[journey],
            addresses=tuple(address_of(model, via, configured.get(via)) for via in rule.via),
            columns=columns,
            uses={via: tuple(columns.index(item) for item in some) for via, some in needed.items()},
            edition=rule.watch.edition and world.number("edition", rule.watch.edition.name),
        )
    return Permits(senders, renderer)


def granted_by(state: State) -> tuple[str, ...]:
    """The benefits that a state grants."""
    return tuple(dict.fromkeys(item.benefit for item in state.actions if isinstance(item, Grant)))
