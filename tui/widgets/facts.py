"""What is known of something: a line each, the name first."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from dsl.wording import Phrase
from tui.widgets.prose import Prose
from tui.wording import say, told

Fact = tuple[Phrase | str, object]
"""What it is called, and what it is; nothing is said of what is missing or empty."""


def fact_table(lines: Iterable[Fact]) -> Table:
    """A table of facts. Values are data, never markup."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for name, value in lines:
        if value not in (None, ""):
            table.add_row(Text(told(name)), Prose(_said(value)))
    return table


def _said(value: object) -> str:
    if isinstance(value, bool):
        return told(say("yes") if value else say("no"))
    return f"{value:,.10g}" if isinstance(value, float) else told(value)
