"""`parked`: what came in and is nobody's yet."""

import click

from engine.calendars.zone import parse_time
from engine.commands.opening import opened
from engine.commands.options import json_option, limit_option
from engine.terminal import print_json_list, print_table
from engine.views.parked import KINDS, unclaimed
from engine.views.window import look
from engine.wording import say

_COLUMNS = (say("came"), say("kind"), say("from"), say("whose"), say("what"), say("because"))


@click.command("parked")
@click.option("--kind", type=click.Choice(KINDS), help="Only these.")
@click.option("--since", metavar="TIME", help="Only what came since then.")
@limit_option
@json_option
def parked_command(kind: str | None, since: str | None, limit: int | None, *, as_json: bool) -> None:
    """List what came in and could not be taken: messages over HTTP, and replies from addresses that nobody has."""
    with opened() as project, project.store.read() as connection:
        window = look(connection, project.config)
        found = unclaimed(window, kind, None if since is None else parse_time(since, window.zone), limit)
        if as_json:
            print_json_list(found)
        else:
            print_table(_COLUMNS, ([one[name] for name in _COLUMNS] for one in found))
