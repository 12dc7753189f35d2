"""How far forgetting by `[retention]` has come, what went, and what stays because rules ask for all of it."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.config import Config
from engine.projects.keeping import kept_for_ever
from engine.projects.releases import Release
from engine.storage.forgotten import last_round
from engine.wording import all_of, say


def forgetting(
    connection: sa.Connection, release: Release | None, config: Config
) -> Mapping[str, Any] | None:
    """As `status --json` says it; None where all is kept. `kept_for_ever`: kinds of events, and a rule for each."""
    if not config.retention:
        return None
    found, iso = last_round(connection), config.zone.iso
    done = None if found is None or found.done is None else iso(found.done)
    return {
        "began": None if found is None else iso(found.began),
        "done": done,
        "gone": {} if found is None else dict(sorted(found.gone.items())),
        "kept_for_ever": {} if release is None else dict(kept_for_ever(config, release.model)),
    }


def forgetting_said(told: Mapping[str, Any]) -> Iterator[Phrase]:
    """The same in words."""
    gone = all_of(tuple(f"{count:,} {key}" for key, count in told["gone"].items()))
    if told["done"] is not None and told["gone"]:
        yield say("forgotten by `[retention]` up to {at}: {gone}", at=told["done"], gone=gone)
    elif told["done"] is not None:
        yield say("nothing was to be forgotten by `[retention]` on {at}", at=told["done"])
    elif told["began"] is not None:
        yield say("forgetting by `[retention]` since {at}, not done yet", at=told["began"])
    for kind, place in told["kept_for_ever"].items():
        yield say(
            "events `{kind}` stay: {place} asks for all that there have ever been", kind=kind, place=place
        )
