"""That `homing.toml` was changed by hand, in the trail: which keys, never their values.

What is compared are keyed digests of the values in force, so that neither the trail nor the database holds any.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import sqlalchemy as sa

from engine.config import FILE_NAME, Config
from engine.storage.audit import By, Deed, record
from engine.storage.chain import keyed
from engine.storage.schema import meta
from engine.storage.trail_key import trail_key

_KEY = "settings"
_LENGTH = 16  # digits of a digest: to tell values apart
_MOST = 20  # keys named in one row


def note_settings(connection: sa.Connection, config: Config, now: int) -> None:
    """Record which settings differ from those that were noted last, in the transaction under way."""
    key = trail_key(connection)
    here = {
        name: keyed(key, f"setting {name} {value}")[:_LENGTH] for name, value in _settings(config.written)
    }
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == _KEY))
    before: Mapping[str, str] = {} if found is None else orjson.loads(found)
    if here == before:
        return
    connection.execute(meta.delete().where(meta.c.key == _KEY))
    connection.execute(meta.insert().values(key=_KEY, value=orjson.dumps(here).decode()))
    digest = keyed(key, "".join(sorted(here.values())))[:_LENGTH]
    told = "" if found is None else "".join(f"; {line}" for line in _differences(before, here))
    record(connection, By(FILE_NAME, now), Deed("settings", what=f"digest {digest}{told}"))


def _settings(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Every key by its full name, with its value."""
    for name, value in sorted(table.items()):
        if isinstance(value, Mapping):
            yield from _settings(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", repr(value)


def _differences(before: Mapping[str, str], here: Mapping[str, str]) -> Iterator[str]:
    changed = {name for name in before.keys() & here.keys() if before[name] != here[name]}
    sorts = {"changed": changed, "added": here.keys() - before.keys(), "gone": before.keys() - here.keys()}
    for word, names in sorts.items():
        if names:
            more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
            yield f"{word}: {', '.join(sorted(names)[:_MOST])}{more}"
