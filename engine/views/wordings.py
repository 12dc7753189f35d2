"""What is decided on together, told apart: each wording once, whatever the customers' own values, with its number.

Knows templates as the rules in force write them; a text that none of them makes is a wording of its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dsl.texts.static_text import FILLED, pieces, ways
from engine.people.many import Picked
from engine.views.held import item
from engine.views.window import Window

VALUE = "…"
"""Stands for what is the customer's own."""

SHOWN = 3
"""So many of what is decided on are shown, and one of each wording at least."""


@dataclass(frozen=True, slots=True)
class Wording:
    """So many read alike. `channel`: None of benefits; `text`: with `…` for values, None where there is none.

    `title`: of the message or benefit. `examples`: the oldest of them, as the queue has them.
    """

    title: str
    channel: str | None
    text: str | None
    number: int
    examples: tuple[dict[str, Any], ...]


def wordings(window: Window, picked: Sequence[Picked]) -> tuple[Wording, ...]:
    """The rarest first: what differs from the others must not go unseen."""
    groups: dict[tuple[int, int | None, str | None], list[Picked]] = defaultdict(list)
    known: dict[tuple[int, int | None], _Ways] = {}
    for one in picked:
        kind = one.name, one.channel
        if kind not in known:
            known[kind] = _Ways(_template(window, *kind), window.config.variables)
        groups[*kind, known[kind].of(one.text)].append(one)
    shown = max(1, -(-SHOWN // max(1, len(groups))))
    found = (
        Wording(
            _title(window, name), window.name(channel), text, len(some), tuple(_items(window, some[:shown]))
        )
        for (name, channel, text), some in groups.items()
    )
    return tuple(sorted(found, key=lambda one: one.number))


def _items(window: Window, some: Sequence[Picked]) -> Iterator[dict[str, Any]]:
    return (found for one in some if (found := item(window, one.intent)) is not None)


def _title(window: Window, number: int) -> str:
    name = window.name(number) or ""
    known = window.model.messages.get(name) or window.model.benefits.get(name)
    return name if known is None else known.title or name


def _template(window: Window, name: int, channel: int | None) -> str:
    known = window.model.messages.get(window.name(name) or "")
    variant = None if known is None or channel is None else known.variant(window.name(channel) or "")
    return "" if variant is None else variant.body


@dataclass(frozen=True)
class _Ways:
    """How a template can read."""

    template: str
    variables: Mapping[str, object]

    def of(self, text: str | None) -> str | None:
        """The way that a text reads: the one that says most of it; the text itself where none does."""
        if not text:
            return None
        bare = _bare(text)
        return next((said for words, said in self._by_length if _fits(bare, words)), text)

    @cached_property
    def _by_length(self) -> list[tuple[list[str], str]]:
        found = []
        for way in ways(self.template):
            parts = [self._known(text) if is_value else (text, False) for text, is_value in pieces(way)]
            said = "".join(VALUE if is_value else text for text, is_value in parts).strip()
            while VALUE * 2 in said:
                said = said.replace(VALUE * 2, VALUE)
            words = "".join(FILLED if is_value else text for text, is_value in parts).split(FILLED)
            found.append(([_bare(text) for text in words], said))
        return sorted(found, key=lambda one: -sum(map(len, one[0])))

    def _known(self, value: str) -> tuple[str, bool]:
        """What stands there; whether that is the customer's own, and not the same for all."""
        name = value.strip("{} -+")
        return (str(self.variables[name]), False) if name in self.variables else (value, True)


def _bare(text: str) -> str:
    """Without spaces and line ends, of which templates may take some away."""
    return "".join(text.split())


def _fits(text: str, words: Sequence[str]) -> bool:
    """Whether a text is these words with anything between them."""
    first, *between = words
    if not between:
        return text == first
    last = between.pop()
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at = len(first)
    for word in between:
        found = text.find(word, at, len(text) - len(last))
        if found < 0:
            return False
        at = found + len(word)
    return True
