"""`check`, `fmt` and `graph`: everything about rule files that needs no database."""

import os
import shutil
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import click

from dsl.diagnostics import Diagnostic
from dsl.model.model import Model
from dsl.pages import page
from dsl.printing.printer import print_file
from dsl.render import as_json as diagnostics_as_json
from dsl.sarif import as_sarif
from dsl.slugs import SLUGS
from dsl.syntax.load import load
from dsl.wording import Phrase, Series
from engine.channels.building import look_over
from engine.commands.options import json_option, named_project
from engine.config import FILE_NAME, Config, default_config, load_config
from engine.errors import UnknownNameError, UsageError
from engine.language import language_of
from engine.projects.folder import find_project, project_folder, rules_of
from engine.projects.public_calendar import calendar_findings
from engine.projects.rule_files import read_rule_set
from engine.terminal import print_diagnostics, print_json, print_text, speak, spoken_language, talk
from engine.wording import all_of, near_or, say, say_number

_path = click.argument("path", type=click.Path(), required=False, metavar="[PATH]")


@click.command("check")
@_path
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="For people, for programs (as --json), or for code hosts and editors.",
)
@json_option
@click.option(
    "--links", "following", is_flag=True, help="Follow the links in messages as well: this needs the net."
)
@click.option(
    "--explain", "slug", metavar="SLUG", help="Show the page about a kind of finding; check nothing."
)
def check_command(path: str | None, form: str, slug: str | None, *, following: bool, as_json: bool) -> int:
    """Parse and analyse a rule set: a file, a folder, or the project's own."""
    if slug is not None:
        return _explain(slug)
    place = place_of(path)
    config = surroundings_of(place)
    rules = read_rule_set(place, config)
    broken = tuple(_broken_links(rules.model, config)) if following and rules.model is not None else ()
    found = (*rules.diagnostics, *calendar_findings(rules.files, config.zone), *broken)
    errors, warnings = (sum(item.severity == kind for item in found) for kind in ("error", "warning"))
    if as_json or form == "json":
        print_json({"diagnostics": diagnostics_as_json(found), "errors": errors, "warnings": warnings})
    elif form == "sarif":
        print_json(as_sarif(found, version("homing"), lambda name: _uri(place, name)))
    else:
        print_diagnostics(found)
        tell_part(place, found, "check")
        talk(_summary(errors, warnings))
    return 1 if errors or broken else 0


def _broken_links(model: Model, config: Config) -> Iterator[Diagnostic]:
    """Links that lead nowhere or elsewhere; of those that were not followed it is told how many they are."""
    from engine.projects.links import follow_links  # noqa: PLC0415  # what calls others is loaded for that alone

    done = follow_links(model, config)
    for one in done.found:
        hint = say(
            "Mend it; until then `homing pause --message {name}` keeps it from leaving.", name=one.message
        )
        yield Diagnostic("bad-link", "warning", one.variant.span, say("{said}.", said=one.because), hint)
    talk(say("{n} links followed; {more} are another for each customer", n=done.links, more=done.passed_over))


@click.command("fmt")
@_path
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; exit 1 when something would change."
)
def fmt_command(path: str | None, *, only_check: bool) -> int:
    """Write rule files in their canonical form. Files with errors in their grammar are left alone."""
    place = place_of(path)
    surroundings_of(place)
    files, flaws = load(place)
    broken = _broken(flaws)
    status = 0
    for file in files:
        name = file.source.name
        if name in broken:
            continue
        target = place / name if place.is_dir() else place
        status |= _format(target, name, print_file(file), only_check=only_check)
    print_diagnostics(flaws, err=True)
    return 1 if broken else status


@click.command("graph")
@click.argument("journey")
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "dot", "svg"]), default="mermaid", show_default=True
)
@click.option(
    "--rules",
    "path",
    type=click.Path(),
    metavar="PATH",
    help="A rule file or folder; else the project's own rules.",
)
def graph_command(journey: str, form: str, path: str | None) -> int:
    """Draw the state machine of a journey."""
    from dsl.graphs import graph  # noqa: PLC0415

    place = place_of(path)
    rules = read_rule_set(place, surroundings_of(place))
    if (model := rules.model) is None:
        print_diagnostics(rules.diagnostics, err=True)
        talk(say("homing: no picture: the rules have errors"))
        return 1
    if journey not in model.journeys:
        hint = near_or(journey, model.journeys, say("known: {names}", names=all_of(model.journeys)))
        raise UnknownNameError(say("there is no journey `{journey}`", journey=journey), hint)
    draw = {"mermaid": graph.mermaid, "dot": graph.dot, "svg": graph.svg}[form]
    click.echo(draw(model.journeys[journey]))
    return 0


def surroundings_of(path: Path) -> Config:
    """The configuration that holds for a file or folder: its project's, else the defaults with its name as brand.

    From now on its language is spoken.
    """
    named = named_project()
    folder = project_folder(named, path) if named else find_project(path)
    if folder is not None:
        config = load_config(folder / FILE_NAME)
        speak(language_of(config.language, os.environ))
        look_over(config.channels, folder)  # what their tables say must be meant
        return config
    absolute = path.absolute()
    return default_config((absolute if path.is_dir() else absolute.parent).name or "brand")


def tell_part(place: Path, found: Iterable[Diagnostic], command: str) -> None:
    """Where names are missing: whether the file or folder is only a part of the rules beside it or above it."""
    whole = place.absolute().parent
    missing = any(item.slug == "unknown-name" and item.severity == "error" for item in found)
    if missing and any(other != place.absolute() for other in whole.glob("*.rules")):
        folder = os.path.relpath(whole)
        talk(
            say(
                "this is only a part of the rules in {folder}: what its other files declare is not known here",
                folder=folder,
            )
        )
        talk(say("look at all of them: `homing {command} {folder}`", command=command, folder=folder))


def _explain(slug: str) -> int:
    known = next((name for name in SLUGS if name == slug), None)
    if known is None:
        hint = near_or(slug, SLUGS, say("known: {names}", names=all_of(SLUGS)))
        raise UnknownNameError(say("nothing that `check` finds is called `{slug}`", slug=slug), hint)
    print_text(page(known, spoken_language()).rstrip("\n"))
    return 0


def _uri(place: Path, name: str) -> str:
    """The address of a rule file or letter: relative to the current folder, where code hosts look for it."""
    file = Path(os.path.normpath((place if place.is_dir() else place.parent).absolute() / name))
    here = Path.cwd()
    return (
        quote(os.fsencode(file.relative_to(here).as_posix())) if file.is_relative_to(here) else file.as_uri()
    )


def place_of(path: str | None) -> Path:
    """The file or folder of a path; without one the rules of the project, else where we are."""
    if path is not None:
        place = Path(path)
        if not place.exists():
            raise UsageError(say("{path}: no such file or folder", path=path))
        return place
    named = named_project()
    folder = project_folder(named, Path.cwd()) if named else find_project(Path.cwd())
    if folder is None:
        return Path.cwd()
    return rules_of(folder, load_config(folder / FILE_NAME))


def _summary(errors: int, warnings: int) -> Phrase:
    told = [say_number("{n} error", "{n} errors", n=errors)] if errors else []
    told += [say_number("{n} warning", "{n} warnings", n=warnings)] if warnings else []
    return say("{counts}", counts=Series(tuple(told))) if told else say("all well")


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
    talk(say("formatted {name}", name=name))
    return 0
