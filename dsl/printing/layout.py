"""Documents of the printer: text, places where a line may end, blocks. Knows their width, not what they say.

A statement becomes a `Doc`, a row of fragments that would stand on one line if nothing spoke against it.
`dsl.printing.sheet` writes documents on lines and puts the comments back between them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from itertools import pairwise
from unicodedata import category, east_asian_width

from dsl.source import NOWHERE, Span
from dsl.tree.expressions import Node

WIDTH = 100  # columns of a line without its indentation; a Chinese character takes two
INDENT = 2  # columns


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the line may end; a space where it does not.

    `written`: the writer ended the line here. `depth`: how many parentheses are open. `after` and `before`
    are the offsets in the source of the end of what stands before, and of the start of what follows.
    """

    written: bool = False
    depth: int = 0
    after: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class Raw:
    """A string over lines: `lines` stand indented between triple quotes; `inline` is the same as one word."""

    lines: tuple[str, ...]
    inline: str


@dataclass(frozen=True, slots=True)
class Block:
    """` { … }` with its items, one a line when `over_lines` or when they do not fit on one.

    An `optional` one without items is not written.
    """

    items: tuple["Item", ...]
    span: Span
    over_lines: bool
    optional: bool = False


Fragment = str | Break | Raw | Block
Doc = tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """What stands on lines of its own: a statement, a field. `apart`: an empty line goes before it."""

    doc: Doc
    span: Span = NOWHERE
    apart: bool = False


@singledispatch
def doc(node: Node) -> Doc:
    """The document of any node; the modules `dsl.printer_*` know one kind of nodes each."""
    raise TypeError(node)


def item(node: Node) -> Item:
    """A node on lines of its own."""
    return Item(doc(node), node.span)


def block(owner: Node, nodes: Iterable[Node], *, over_lines: bool = False) -> Block:
    """The nodes in braces, over lines when the owner was written so (`over_lines`: without a source)."""
    return block_of(owner, tuple(item(node) for node in nodes), over_lines=over_lines)


def block_of(owner: Node, items: tuple[Item, ...], *, over_lines: bool) -> Block:
    """As `block`, of items."""
    written = "\n" in owner.span.text if has_source(owner) else over_lines
    return Block(items, owner.span, written)


def optional(whole: Block) -> Block:
    """The same, left out when empty."""
    return replace(whole, optional=True)


def has_source(node: Node) -> bool:
    """Whether the node was read from a file."""
    return node.span.source is not NOWHERE.source


def break_between(left: Node, right: Node) -> Break:
    """A place to end the line between two nodes, knowing whether the writer did so."""
    if not (has_source(left) and left.span.source is right.span.source):
        return Break()
    between = left.span.source.text[left.span.end : right.span.start]
    return Break("\n" in between, 0, left.span.end, right.span.start)


def listed(nodes: Sequence[Node]) -> Doc:
    """`a, b, c`, with the line ended where the writer ended it."""
    fragments: list[Fragment] = list(doc(nodes[0])) if nodes else []
    for left, right in pairwise(nodes):
        fragments += [",", break_between(left, right), *doc(right)]
    return tuple(fragments)


def enclosed(inner: Doc) -> Doc:
    """`(inner)`; lines that end inside are indented deeper."""
    return ("(", *deeper(inner), ")")


def deeper(inner: Doc) -> Doc:
    """The same inside one more pair of parentheses."""
    return tuple(replace(part, depth=part.depth + 1) if isinstance(part, Break) else part for part in inner)


def flat(fragments: Iterable[Fragment]) -> str:
    """The text on one line, whatever was written."""
    return "".join(map(_flat, fragments))


def _flat(fragment: Fragment) -> str:
    match fragment:
        case str():
            return fragment
        case Break():
            return " "
        case Raw():
            return fragment.inline
        case Block(items=()):
            return "" if fragment.optional else " {}"
        case Block():
            return " { " + ", ".join(flat(part.doc) for part in fragment.items) + " }"


def stretch(fragments: Iterable[Fragment]) -> str:
    """The text up to the first place where the line has to end."""
    return "".join(_until_forced(fragments))


def _until_forced(fragments: Iterable[Fragment]) -> Iterator[str]:
    for fragment in fragments:
        if is_forced(fragment):
            yield '"""' if isinstance(fragment, Raw) else " {"
            return
        yield _flat(fragment)


def is_forced(fragment: Fragment) -> bool:
    """Whether a line has to end inside of it."""
    match fragment:
        case Raw():
            return True
        case Block():
            return fragment.over_lines or any(
                is_forced(inner) for part in fragment.items for inner in part.doc
            )
    return False


def rows(fragments: Doc, room: int) -> list[tuple[Break | None, Doc]]:
    """The document cut where its lines end, each row with the break before it.

    They end where the writer ended them, else, where one row is wider than `room`, at the outermost breaks.
    """
    breaks = [part for part in fragments if isinstance(part, Break)]
    active = [part for part in breaks if part.written]
    if not active and breaks and columns(stretch(fragments)) > room:
        outermost = min(part.depth for part in breaks)
        active = [part for part in breaks if part.depth == outermost]
    return list(_cut(fragments, {id(part) for part in active}))


def _cut(fragments: Doc, active: set[int]) -> Iterator[tuple[Break | None, Doc]]:
    before: Break | None = None
    row: list[Fragment] = []
    for fragment in fragments:
        if isinstance(fragment, Break) and id(fragment) in active:
            yield before, tuple(row)
            before, row = fragment, []
        else:
            row.append(fragment)
    yield before, tuple(row)


def columns(text: str) -> int:
    """How many columns a text takes in a terminal."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if east_asian_width(character) in "WF":
        return 2
    return 0 if category(character) in {"Mn", "Me", "Cf"} else 1
