"""What staff is told, and how often: of each problem once, then not again for six hours.

What was told when is kept in the store. Nothing that could say who a customer is leaves by this way: the words of
gateways and of people are left out.
"""

from collections.abc import Iterable, Mapping

import orjson
import sqlalchemy as sa

from dsl.wording import Phrase, phrase
from engine.storage.schema import meta
from engine.storage.store import Store

QUIET = 6 * 3_600_000
"""Milliseconds for which a problem that was told is not told again."""

_KEY = "alerts_told"
_HARMLESS = frozenset({
    "n", "last", "kind", "name", "until", "since", "what", "first", "country", "years", "days", "number", "most",
    "place",
})  # fmt: skip
"""The values in sentences about problems that are told: numbers, times, and the names of what rules and tables name."""
_WHICH = ("name", "what", "first")
"""Those by which problems of one sort differ. Counts and times change while a problem stays the same."""


def untold(store: Store, problems: Iterable[Phrase], now: int) -> dict[str, Phrase]:
    """The problems that have not been told lately, each under its own name, fit for staff to read anywhere."""
    with store.read() as connection:
        told = _told(connection, now)
    fit = (harmless(problem) for problem in problems)
    return {_name(problem): problem for problem in fit if _name(problem) not in told}


def remember(store: Store, names: Iterable[str], now: int) -> None:
    """These problems have been told."""
    with store.write() as connection:
        told = {**_told(connection, now), **dict.fromkeys(names, now)}
        connection.execute(meta.delete().where(meta.c.key == _KEY))
        connection.execute(meta.insert().values(key=_KEY, value=orjson.dumps(told).decode()))


def harmless(problem: Phrase) -> Phrase:
    """The sentence with `…` where it quotes a gateway or a person."""
    values = {name: _harmless(name, value) for name, value in problem.values.items()}
    return phrase(problem.pattern, values)


def _harmless(name: str, value: object) -> object:
    if isinstance(value, Phrase):
        return harmless(value)
    return value if name in _HARMLESS else "…"


def _name(problem: Phrase) -> str:
    return " ".join(
        [problem.pattern.text, *(str(problem.values[which]) for which in _WHICH if which in problem.values)]
    )


def _told(connection: sa.Connection, now: int) -> Mapping[str, int]:
    """What was told lately, and when. What lies in the future was told by a clock that was wrong."""
    text = connection.scalar(sa.select(meta.c.value).where(meta.c.key == _KEY))
    told: dict[str, int] = orjson.loads(text) if text else {}
    return {name: at for name, at in told.items() if 0 <= now - at < QUIET}
