"""Whether somebody may decide on what waits, told before they try. Those who decide are asked again when they do."""

from collections.abc import Callable, Mapping
from typing import Any

from dsl.wording import Phrase
from engine.errors import RefusedError
from engine.people.staff import members, objection
from engine.storage.audit import By
from engine.views.kinds import BENEFIT, REPLY, TASK
from engine.views.window import Window
from engine.wording import say


def objection_to(window: Window, kind: str, one: Mapping[str, Any], by: By) -> RefusedError | None:
    """Why somebody may not decide on something of a kind that waits; None when they may."""
    named = _NAMED.get(kind, _message)(str(one["id"]))
    return objection(members(window.connection), by, one["role"], named)


def _message(identity: str) -> Phrase:
    return say("message {id}", id=identity)


_NAMED: Mapping[str, Callable[[str], Phrase]] = {
    BENEFIT: lambda identity: say("benefit {id}", id=identity),
    REPLY: lambda identity: say("reply {id}", id=identity),
    TASK: lambda identity: say("task {id}", id=identity),
}
