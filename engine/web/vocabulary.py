"""What the names that a source uses mean in the rules in force: kinds of events, their fields, attributes of customers.

The configuration wins; else names that are equal, or equal but for case and how words are joined.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dsl.model.model import Model
from engine.imports.kinds import importable, kind_of
from engine.storage.values import Reader, Surroundings
from engine.web.settings import Source

_REMEMBERED = 1000  # names of one source: what clients send has no end
_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_JOINT = re.compile(r"[\s_./-]+")


@dataclass(frozen=True, slots=True)
class Names:
    """What one kind of message may say. `readers`: of fields by name; `maps`: fields by name as sent."""

    kind: str
    readers: Mapping[str, Reader]
    maps: Mapping[str, str]
    folded: Mapping[str, str]

    def field(self, name: str) -> str | None:
        """The field that a name means."""
        found = self.maps.get(name)
        if found is not None:
            return found if found in self.readers else None
        return name if name in self.folded.values() else self.folded.get(folded(name))


@dataclass(slots=True)
class Vocabulary:
    """The words of one source under one model."""

    model: Model
    surroundings: Surroundings
    source: Source
    _kinds: dict[str, Names | None] = field(default_factory=dict)
    _customer: Names | None = None

    def event(self, name: str) -> Names | None:
        """The event kind that a name means; None when no rule declares it."""
        if name not in self._kinds:
            if len(self._kinds) >= _REMEMBERED:
                self._kinds.clear()
            self._kinds[name] = self._find(name)
        return self._kinds[name]

    def customer(self) -> Names:
        """The attributes of customers."""
        if self._customer is None:
            self._customer = self._names("customers", self.source.traits)
        return self._customer

    def _find(self, name: str) -> Names | None:
        known = self.source.events.get(name)
        kinds = [kind for kind in importable(self.model) if kind in self.model.events]
        if known is not None:
            return self._names(known.kind, known.fields) if known.kind in kinds else None
        found = name if name in kinds else by_folded(kinds).get(folded(name))
        return None if found is None else self._names(found, {})

    def _names(self, what: str, maps: Mapping[str, str]) -> Names:
        kind = kind_of(what, self.model, ())
        readers = kind.readers(self.surroundings)
        return Names(what, readers, maps, by_folded(one.name for one in kind.fields))


def folded(name: str) -> str:
    """A name without how its words are joined: `Order Completed`, `orderCompleted` and `order_completed` are one."""
    return _JOINT.sub("_", _BORDER.sub("_", name.strip())).casefold()


def by_folded(names: Iterable[str]) -> dict[str, str]:
    """Names by what they are folded to, where that says which."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(folded(name), []).append(name)
    return {key: alike[0] for key, alike in found.items() if len(alike) == 1}
