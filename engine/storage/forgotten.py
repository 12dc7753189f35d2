"""How far forgetting by `[retention]` has come: one round over all customers after the other."""

from collections import Counter
from dataclasses import dataclass, field

import orjson
import sqlalchemy as sa

from engine.storage.schema import meta

_KEY = "retention"
_DAY = 86_400_000  # milliseconds


@dataclass(slots=True)
class Round:
    """`began` and `done` are instants; `place`: the last customer looked at. `gone`: how many of what went in it."""

    began: int
    place: int = 0
    done: int | None = None
    gone: Counter[str] = field(default_factory=Counter)

    def rests(self, now: int) -> bool:
        """Whether it is over, and it is too early for the next one."""
        return self.done is not None and self.began <= now < self.began + _DAY


def last_round(connection: sa.Connection) -> Round | None:
    """The round under way, or the last one; None before the first."""
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == _KEY))
    if found is None:
        return None
    written = orjson.loads(found)
    return Round(written["began"], written["place"], written["done"], Counter(written["gone"]))


def note_round(connection: sa.Connection, now: Round) -> None:
    """Remember how far it has come, in the transaction under way."""
    value = {"began": now.began, "place": now.place, "done": now.done, "gone": +now.gone}
    connection.execute(meta.delete().where(meta.c.key == _KEY))
    connection.execute(meta.insert().values(key=_KEY, value=orjson.dumps(value).decode()))
