"""What people and programs see: data on stdout, talk on stderr. Nothing that is shown can steer the terminal.

Phrases are said in the language that `speak` was told, everywhere but in JSON: data never change with the language.
"""

import gettext
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain, groupby, islice
from operator import add
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click
import orjson

from dsl.diagnostics import Diagnostic
from dsl.render import render
from dsl.translation import Language, in_language
from dsl.wording import Phrase
from engine.storage.masks import mask_address
from engine.visible import plain_number, visible
from engine.wording import say

if TYPE_CHECKING:
    from rich.console import Console

_BLOCK = 1000  # rows aligned with each other

_NARROW, _LEAST = 26, 18
"""Columns up to so wide (a time) are never broken; wider ones may be broken into lines of no less."""

_LIBRARY = "click"
"""The catalogue of the sentences that click says, found by gettext's own rules."""

_spoken: ContextVar[Language] = ContextVar("language", default="en")


def speak(language: Language) -> None:
    """Say everything in that language from now on, what click says included."""
    _spoken.set(language)
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(_LIBRARY, str(Path(__file__).with_name("locale")))
    gettext.textdomain(_LIBRARY)


def spoken_language() -> Language:
    """The language that is spoken."""
    return _spoken.get()


def words(text: str) -> str:
    """A text in the language that is spoken, as far as it is a phrase that is known there."""
    return in_language(text, _spoken.get())


def cells(text: str) -> int:
    """The room that a text takes on a terminal, in the width of a Latin letter."""
    from rich.cells import cell_len  # noqa: PLC0415  # takes a while to load

    return cell_len(text)


def print_json(document: object) -> None:
    """One JSON document."""
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


def print_json_list(items: Iterable[object]) -> None:
    """One JSON list, item by item: it may be longer than memory."""
    start = "[\n  "
    for item in items:
        click.echo(start + orjson.dumps(item).decode(), nl=False)
        start = ",\n  "
    click.echo("\n]" if start != "[\n  " else "[]")


def print_text(text: str) -> None:
    """A sentence, or several lines of them."""
    click.echo(visible(words(text), lines=True))


def print_diagnostics(found: Iterable[Diagnostic], *, err: bool = False) -> None:
    """Findings about rules, with the lines that they are about."""
    click.echo(render(found, _spoken.get()), nl=False, err=err)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], headed: int = 0) -> None:
    """A plain table; missing values are empty. On a terminal as wide as that, with long cells over several lines.

    `headed`: so many columns at the beginning may become headings above the rows where there is no room for them.
    """
    cells = ([cell(value) for value in row] for row in rows)
    first, headings = list(islice(cells, _BLOCK)), list(map(words, columns))
    if sys.stdout.isatty() and len(first) < _BLOCK and not _fits(headings, first):
        _print_fitted(headings, first, headed)
    else:
        _print_lines(headings, chain(first, cells))


def _fits(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table is no wider than the terminal, as most are: then nothing of Rich but its widths is loaded."""
    widths = [max(map(cells, column)) for column in zip(columns, *rows, strict=True)]
    return sum(widths) + 2 * (len(widths) - 1) <= get_terminal_size().columns


def _print_fitted(columns: Sequence[str], rows: Sequence[Sequence[str]], headed: int) -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=False)
    widths = [max(map(cells, column)) for column in zip(columns, *rows, strict=True)]
    for above in range(headed + 1):
        room = console.width - 2 * (len(widths) - above - 1)
        if not any(columns) or sum(map(_least, widths[above:])) <= room:
            _print_groups(console, columns, rows, widths, above)
            return
    _print_lines(("", ""), chain.from_iterable(_card(columns, row) for row in rows))


def _least(width: int) -> int:
    """The room that a column needs."""
    return width if width <= _NARROW else _LEAST


def _print_groups(
    console: "Console",
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    above: int,
) -> None:
    """The rows under each other; the first `above` columns as lines of their own before those that share them."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = any(columns)
    for heading, group in groupby(rows, lambda row: row[:above]):
        if above:
            console.print(Text("  ".join(filter(None, heading)), "bold"))
        table = Table(box=None, pad_edge=False, header_style="bold", show_header=shown)
        for name, width in zip(columns[above:], widths[above:], strict=True):
            table.add_column(name, overflow="fold", no_wrap=width <= _NARROW, min_width=_least(width))
        for row in group:
            table.add_row(*map(Text, row[above:]))
        console.print(table)
        shown = False


def _card(columns: Sequence[str], row: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A row that is too wide for the terminal: its values below each other, and an empty line."""
    yield from ((name, value) for name, value in zip(columns, row, strict=True) if value)
    yield "", ""


def _print_lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A line for each row, aligned as far as the first thousand rows tell: there may be more than fit into memory."""
    from rich.cells import cell_len  # noqa: PLC0415

    widths, waiting = [0] * len(columns), iter(rows)
    block: list[Sequence[str]] = [columns] if any(columns) else []
    bold = bool(block) and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    while block := [*block, *islice(waiting, _BLOCK)]:
        sizes = [list(map(cell_len, row)) for row in block]
        widths = [max(width, *column) for width, column in zip(widths, zip(*sizes, strict=True), strict=True)]
        for row, lengths in zip(block, sizes, strict=True):
            gaps = (" " * (width - length) for width, length in zip(widths, lengths, strict=True))
            line = "  ".join(map(add, row, gaps)).rstrip()
            click.echo(click.style(line, bold=True) if bold else line)
            bold = False
        block = []


def cell(value: object) -> str:
    """A value as it stands in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return words(say("yes") if value else say("no"))
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, int):
        return f"{value:,}"
    return visible(words(value) if isinstance(value, str) else str(value))


def masked(value: object, kind: str) -> object:
    """A value of a declared type as people see it: addresses and card numbers masked."""
    return mask_address(value, kind) if isinstance(value, str) else value


def talk(text: str) -> None:
    """Talk, on stderr."""
    click.echo(visible(words(text), lines=True), err=True)


@contextmanager
def progress(what: Phrase) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr when that is a terminal; tell it what is done and the total."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(visible(words(what)), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
