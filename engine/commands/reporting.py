"""`report`: the numbers of a period, for those who decide what to do next."""

from dataclasses import dataclass
from html import escape

import click

from dsl.wording import Phrase
from engine.calendars.zone import Zone, parse_time
from engine.commands.opening import opened, time_of
from engine.commands.options import json_option
from engine.errors import UsageError
from engine.plans.plan import make_plan
from engine.projects.project import Project
from engine.reports.reporting import REPORTS, report, table
from engine.reports.study import Row, Study
from engine.terminal import print_json, print_table, print_text, words
from engine.views.export_files import as_csv
from engine.views.window import look
from engine.visible import visible
from engine.wording import say, say_as

_UNKNOWN = "—"
"""Stands for a number of which nothing is known, but not in files that programs read."""

_MONTH = 30
"""Days that a report covers where nobody says, today included."""


@click.command("report")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--since", metavar="TIME", help="From then on; else the last 30 days.")
@click.option("--until", metavar="TIME", help="Until just before then; else until now.")
@click.option("--days", type=click.IntRange(1), metavar="N", help="The last N days, today included.")
@click.option("--by", metavar="DIMENSION", help="For each attribute, value or audience of customers apart.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "html"]),
    default="table",
    show_default=True,
    help="How it is printed.",
)
@json_option
def report_command(
    name: str | None,
    by: str | None,
    form: str,
    *,
    since: str | None,
    until: str | None,
    days: int | None,
    as_json: bool,
) -> None:
    """Print a report: summary, people, batches, funnel, journeys, returns, benefits, tests.

    Without a name: what each tells.
    """
    if name is None:
        _tell_all(as_json=as_json)
        return
    with opened() as project:
        rows = _rows(project, name, _Asked(since, until, days), by)
    if as_json:
        print_json(rows)
        return
    rows = [{key: words(one) if isinstance(one, Phrase) else one for key, one in row.items()} for row in rows]
    if form == "table":
        names, cells = table(rows, _UNKNOWN)
        print_table([_heading(one) for one in names], cells, headed=1)
    elif form == "csv":
        click.echo(_as_csv(rows), nl=False)
    else:
        print_text(_as_html(name, rows))


def _tell_all(*, as_json: bool) -> None:
    """Which reports there are."""
    if as_json:
        print_json([{"report": name, "tells": found.about} for name, found in REPORTS.items()])
    else:
        print_table((say("report"), say("tells")), [(name, found.about) for name, found in REPORTS.items()])


_HEADINGS: dict[str, Phrase] = {
    "figure": say("figure"),
    "of": say("of it"),
    "number": say("in the period"),
    "before": say("before"),
    "who": say("who"),
    "finished": say("tasks finished"),
    "overdue": say("overdue"),
    "outcomes": say("what came of them"),
    "journey": say("journey"),
    "enrolled": say("enrolled"),
    "reached": say("reached"),
    "responded": say("responded"),
    "tried": say("tried"),
    "won": say("won"),
    "retained": say("retained"),
    "batch": say("batch"),
    "message": say("message"),
    "audience": say("customers"),
    "sent": say_as("column", "sent"),
    "delivered": say("delivered"),
    "open_rate": say("opened"),
    "click_rate": say("clicked"),
    "response_rate": say("responded"),
    "conversion_rate": say("goal reached"),
    "redemption_rate": say("redeemed, share"),
    "optout_rate": say("opted out"),
    "repurchase_days": say("days to the next purchase"),
    "under_way": say("under way"),
    "entered": say("came in"),
    "held_out": say("held out"),
    "ended": say("ended"),
    "goal_rate": say("goal reached"),
    "held_out_goal_rate": say("of the held out"),
    "difference": say("difference, points"),
    "low": say("at least"),
    "high": say("at most"),
    "relative": say("relative"),
    "benefit": say("benefit"),
    "granted": say("given"),
    "redeemed": say("redeemed"),
    "worth": say("worth"),
    "cost": say("cost"),
    "spent": say("spent with it"),
    "spent_each": say("spent, each"),
    "held_out_spent_each": say("each of the held out"),
    "extra": say("spent in addition"),
    "messages_cost": say("messages cost"),
    "tasks_cost": say("tasks cost"),
    "benefits_cost": say("benefits cost"),
    "roi": say("return"),
    "roi_at_least": say("at least"),
    "roi_at_most": say("at most"),
    "test": say("test"),
    "arm": say("arm"),
    "customers": say("customers"),
    "rate": say("share"),
}


def _heading(name: str) -> str:
    """What a column is called; shares by both of their ends."""
    return "/".join(words(_HEADINGS[part]) if part in _HEADINGS else part for part in name.split("/"))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The period that is asked for."""

    since: str | None
    until: str | None
    days: int | None

    def within(self, zone: Zone, now: int) -> tuple[int, int]:
        """From when, and until just before when."""
        since, until = (None if one is None else parse_time(one, zone) for one in (self.since, self.until))
        if since is not None and self.days is not None:
            raise UsageError(say("`--days` and `--since` say the same"), say("give one of them"))
        last = now + 1 if until is None else until
        first = zone.midnight(zone.day(last - 1) - (self.days or _MONTH) + 1) if since is None else since
        if first >= last:
            raise UsageError(say("the period ends before it begins"), say("`--since` comes before `--until`"))
        return first, last


def _rows(project: Project, name: str, asked: _Asked, by: str | None) -> list[Row]:
    zone, now = project.config.zone, time_of(project)
    first, last = asked.within(zone, now)
    with project.store.read() as connection:
        window = look(connection, project.config)
        plan = make_plan(connection, window.release, window.model, project.config.setting)
        return report(Study(window, plan, now, first, last, by), name)


def _as_csv(rows: list[Row]) -> str:
    """What Excel opens with its characters right, and takes nothing in for a formula or a control."""
    names, cells = table(rows)
    seen = [dict(zip(names, map(visible, row), strict=True)) for row in cells]
    return as_csv(seen).decode("utf-8").replace("\r\n", "\n")


def _as_html(name: str, rows: list[Row]) -> str:
    """A page of its own, which a browser prints."""
    names, cells = table(rows, _UNKNOWN)

    def line(tag: str, texts: list[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts) + "</tr>"

    body = "\n".join([line("th", [_heading(one) for one in names]), *(line("td", row) for row in cells)])
    style = (
        "body{font-family:sans-serif}td,th{padding:.2em .6em;text-align:right}td:first-child{text-align:left}"
    )
    return (
        f'<!doctype html>\n<meta charset="utf-8">\n<title>{escape(name)}</title>\n<style>{style}</style>\n'
        f"<h1>{escape(name)}</h1>\n<table>\n{body}\n</table>"
    )
