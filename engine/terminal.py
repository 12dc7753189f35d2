"""What people and programs see: data on stdout, talk on stderr. Nothing that is shown can steer the terminal."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from operator import add

import click
import orjson

from engine.storage.phones import mask_phone
from engine.visible import visible

_BLOCK = 1000  # rows aligned with each other


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


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table; missing values are empty. On a terminal as wide as that, with long cells over several lines."""
    cells = ([cell(value) for value in row] for row in rows)
    first = list(islice(cells, _BLOCK))
    if sys.stdout.isatty() and len(first) < _BLOCK:
        _print_fitted(columns, first)
    else:
        _print_lines(columns, chain(first, cells))


def _print_fitted(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415  # takes a while to load
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=False)
    table = Table(*columns, box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _print_lines(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A line for each row, aligned as far as the first thousand rows tell: there may be more than fit into memory."""
    from rich.cells import cell_len  # noqa: PLC0415

    widths, waiting = [0] * len(columns), iter(rows)
    block: list[Sequence[str]] = [columns] if any(columns) else []
    while block := [*block, *islice(waiting, _BLOCK)]:
        sizes = [list(map(cell_len, row)) for row in block]
        widths = [max(width, *column) for width, column in zip(widths, zip(*sizes, strict=True), strict=True)]
        for row, lengths in zip(block, sizes, strict=True):
            gaps = (" " * (width - length) for width, length in zip(widths, lengths, strict=True))
            click.echo("  ".join(map(add, row, gaps)).rstrip())
        block = []


def cell(value: object) -> str:
    """A value as it stands in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else visible(str(value))


def masked(number: str | None) -> str | None:
    """A phone number as people see it."""
    return None if number is None else mask_phone(number)


def say(text: str) -> None:
    """Talk, on stderr."""
    click.echo(visible(text, lines=True), err=True)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr when that is a terminal; tell it what is done and the total."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(visible(what), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
