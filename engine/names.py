"""Names that people type, checked against those there are, with the nearest one in the error."""

from collections.abc import Iterable

from dsl.model import Model
from dsl.near import nearest
from engine.config import Config
from engine.errors import UnknownNameError


def known_channel(config: Config, channel: str | None) -> None:
    """UnknownNameError when the configuration has no such channel; None is every one."""
    if channel is not None:
        _known("channel", channel, config.channels)


def known_policy(model: Model, policy: str | None) -> None:
    """UnknownNameError when the rules have no such policy; None is every one."""
    if policy is not None:
        _known("policy", policy, model.policies)


def _known(kind: str, name: str, names: Iterable[str]) -> None:
    known = list(names)
    if name not in known:
        near = nearest(name, known)
        hint = f"did you mean `{near}`?" if near else f"known: {', '.join(known) or 'none'}"
        raise UnknownNameError(f"there is no {kind} `{name}`", hint)
