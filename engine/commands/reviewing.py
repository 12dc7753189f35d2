"""`review`: opens the review room. The room lies above the engine: it is found by its name when it is asked for."""

import sys
from importlib import import_module
from typing import Any

import click

from engine.commands.opening import opened, user
from engine.commands.options import as_option
from engine.errors import UsageError
from engine.wording import say

_ROOM = "tui.app"


@click.command("review")
@click.option("--light", is_flag=True, help="In dark letters on light ground.")
@as_option
def review_command(actor: str | None, *, light: bool) -> int:
    """Open the review room: approve, see what waits, watch the engine."""
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):  # Textual draws on stderr
        raise UsageError(
            say("the review room needs a terminal"), say("`homing status` and `homing queue` print")
        )
    with opened() as project:
        make: Any = import_module(_ROOM).ReviewRoom
        room = make(project, user(actor), light=light)
        room.run()
        status: int = room.return_code or 0
    return status
