"""`demo`: a project with made-up customers, run through months of virtual time."""

from datetime import date
from pathlib import Path

import click

from dsl.wording import Phrase
from engine.demo.demo import FIRST_DAY, LAST_DAY, Extent, make_demo
from engine.demo.summary import Summary
from engine.errors import UsageError
from engine.storage.states import MessageStatus
from engine.terminal import print_table, print_text, progress, talk
from engine.wording import say

_STATUSES = (
    MessageStatus.SENT,
    MessageStatus.WAITING,
    MessageStatus.HELD,
    MessageStatus.DROPPED,
    MessageStatus.CANCELLED,
)


@click.command("demo")
@click.argument("folder", type=click.Path(), metavar="[DIR]", default="demo")
@click.option(
    "--until", "last", metavar="DATE", help="Stop on that day, with calls and approvals left to do."
)
def demo_command(folder: str, last: str | None) -> None:
    """Make a project with synthetic customers, run it through five months, say what came of it."""
    extent = Extent() if last is None else Extent(last_day=_day(last))
    with progress(say("five months of a service centre, day by day")) as told:
        found = make_demo(Path(folder), told, extent)
    rows = [
        (journey, *(counts.get(status.word, 0) for status in _STATUSES))
        for journey, counts in sorted(found.messages.items())
    ]
    print_table((say("messages of"), *(status.said for status in _STATUSES)), rows)
    click.echo()
    for line in _words(found):
        print_text(line)
    talk("")
    talk(say("{folder} is a project now. Have a look at it:", folder=folder))
    for command in (
        "review",
        f"customer {found.told_to}",
        "messages --status dropped",
        "graph retention --format mermaid",
    ):
        talk(f"  homing --project {folder} {command}")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UsageError(
            say("{text!r} is no day of the demonstration", text=text),
            say("name one from {first} to {last}", first=FIRST_DAY.isoformat(), last=LAST_DAY.isoformat()),
        )
    return day


def _words(found: Summary) -> list[Phrase]:
    """What became of the people, in sentences."""
    done, opened = found.tasks.get("done", 0), sum(found.tasks.values())
    return [
        say(
            "{customers:,} customers; {warned:,} gave a warning, {recalled:,} had to be won back.",
            customers=found.customers,
            warned=found.warned,
            recalled=found.recalled,
        ),
        say("{back:,} of those came again.", back=found.back),
        say("{opened:,} calls and other tasks, {done:,} of them done.", opened=opened, done=done),
        say(
            "{out:,} opted out; {after:,} messages went to any of them in the 90 days after.",
            out=found.opted_out,
            after=found.after_optout,
        ),
    ]
