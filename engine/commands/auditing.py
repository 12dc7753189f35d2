"""`audit`: who did what, and whether the trail is whole."""

from dataclasses import asdict

import click

from engine.calendars.zone import Zone, parse_time
from engine.commands.opening import opened
from engine.commands.options import json_option
from engine.errors import UsageError
from engine.safekeeping.trail import Checked, check_trail
from engine.storage.audit import Head
from engine.terminal import print_json, print_json_list, print_table, talk
from engine.views.audit import trail
from engine.wording import say, say_number

_COLUMNS = (say("seq"), say("at"), say("actor"), say("verb"), say("customer"), say("what"), say("because"))


@click.command("audit")
@click.option("--verify", "verifying", is_flag=True, help="Read all of it and say whether it is whole.")
@click.option("--since", metavar="TIME", help="Only what was done since then.")
@click.option("--anchor", metavar="ROW:MAC", help="With --verify: a head that you kept elsewhere.")
@json_option
def audit_command(since: str | None, anchor: str | None, *, verifying: bool, as_json: bool) -> int:
    """Show who did what. With --verify, exit 1 when the trail is not whole."""
    if verifying and since is not None:
        raise UsageError(say("`--verify` reads all of the trail"), say("leave `--since` out"))
    if anchor is not None and not verifying:
        raise UsageError(say("`--anchor` goes with `--verify`"))
    with opened() as project:
        if verifying:
            return _tell(check_trail(project, _head(anchor)), project.config.zone, as_json=as_json)
        with project.store.read() as connection:
            zone = project.config.zone
            rows = trail(connection, zone, None if since is None else parse_time(since, zone))
            if as_json:
                print_json_list(rows)
            else:
                print_table(_COLUMNS, ([row[name] for name in _COLUMNS] for row in rows))
    return 0


def _head(text: str | None) -> Head | None:
    if text is None:
        return None
    seq, _, mac = text.partition(":")
    if not (seq.isdecimal() and mac):
        raise UsageError(
            say("{text!r} is no head of a trail", text=text), say("`homing audit --verify` prints one")
        )
    return Head(int(seq), mac)


def _tell(found: Checked, zone: Zone, *, as_json: bool) -> int:
    whole = not found.findings
    since = None if found.first is None else {"row": found.first[0], "at": zone.iso(found.first[1])}
    head = f"{found.head.seq}:{found.head.mac}"
    if as_json:
        findings = [asdict(one) for one in found.findings]
        print_json(
            {
                "whole": whole,
                "rows": found.rows,
                "head": head,
                "anchored": found.anchored,
                "since": since,
                "findings": findings,
            }
        )
        return 0 if whole else 1
    for one in found.findings:
        talk(one.what)
    if since is not None:
        talk(say("it begins with row {row} of {at}: what was before went by `[retention]`", **since))
    if whole:
        talk(say_number("whole: {n:,} row", "whole: {n:,} rows", n=found.rows))
    else:
        talk(say("not whole"))
    click.echo(head)
    return 0 if whole else 1
