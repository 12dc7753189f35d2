"""`apply`: make the rule set the one that runs."""

import click

from dsl.diagnostics import Diagnostic, has_errors
from dsl.render import as_json as diagnostics_as_json
from engine.commands.opening import by, opened
from engine.commands.options import as_option, json_option
from engine.projects.applying import Applied, apply
from engine.projects.candidate import candidate
from engine.projects.fates import WORDS, parse_move
from engine.terminal import print_diagnostics, print_json, print_table, talk
from engine.wording import say


@click.command("apply")
@as_option
@click.option(
    "--move", "moves", multiple=True, metavar="JOURNEY.OLD=NEW", help="Where those in a state go; or =end."
)
@json_option
def apply_command(actor: str | None, moves: tuple[str, ...], *, as_json: bool) -> int:
    """Check the rules, then make them the ones that run, and show what becomes of everyone under way."""
    wanted = tuple(parse_move(text) for text in moves)
    with opened(create=True) as project:
        who = by(project, actor)
        rules, found = candidate(project)
        if has_errors(found):
            _refuse(found, as_json=as_json)
            return 1
        warn(found)
        applied = apply(project, rules, who, wanted)
    if as_json:
        print_json(applied_as_json(applied))
    else:
        _tell(applied)
    return 0


def warn(found: tuple[Diagnostic, ...]) -> None:
    """Warnings, which stop nothing."""
    print_diagnostics([item for item in found if item.severity == "warning"], err=True)


def applied_as_json(applied: Applied) -> dict[str, object]:
    """What `apply --json` says."""
    fates = [
        {
            "journey": fate.journey,
            "state": fate.state,
            "count": fate.count,
            "fate": fate.kind,
            "target": fate.target,
        }
        for fate in applied.fates
    ]
    return {"release": applied.number, "new": applied.new, "tables": list(applied.tables), "under_way": fates}


def _refuse(found: tuple[Diagnostic, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({"release": None, "new": False, "diagnostics": diagnostics_as_json(found)})
    else:
        print_diagnostics(found)
    talk(say("homing: not applied: the rules have errors"))


def _tell(applied: Applied) -> None:
    if not applied.new:
        talk(say("these rules are in force already (release {number})", number=applied.number))
        return
    if applied.fates:
        rows = [
            (fate.journey, fate.state, fate.count, WORDS[fate.kind], fate.target) for fate in applied.fates
        ]
        print_table((say("journey"), say("state"), say("customers"), say("they"), ""), rows)
    talk(say("release {number} is in force", number=applied.number))
