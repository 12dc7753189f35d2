"""`test`: the scenarios of a rule set, played; and what of the rules they have tried."""

from functools import reduce
from operator import or_

import click

from dsl.context import WELL_KNOWN_CHANNELS
from dsl.diagnostics import has_errors
from dsl.wording import Phrase
from engine.commands.options import json_option
from engine.commands.rules import place_of, surroundings_of
from engine.errors import UsageError
from engine.projects.rule_sets import read_rule_set
from engine.scenarios.coverage import Coverage, Trail, coverage_of
from engine.scenarios.items import Item
from engine.scenarios.playing import Played
from engine.scenarios.trying import Trial, chosen, try_all
from engine.terminal import print_diagnostics, print_json, print_table, print_text, talk
from engine.wording import lines, say, say_number


@click.command("test")
@click.argument("path", required=False, metavar="[PATH]")
@click.option("--only", metavar="TEXT", help="Only the scenarios whose titles hold this text.")
@click.option("--coverage", "with_coverage", is_flag=True, help="Tell what of the rules no scenario tries.")
@json_option
def test_command(path: str | None, only: str | None, *, with_coverage: bool, as_json: bool) -> int:
    """Play the scenarios of a rule file or folder, or of the project's own rules."""
    place = place_of(path)
    config = surroundings_of(place)
    rules = read_rule_set(place, config)
    if rules.model is None or has_errors(rules.diagnostics):
        print_diagnostics(rules.diagnostics, err=True)
        talk(say("the rules have errors: no scenario was played"))
        return 1
    places = chosen(rules.model, only)
    if only is not None and not places:
        raise UsageError(say("no scenario has {text!r} in its title", text=only))
    channels = WELL_KNOWN_CHANNELS | config.channels.keys()
    told = (lambda _: None) if as_json else _tell
    trial = Trial(rules.model, config, channels, places, watched=with_coverage or as_json)
    played = try_all(trial, told)
    coverage = coverage_of(rules.model, reduce(or_, (one.trail for one in played), Trail()))
    if as_json:
        print_json(_document(played, coverage))
    elif with_coverage:
        _tell_coverage(coverage)
    talk(_summary(played))
    return 0 if all(one.passed for one in played) else 1


def _tell(played: Played) -> None:
    """One line for what passed; for what failed, everything there is to know."""
    span = played.scenario.span
    verdict = say("passed") if played.passed else say("FAILED")
    where = f"{span.source.name}:{span.line}"
    print_text(say("{verdict} {title} ({where})", verdict=verdict, title=played.scenario.title, where=where))
    told: tuple[Phrase, ...] = ()
    for failure in played.failures:
        print_text(say("  line {line}: {expected}", line=failure.line, expected=failure.expected))
        happened = (say("as told above"),) if told and failure.happened == told else failure.happened
        for line in happened:
            print_text(say("    {line}", line=line))
        told = failure.happened


def _summary(played: list[Played]) -> Phrase:
    failed = sum(not one.passed for one in played)
    told = say_number("{n} scenario", "{n} scenarios", n=len(played))
    if not played:
        return say("there are no scenarios")
    return (
        say("{scenarios}, {failed} failed", scenarios=told, failed=failed)
        if failed
        else say("{scenarios}, all passed", scenarios=told)
    )


def _tell_coverage(coverage: Coverage) -> None:
    columns = (say("journey"), say("states"), say("transitions"), say("outcomes"), say("conditions"))
    rows = [(name, *_shares(coverage, name)) for name in coverage.journeys]
    print_text("")
    print_table(columns, [*rows, (say("in all"), *_shares(coverage, None))])
    for item in coverage.items:
        if item in coverage.missed:
            print_text(_missed(item, coverage))


def _shares(coverage: Coverage, journey: str | None) -> list[str]:
    return [f"{tried}/{total}" for tried, total in coverage.counts(journey).values()]


def _missed(item: Item, coverage: Coverage) -> Phrase:
    where = f"{item.file}:{item.line}"
    if item.what == "state":
        return say(
            "{where} {journey}: nobody enters state {name}", where=where, journey=item.journey, name=item.name
        )
    if item.what != "condition":
        return say(
            "{where} {journey}: nobody takes {name}", where=where, journey=item.journey, name=item.name
        )
    if item in coverage.in_vain:
        return say("{where} {journey}: never true: {name}", where=where, journey=item.journey, name=item.name)
    return say("{where} {journey}: never asked: {name}", where=where, journey=item.journey, name=item.name)


def _document(played: list[Played], coverage: Coverage) -> dict[str, object]:
    passed = sum(one.passed for one in played)
    scenarios = [
        {
            "name": one.scenario.title,
            "file": one.scenario.span.source.name,
            "line": one.scenario.span.line,
            "passed": one.passed,
            "failures": [
                {"line": item.line, "expected": item.expected, "happened": str(lines(item.happened))}
                for item in one.failures
            ],
        }
        for one in played
    ]
    return {
        "passed": passed,
        "failed": len(played) - passed,
        "scenarios": scenarios,
        "coverage": _coverage_document(coverage),
    }


def _coverage_document(coverage: Coverage) -> dict[str, object]:
    names = (None, *coverage.journeys)
    counts = {
        name: {
            f"{what}s": {"tried": tried, "all": total}
            for what, (tried, total) in coverage.counts(name).items()
        }
        for name in names
    }
    missed = [
        item._asdict() | {"asked": item in coverage.in_vain}
        for item in coverage.items
        if item in coverage.missed
    ]
    return {**counts.pop(None), "journeys": counts, "missed": missed}
