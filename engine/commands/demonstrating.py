"""`demo`: a project with made-up customers, run through months of virtual time."""

from pathlib import Path

import click

from engine.demo.demo import make_demo
from engine.demo.summary import Summary
from engine.terminal import print_table, progress, say

_STATUSES = ("sent", "waiting", "held", "dropped", "cancelled")


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default="demo")
def demo_command(folder: str) -> None:
    """Make a project with synthetic customers, run it through five months, say what came of it."""
    with progress("five months of a service centre, day by day") as told:
        found = make_demo(Path(folder), told)
    rows = [
        (journey, *(counts.get(status, 0) for status in _STATUSES))
        for journey, counts in sorted(found.messages.items())
    ]
    print_table(("messages of", *_STATUSES), rows)
    click.echo()
    for line in _words(found):
        click.echo(line)
    say(f"\n{folder} is a project now. Have a look at it:")
    for command in (
        f"customer {found.told_to}",
        "messages --status dropped",
        "graph retention --format mermaid",
    ):
        say(f"  homing --project {folder} {command}")


def _words(found: Summary) -> list[str]:
    """What became of the people, in sentences."""
    done, opened = found.tasks.get("done", 0), sum(found.tasks.values())
    return [
        f"{found.customers:,} customers; {found.warned:,} gave a warning, {found.recalled:,} had to be won back.",
        f"{found.back:,} of those came again.",
        f"{opened:,} calls and other tasks, {done:,} of them done.",
        f"{found.opted_out:,} opted out; {found.after_optout:,} messages went to any of them in the 90 days after.",
    ]
