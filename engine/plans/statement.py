"""Statements compiled once and executed many times, with parameters by name.

SQLAlchemy builds the text and the order of the parameters; a run executes the same few hundred statements
over and over, and building their cache keys each time would cost more than they do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with its parameters: `names` in order, `fixed` those whose values the statement carries."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    positional: bool

    def run(self, connection: sa.Connection, values: Values) -> sa.CursorResult[Any]:
        """Execute with named values; those the statement carries itself need not be given."""
        fixed = self.fixed
        if self.positional:
            row = tuple(fixed[name] if name in fixed else values[name] for name in self.names)
            return connection.exec_driver_sql(self.text, row)
        named = {name: fixed[name] if name in fixed else values[name] for name in self.names}
        return connection.exec_driver_sql(self.text, named)

    def rows(self, connection: sa.Connection, values: Values) -> list[tuple[Any, ...]]:
        """The rows of a query as the driver gives them: bare tuples, which are made in half the time."""
        cursor: Any = self.run(connection, values).cursor
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def run_many(self, connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
        """Execute once for each row; a row holds the values in the order of `names`."""
        if rows:
            connection.exec_driver_sql(self.text, rows)


def compiled(element: sa.Executable, dialect: sa.Dialect) -> Statement:
    """Compile a statement for a dialect."""
    result: Any = element.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
    params = result.construct_params(_check=False)
    names = tuple(result.positiontup) if result.positional else tuple(params)
    open_names = {name for name, bind in result.binds.items() if bind.required}
    fixed = {name: _plain(value) for name, value in params.items() if name not in open_names}
    return Statement(str(result), names, fixed, bool(result.positional))


def _plain(value: object) -> object:
    """Booleans as the integers that SQLite stores."""
    return int(value) if isinstance(value, bool) else value


def kept(make: Callable[[], sa.Executable]) -> Callable[[sa.Connection], Statement]:
    """A statement that is the same for every store: made and compiled once, at its first use in a dialect."""

    @lru_cache(maxsize=8)
    def made(dialect: sa.Dialect) -> Statement:
        return compiled(make(), dialect)

    return lambda connection: made(connection.dialect)
