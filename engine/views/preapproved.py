"""What is approved before it is there, as `homing status` and `homing queue` tell it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from dsl.wording import Phrase
from engine.people.preapprovals import beforehand
from engine.views.window import Window
from engine.wording import say


def preapproved(window: Window) -> Iterator[Mapping[str, object]]:
    """Each with what is left of it, as JSON has it."""
    for one in beforehand(window.connection, window.model, window.symbols):
        yield {**asdict(one), "at": window.time(one.at)}


def preapproved_said(one: Mapping[str, object]) -> Phrase:
    """One of them in a sentence."""
    if one["void"]:
        return say(
            "preapproved by {who}: {left:,} of {granted:,} messages `{message}`; void, they have changed since",
            **one,
        )
    return say("preapproved by {who}: {left:,} of {granted:,} messages `{message}` left", **one)
