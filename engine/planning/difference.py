"""A difference between two rule sets as a value; how lists of rule lines are compared. Knows no kind of statement."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from dsl.printing.layout import doc, flat
from dsl.printing.printer import print_node
from dsl.tree.expressions import Node
from dsl.tree.statements import Statement
from dsl.wording import Phrase
from engine.wording import say

Kind = Literal[
    "attribute", "event", "record", "field", "audience", "value", "message", "variant", "policy", "policy_line",
    "calendar_line", "benefit", "benefit_line", "journey", "journey_line", "first_state", "stage", "state", "action",
    "transition", "order",
]  # fmt: skip

Change = Literal["added", "removed", "changed", "renamed", "affected"]

Nodes = Sequence[Node]


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as it is written, in canonical form, and where; `line` from 1."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that one rule set says and the other does not, or says otherwise.

    `name` is what it is of: `win_back`, `win_back.contact.hello`. `affected`: it is written as before and means
    something else, through what it names. `renamed`: its old name is `name`, its new one `to`. `why` says what a
    breaking difference breaks: people under way, stored values, files that come in.
    """

    change: Change
    kind: Kind
    name: str
    old: Written | None = None
    new: Written | None = None
    why: Phrase | None = None
    to: str | None = None

    @property
    def breaking(self) -> bool:
        """Whether something that exists outside the rules does not fit any more."""
        return self.why is not None

    @property
    def needs_somebody(self) -> bool:
        """Whether it breaks something only where somebody is under way."""
        by_name = (
            self.change == "renamed" and self.kind == "journey"
        )  # who has been through it may come in again
        return self.kind in ("journey", "journey_line", "state") and not by_name


KINDS = {
    "attribute": say("attribute"),
    "event": say("event"),
    "record": say("record"),
    "field": say("field"),
    "audience": say("audience"),
    "value": say("value"),
    "message": say("message"),
    "variant": say("text"),
    "policy": say("policy"),
    "policy_line": say("line of the policy"),
    "calendar_line": say("line of the calendar"),
    "benefit": say("benefit"),
    "benefit_line": say("line of the benefit"),
    "journey": say("journey"),
    "journey_line": say("line of the journey"),
    "first_state": say("first state"),
    "stage": say("stage"),
    "state": say("state"),
    "action": say("action"),
    "transition": say("transition"),
    "order": say("order of the lines"),
}
"""Kinds of differences, for people."""


def written(*nodes: Node, text: str | None = None) -> Written:
    """Where the first of some nodes stands, and all of them in canonical form."""
    span = nodes[0].span
    return Written(span.source.name, span.line, text or "\n".join(map(_text, nodes)))


def _text(node: Node) -> str:
    if isinstance(node, Statement) or "\n" in node.span.text:
        return print_node(node).removesuffix(" {}")
    return flat(doc(node)).removesuffix(" {}")


def added(kind: Kind, name: str, node: Node) -> Difference:
    """Only the new rules have it."""
    return Difference("added", kind, name, new=written(node))


def removed(kind: Kind, name: str, node: Node, why: Phrase | None = None) -> Difference:
    """Only the old rules have it."""
    return Difference("removed", kind, name, old=written(node), why=why)


def changed(kind: Kind, name: str, old: Node, new: Node, why: Phrase | None = None) -> Difference:
    """Both have it, and say it otherwise."""
    return Difference("changed", kind, name, written(old), written(new), why)


def renamed(kind: Kind, names: tuple[str, str], old: Node, new: Node, why: Phrase | None) -> Difference:
    """Both have it, under other names, which these nodes tell without what is inside."""
    return Difference("renamed", kind, names[0], written(old), written(new), why, names[1])


def in_any_order(kind: Kind, name: str, old: Nodes, new: Nodes) -> Iterator[Difference]:
    """Lines whose order means nothing."""
    yield from _paired(kind, name, _without(old, new), _without(new, old))


def in_order(kind: Kind, name: str, old: Nodes, new: Nodes) -> Iterator[Difference]:
    """Lines whose order means something."""
    if old != new and Counter(old) == Counter(new):
        yield Difference("changed", "order", name, written(*old), written(*new))
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, low, high, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield from _paired(kind, name, old[low:high], new[first:last])


def _paired(kind: Kind, name: str, old: Nodes, new: Nodes) -> Iterator[Difference]:
    """What went and what came; a line of the same form that did both has changed."""
    coming = list(new)
    for node in old:
        same = next((other for other in coming if type(other) is type(node)), None)
        if same is None:
            yield removed(kind, name, node)
        else:
            coming.remove(same)
            yield changed(kind, name, node, same)
    yield from (added(kind, name, node) for node in coming)


def _without(nodes: Nodes, others: Nodes) -> Nodes:
    """The nodes that the others do not hold, as often as they do not."""
    left, found = Counter(others), []
    for node in nodes:
        if left[node]:
            left[node] -= 1
        else:
            found.append(node)
    return found
