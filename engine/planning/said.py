"""What a rule set says, made ready to be compared: its statements by name, with the model that tells what they mean."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from dsl.model.model import Model
from dsl.tree.expressions import Node
from dsl.tree.statements import Statement
from dsl.wording import Phrase
from engine.planning.difference import Difference, Kind, added, removed
from engine.projects.rule_sets import RuleSet

_S = TypeVar("_S", bound=Statement)
_N = TypeVar("_N", bound=Node)

Inside = Callable[[str, _N, _N], Iterator[Difference]]
"""What differs inside of two things of one name."""


@dataclass(frozen=True, slots=True)
class Said:
    """Statements and model of a rule set; nothing at all when there is none."""

    statements: tuple[Statement, ...] = ()
    model: Model | None = None

    def every(self, kind: type[_S]) -> list[_S]:
        """All statements of a kind, as written."""
        return [item for item in self.statements if isinstance(item, kind)]

    def by_name(self, kind: type[_S]) -> dict[str, _S]:
        """The statements of a kind that has names."""
        found: list[Any] = self.every(kind)
        return {item.name.text: item for item in found}


def said_by(rules: RuleSet | None) -> Said:
    """What a rule set says."""
    if rules is None:
        return Said()
    return Said(tuple(item for file in rules.files for item in file.statements), rules.model)


def named(
    kind: Kind,
    both: tuple[Mapping[str, _N], Mapping[str, _N]],
    inside: Inside[_N],
    why_gone: Phrase | None = None,
) -> Iterator[Difference]:
    """Things by name, old and new: those that went, what differs inside of those that stayed, those that came."""
    old, new = both
    for name, node in old.items():
        if name in new:
            yield from inside(name, node, new[name])
        else:
            yield removed(kind, name, node, why_gone)
    yield from (added(kind, name, node) for name, node in new.items() if name not in old)
