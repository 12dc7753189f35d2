"""`plan`: what applying the rules would bring."""

import click

from dsl.diagnostics import Diagnostic, has_errors
from dsl.render import as_json as diagnostics_as_json
from engine.calendars.zone import Zone
from engine.commands.opening import opened, time_of
from engine.commands.options import json_option
from engine.commands.plan_tables import tell_days
from engine.commands.plan_words import tell_changes, tell_fates
from engine.commands.releasing import warn
from engine.planning.as_json import as_json as plan_as_json
from engine.planning.planning import Planned, Question, plan
from engine.projects.candidate import candidate
from engine.projects.fates import parse_move
from engine.projects.project import Project
from engine.projects.rule_sets import RuleSet
from engine.terminal import print_diagnostics, print_json, progress, talk
from engine.wording import say

MOST_DAYS = 366


@click.command("plan")
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), default=7, metavar="N", help="How far to look ahead: 7 days."
)
@click.option(
    "--replay",
    type=click.IntRange(1, MOST_DAYS),
    metavar="N",
    help="The last N days again, instead of the next ones.",
)
@click.option(
    "--move", "moves", multiple=True, metavar="JOURNEY.OLD=NEW", help="Where those in a state go; or =end."
)
@click.option(
    "--verbose",
    "-v",
    is_flag=True,
    help="Tell of those who stay too, state by state, and of each message an example.",
)
@json_option
def plan_command(
    days: int, replay: int | None, moves: tuple[str, ...], *, verbose: bool, as_json: bool
) -> int:
    """Show what `apply` would change, and what the next days would bring. Changes nothing."""
    wanted = tuple(parse_move(text) for text in moves)
    with opened() as project:
        rules, found = candidate(project)
        if has_errors(found):
            return _refuse(found, as_json=as_json)
        warn(found)
        question = Question(time_of(project), replay or days, replay is not None, wanted)
        planned = _planned(project, rules, question)
        if as_json:
            print_json(plan_as_json(planned, project.config.zone))
        else:
            _tell(planned, project.config.zone, verbose=verbose)
        return 1 if planned.stranded or planned.days.refused else 0


def _refuse(found: tuple[Diagnostic, ...], *, as_json: bool) -> int:
    if as_json:
        print_json({"diagnostics": diagnostics_as_json(found)})
    else:
        print_diagnostics(found)
    talk(say("homing: no plan: the rules have errors"))
    return 1


def _planned(project: Project, rules: RuleSet, question: Question) -> Planned:
    assert rules.model is not None  # noqa: S101  # else they were refused
    with progress(say("living through the days")) as told:
        return plan(project, rules, rules.model, question, told)


def _tell(found: Planned, zone: Zone, *, verbose: bool) -> None:
    tell_changes(found)
    tell_fates(found, each=verbose)
    tell_days(found, zone, each=verbose)
