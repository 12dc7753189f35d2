"""Importing a file through the command line, and looking at what came of it."""

import csv
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.projects import Homing, Said


def counts(said: Said) -> tuple[int, int, int, int, int]:
    """Read, added, changed, unchanged, rejected."""
    names = ("read", "added", "changed", "unchanged", "rejected")
    return tuple(said.json[name] for name in names)


def taken(homing: Homing, what: str, content: str | bytes, *options: str, name: str = "a.csv") -> Said:
    """Import a file of this content."""
    return homing("import", what, homing.file(name, content), *options, "--json")


def rows(homing: Homing, table: str, *columns: str) -> list[Any]:
    """Rows of the store, in their order of arrival."""
    project = homing.opened()
    with project.store.read() as connection:
        query: Any = sa.select(*map(sa.column, columns)).select_from(sa.table(table)).order_by(sa.text("1"))
        found = [tuple(row) for row in connection.execute(query)]
    project.store.close()
    return found


def rejected(said: Said) -> list[dict[str, str]]:
    """The rows of the file of rejects."""
    with Path(said.json["rejects_file"]).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
