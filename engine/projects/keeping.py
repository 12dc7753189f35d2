"""Whether `[retention]` leaves what rules, and Homing itself, still need; said before rules are applied or run."""

from collections.abc import Iterator, Mapping

from dsl.model.model import Model
from dsl.source import Span
from dsl.units import Duration
from engine.config import FILE_NAME, Config, Kept
from engine.errors import RetentionError
from engine.plans.needs import Need, covers, needs
from engine.wording import say

LEAST: Mapping[str, Duration] = dict.fromkeys(("messages", "events", "inbox", "trail"), Duration(90, "day"))
"""What comes in twice is known again for so long, and what a restored backup has lost is looked up so far back."""


def check_retention(config: Config, model: Model) -> None:
    """RetentionError when something would be forgotten that is still needed."""
    for key, least in LEAST.items():
        kept = config.retention.get(key)
        if kept is not None and not covers(kept.time, least):
            raise _short(key, kept, say("what comes in twice is known again for {least}", least=least), least)
    found = needs(model) if config.retention else {}
    for key, kept in config.retention.items():
        for asked, place in _asked(found, key, kept):
            raise _short(key, kept, say("{place} looks back {asked}", place=_said(place), asked=asked), asked)
    kept = config.retention.get("messages")
    if kept is not None and (ever := found["sent"].ever) is not None:
        raise RetentionError(
            say(
                "{file}:{line}: no message may go: {place} asks for all that there have ever been",
                file=FILE_NAME,
                line=kept.line,
                place=_said(ever),
            ),
            say("take `messages` out, or write `within last …` in that rule"),
        )


def kept_for_ever(config: Config, model: Model) -> Mapping[str, str]:
    """Kinds of events of which none may go, and the place of the rule that asks for all of them."""
    if "events" not in config.retention:
        return {}
    asked = ((kind, need.ever) for kind, need in needs(model).items() if kind in model.events)
    return {kind: _said(ever) for kind, ever in asked if ever is not None and kind not in _MESSAGES}


_MESSAGES = frozenset({"sent", "delivered", "failed"})


def _asked(found: Mapping[str, Need], key: str, kept: Kept) -> Iterator[tuple[Duration, Span]]:
    if key in ("messages", "events"):
        for kind, need in found.items():
            longer = need.beyond(kept.time) if (kind in _MESSAGES) == (key == "messages") else None
            if longer is not None:
                yield longer


def _short(key: str, kept: Kept, why: object, least: Duration) -> RetentionError:
    return RetentionError(
        say(
            "{file}:{line}: `{key}` keeps {time}, and {why}",
            file=FILE_NAME,
            line=kept.line,
            key=key,
            time=kept.time,
            why=why,
        ),
        say('write `{key} = "{least}"` or longer', key=key, least=least),
    )


def _said(place: Span) -> str:
    return f"{place.source.name}:{place.line}"
