"""Names and their numbers. Knows nothing of what the names stand for."""

from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa

from engine.storage.panels import roles_in
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


def panels_with(symbols: Symbols, roles: Collection[str]) -> list[int]:
    """The numbers of all panels (`engine.storage.panels`) in which one of these roles sits."""
    known = symbols.of_kind("role")
    return sorted(number for name, number in known.items() if not set(roles).isdisjoint(roles_in(name)))


def panel_number(connection: sa.Connection, symbols: Symbols, name: str | None) -> int | None:
    """The number of a panel; one that nobody has met yet gets one, in the transaction under way.

    `symbols` do not learn it: those of a plan outlive a transaction that is taken back.
    """
    if name is None:
        return None
    known = symbols.find("role", name)
    if known is None:
        same = sa.select(symbol.c.symbol).where(symbol.c.kind == "role", symbol.c.name == name)
        known = connection.scalar(same)
    if known is None:
        row = symbol.insert().values(kind="role", name=name).returning(symbol.c.symbol)
        known = connection.execute(row).scalar_one()
    return known
