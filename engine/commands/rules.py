"""`check`, `fmt` and `graph`: everything about rule files that needs no database."""

import shutil
from pathlib import Path

import click

from dsl.diagnostics import Diagnostic
from dsl.load import load
from dsl.model import Model
from dsl.near import nearest
from dsl.printer import print_file
from dsl.render import as_json as diagnostics_as_json
from dsl.render import render
from engine.channels.building import build_channels
from engine.commands.options import json_option, language_of, named_project, real_time
from engine.config import FILE_NAME, Config, default_config, load_config
from engine.errors import RulesError, UnknownNameError, UsageError
from engine.projects.folder import find_project, project_folder, rules_of
from engine.projects.public_calendar import calendar_findings
from engine.projects.rule_sets import RuleSet, read_rule_set
from engine.terminal import print_json, say

_path = click.argument("path", required=False, metavar="[PATH]")


@click.command("check")
@_path
@json_option
def check_command(path: str | None, *, as_json: bool) -> int:
    """Parse and analyse a rule set: a file, a folder, or the project's own."""
    place = _place(path)
    config = surroundings_of(place)
    rules, language = read_rule_set(place, config), language_of(config)
    found = (*rules.diagnostics, *calendar_findings(rules.files, config.zone, config.zone.day(real_time())))
    errors, warnings = (sum(item.severity == kind for item in found) for kind in ("error", "warning"))
    if as_json:
        print_json(
            {"diagnostics": diagnostics_as_json(found, language), "errors": errors, "warnings": warnings}
        )
    else:
        click.echo(render(found, language), nl=False)
        say(_summary(errors, warnings))
    return 1 if errors else 0


@click.command("fmt")
@_path
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; exit 1 when something would change."
)
def fmt_command(path: str | None, *, only_check: bool) -> int:
    """Write rule files in their canonical form. Files with errors in their grammar are left alone."""
    place = _place(path)
    files, flaws = load(place)
    broken = _broken(flaws)
    status = 0
    for file in files:
        name = file.source.name
        if name in broken:
            continue
        target = place / name if place.is_dir() else place
        status |= _format(target, name, print_file(file), only_check=only_check)
    click.echo(render(flaws, language_of(surroundings_of(place))), nl=False, err=True)
    return 1 if broken else status


@click.command("graph")
@click.argument("journey")
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "dot", "svg"]), default="mermaid", show_default=True
)
@click.option("--rules", "path", metavar="PATH", help="A rule file or folder; else the project's own rules.")
def graph_command(journey: str, form: str, path: str | None) -> None:
    """Draw the state machine of a journey."""
    from dsl import graph  # noqa: PLC0415

    place = _place(path)
    model = _model(read_rule_set(place, surroundings_of(place)))
    if journey not in model.journeys:
        near = nearest(journey, model.journeys)
        hint = f"did you mean `{near}`?" if near else f"known: {', '.join(model.journeys) or 'none'}"
        raise UnknownNameError(f"there is no journey `{journey}`", hint)
    draw = {"mermaid": graph.mermaid, "dot": graph.dot, "svg": graph.svg}[form]
    click.echo(draw(model.journeys[journey]))


def surroundings_of(path: Path) -> Config:
    """The configuration that holds for a file or folder: its project's, else the defaults with its name as brand."""
    named = named_project()
    folder = project_folder(named, path) if named else find_project(path)
    if folder is not None:
        config = load_config(folder / FILE_NAME)
        build_channels(config.channels, folder)  # what their tables say must be meant
        return config
    absolute = path.absolute()
    return default_config((absolute if path.is_dir() else absolute.parent).name or "brand")


def _place(path: str | None) -> Path:
    if path is not None:
        place = Path(path)
        if not place.exists():
            raise UsageError(f"{path}: no such file or folder")
        return place
    named = named_project()
    folder = project_folder(named, Path.cwd()) if named else find_project(Path.cwd())
    if folder is None:
        return Path.cwd()
    return rules_of(folder, load_config(folder / FILE_NAME))


def _model(rules: RuleSet) -> Model:
    if rules.model is None:
        raise RulesError("the rules have errors", "`homing check` shows them")
    return rules.model


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return "all well"
    counts = ((errors, "error"), (warnings, "warning"))
    return ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in counts if count)


def _broken(flaws: tuple[Diagnostic, ...]) -> set[str]:
    return {item.span.source.name for item in flaws if item.severity == "error"}


def _write_whole(target: Path, content: bytes) -> None:
    """All of it or nothing: a file of rules is never half written."""
    draft = target.with_name(f".{target.name}.new")
    draft.write_bytes(content)
    shutil.copymode(target, draft)
    draft.replace(target)


def _format(target: Path, name: str, text: str, *, only_check: bool) -> int:
    before = target.read_bytes()
    if before == text.encode():
        return 0
    if only_check:
        click.echo(name)
        return 1
    _write_whole(target.resolve(), text.encode())
    say(f"formatted {name}")
    return 0
