"""Names that people type, checked against those there are, with the nearest one in the error."""

from collections.abc import Iterable

from dsl.model.model import Model
from dsl.wording import Phrase
from engine.config import Config
from engine.errors import UnknownNameError
from engine.people.roles import roles_of
from engine.wording import all_of, near_or, say


def known_channel(config: Config, channel: str | None) -> None:
    """UnknownNameError when the configuration has no such channel; None is every one."""
    if channel is not None:
        _known(say("channel"), channel, config.channels)


def known_policy(model: Model, policy: str | None) -> None:
    """UnknownNameError when the rules have no such policy; None is every one."""
    if policy is not None:
        _known(say("policy"), policy, model.policies)


def known_journey(model: Model, journey: str | None) -> None:
    """UnknownNameError when the rules have no such journey; None is every one."""
    if journey is not None:
        _known(say("journey"), journey, model.journeys)


def known_message(model: Model, message: str | None) -> None:
    """UnknownNameError when the rules have no such message; None is every one."""
    if message is not None:
        _known(say("message"), message, model.messages)


def known_benefit(model: Model, benefit: str | None) -> None:
    """UnknownNameError when the rules have no such benefit; None is every one."""
    if benefit is not None:
        _known(say("benefit"), benefit, model.benefits)


def known_role(model: Model, role: str | None) -> None:
    """UnknownNameError when the rules name no such role; None is every one."""
    if role is not None:
        _known(say("role"), role, roles_of(model))


def _known(kind: Phrase, name: str, names: Iterable[str]) -> None:
    known = sorted(names)
    if name not in known:
        hint = near_or(name, known, say("known: {names}", names=all_of(known)))
        raise UnknownNameError(say("there is no {kind} `{name}`", kind=kind, name=name), hint)
