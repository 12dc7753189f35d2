"""The project's own files for the tests that look at them: where they are, their lines, their syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("dsl", "engine", "tui")


@dataclass(frozen=True)
class Module:
    """One Python file of the project."""

    path: Path

    @property
    def name(self) -> str:
        """The path from the root of the project, as messages show it."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def layer(self) -> str:
        """The folder right below the root."""
        return self.path.relative_to(ROOT).parts[0]

    @cached_property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.path.read_text(encoding="utf-8").splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.path.read_text(encoding="utf-8"), str(self.path))

    def imports(self) -> Iterator[str]:
        """Every module it imports, anywhere in it, with dots."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


def modules(*folders: str) -> list[Module]:
    """The Python files of these folders, by name."""
    return [module for folder in folders for module in _modules_of(folder)]


@cache
def _modules_of(folder: str) -> tuple[Module, ...]:
    return tuple(Module(path) for path in sorted((ROOT / folder).rglob("*.py")))
