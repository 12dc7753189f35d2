"""Releases: the rule sets that ran and the one that runs. How one goes live is `engine.projects.applying`.

A run uses the applied release only, never the files, so that a half-saved file does not go live.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from dsl.model.model import Model
from engine.config import Config
from engine.errors import NoReleaseError
from engine.projects.making import model_of
from engine.storage.schema import release
from engine.wording import say


@dataclass(frozen=True, slots=True)
class Release:
    """A rule set in force. `texts`: rule files and letters by name; `digest` tells rule sets apart by them."""

    number: int
    texts: Mapping[str, str]
    model: Model
    digest: str
    applied_at: int


def newest_release(connection: sa.Connection) -> int | None:
    """The number of the release in force; None when there is none."""
    number: int | None = connection.scalar(sa.select(sa.func.max(release.c.release)))
    return number


def find_release(connection: sa.Connection, config: Config) -> Release | None:
    """The release in force, None when nothing was applied yet.

    RulesError when the stored rules no longer pass: the configuration has lost what they name.
    """
    row = connection.execute(sa.select(release).order_by(release.c.release.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    model = _in_force(row.digest, row.source, config)
    return Release(row.release, row.source, model, row.digest, row.applied_at)


def current_release(connection: sa.Connection, config: Config) -> Release:
    """The release in force; NoReleaseError when nothing was applied yet."""
    found = find_release(connection, config)
    if found is None:
        raise NoReleaseError(
            say("no rules have been applied yet"), say("`homing apply` makes the rule set the one that runs")
        )
    return found


def _in_force(digest: str, texts: Mapping[str, str], config: Config) -> Model:
    """Made once per process for each rule set and what the configuration gives it to name."""
    key = (digest, frozenset(config.variables), frozenset(config.channels))
    if key not in _known:
        _known[key] = model_of(texts, config)
    return _known[key]


_known: dict[tuple[str, frozenset[str], frozenset[str]], Model] = {}
