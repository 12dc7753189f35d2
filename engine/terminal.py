"""What people and programs see: data on stdout, talk on stderr. Nothing that is shown can steer the terminal."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import click
import orjson

from engine.storage.phones import mask_phone
from engine.visible import visible

_UNLIMITED = 10_000  # columns; what is piped on is not cut


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
    """A plain table, as wide as the terminal; missing values are empty."""
    from rich.console import Console  # noqa: PLC0415  # takes a while to load
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    width = None if sys.stdout.isatty() else _UNLIMITED
    console = Console(width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)
    table = Table(*columns, box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row))
    console.print(table)


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
