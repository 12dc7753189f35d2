"""`review`: opens the review room. The room lies above the engine: it is found by its name when it is asked for."""

import os
import sys
from typing import Any

import click

from engine.commands.loading import load
from engine.commands.opening import opened, user
from engine.commands.options import as_option
from engine.errors import UsageError
from engine.terminal import talk
from engine.wording import say

_ROOM, _SERVER = "tui.app", "tui.web"
_HERE = "127.0.0.1:8000"

_DRIVER = "TEXTUAL_DRIVER"
"""Set where a browser is the screen: then the standard streams lead to it."""


@click.command("review")
@click.option("--light", is_flag=True, help="In dark letters on light ground.")
@click.option(
    "--web",
    is_flag=False,
    flag_value=_HERE,
    metavar="[HOST:PORT]",
    help="In a browser, at this address; 127.0.0.1:8000 if none is given.",
)
@click.option(
    "--public",
    metavar="URL",
    help="With --web: the address that people type, where another server stands before this one.",
)
@as_option
def review_command(actor: str | None, web: str | None, public: str | None, *, light: bool) -> int:
    """Open the review room: approve, see what waits, watch the engine."""
    if web is not None:
        return _serve(web, public, user(actor), light=light)
    if _DRIVER not in os.environ and not _is_terminal():
        raise UsageError(
            say("the review room needs a terminal"),
            say("`homing status` and `homing queue` print; `--web` opens it in a browser"),
        )
    with opened() as project:
        make: Any = load(_ROOM).ReviewRoom
        room = make(project, user(actor), light=light)
        room.run()
        status: int = room.return_code or 0
    return status


def _is_terminal() -> bool:
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))  # Textual draws on stderr


def _serve(where: str, public: str | None, actor: str, *, light: bool) -> int:
    """Serve rooms to browsers until stopped."""
    host, _, port = where.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise UsageError(say("{where} is no address", where=where), say("write `127.0.0.1:8000`"))
    with opened() as project:
        folder = str(project.folder)
    server = load(_SERVER)
    if host not in server.LOOPBACK or public is not None:
        talk(
            say(
                "whoever reaches {where} works in the room as {name}: a server before it must ask who they are",
                where=where,
                name=actor,
            )
        )
    command = [sys.executable, "-c", "from engine.cli import main; main()", "--project", folder, "review"]
    command += ["--as", actor, *(["--light"] if light else [])]
    server.serve(server.Address(host, int(port), public), command, light=light)
    return 0
