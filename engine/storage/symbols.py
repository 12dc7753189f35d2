"""Names and their numbers. Knows nothing of what the names stand for."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from engine.storage.schema import symbol

EVERY = 0
"""Stands for every policy or every channel where such a number is expected; no symbol has it."""


@dataclass(slots=True)
class Symbols:
    """The names that the store has numbers for. One per transaction: a rollback takes new numbers back."""

    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def number(self, connection: sa.Connection, kind: str, name: str) -> int:
        """The number of a name; a new name gets one (needs a writing connection then)."""
        known = self._numbers.get((kind, name))
        if known is None:
            row = symbol.insert().values(kind=kind, name=name).returning(symbol.c.symbol)
            known = connection.execute(row).scalar_one()
            self._learn(known, kind, name)
        return known

    def find(self, kind: str, name: str) -> int | None:
        """The number of a name; None when the store has never heard of it."""
        return self._numbers.get((kind, name))

    def known(self, kind: str, name: str) -> int:
        """The number of a name that has one; KeyError otherwise. Every name of an applied rule set has."""
        return self._numbers[kind, name]

    def name(self, number: int) -> str:
        """The name of a number; KeyError when there is none."""
        return self._names[number]

    def name_or(self, number: int | None, default: str | None = None) -> str | None:
        """The name of a number; `default` for none, and for 0, which stands for every one."""
        return self._names[number] if number else default

    def of_kind(self, kind: str) -> dict[str, int]:
        """Every name of one kind with its number."""
        return {name: number for (own, name), number in self._numbers.items() if own == kind}

    def _learn(self, number: int, kind: str, name: str) -> None:
        self._numbers[kind, name] = number
        self._names[number] = name


def load_symbols(connection: sa.Connection) -> Symbols:
    """The names that the store has now."""
    symbols = Symbols()
    for number, kind, name in connection.execute(sa.select(symbol.c.symbol, symbol.c.kind, symbol.c.name)):
        symbols._learn(number, kind, name)  # noqa: SLF001  # its own constructor
    return symbols


def state_name(journey: str, state: str) -> str:
    """How a state is called among the symbols of kind `state`."""
    return f"{journey}/{state}"
