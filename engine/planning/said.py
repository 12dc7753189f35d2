"""What a rule set says, made ready to be compared: its statements by name, with the model that tells what they mean."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

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
class Renaming(Generic[_N]):
    """How a thing is told that has another name; `said`: new names by old ones, as somebody said."""

    told: Callable[[tuple[str, str], _N, _N], Iterator[Difference]]
    said: Mapping[str, str] = field(default_factory=dict)


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
    renaming: Renaming[_N] | None = None,
) -> Iterator[Difference]:
    """Things by name, old and new: those that went, what differs inside of those that stayed, those that came.

    With a `renaming`, what has another name only, or goes by another one as somebody said, is told as renamed.
    """
    old, new = both
    names = {} if renaming is None else renamings(old, new, renaming.said)
    for name, node in old.items():
        if name in new:
            yield from inside(name, node, new[name])
        elif renaming is not None and name in names:
            yield from renaming.told((name, names[name]), node, new[names[name]])
        else:
            yield removed(kind, name, node, why_gone)
    come = (name for name in new if name not in old and name not in names.values())
    yield from (added(kind, name, new[name]) for name in come)


def renamings(old: Mapping[str, _N], new: Mapping[str, _N], said: Mapping[str, str]) -> dict[str, str]:
    """New names by old ones: as somebody said, else where exactly one went and one came that says the same."""
    gone, come = ({n: one[n] for n in one if n not in other} for one, other in ((old, new), (new, old)))
    found = {name: to for name, to in said.items() if name in gone and to in come}
    for name, node in gone.items():
        alike = [to for to in come if _alike(node, come[to])]
        others = [one for one in gone if _alike(gone[one], node)]
        if name not in said and len(alike) == len(others) == 1 and alike[0] not in found.values():
            found[name] = alike[0]
    return found


def _alike(one: Any, other: Any) -> bool:
    """Whether two statements differ in their names and titles only."""
    return bool(replace(one, name=other.name, title=other.title) == other)
