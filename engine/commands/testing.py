"""`test`: the scenarios of a rule set, played; and what of the rules they have tried."""

from functools import reduce
from operator import or_

import click

from dsl.context import WELL_KNOWN_CHANNELS
from dsl.diagnostics import has_errors
from dsl.render import as_json as diagnostics_as_json
from dsl.wording import Phrase
from engine.commands.options import json_option
from engine.commands.rules import place_of, surroundings_of, tell_part
from engine.errors import UsageError
from engine.projects.rule_files import read_rule_set
from engine.scenarios.coverage import Coverage, Trail, coverage_of
from engine.scenarios.items import KINDS, Item, Owner
from engine.scenarios.playing import Played
from engine.scenarios.trying import Trial, chosen, try_all
from engine.terminal import print_diagnostics, print_json, print_table, print_text, talk
from engine.wording import lines, say, say_number


@click.command("test")
@click.argument("path", type=click.Path(), required=False, metavar="[PATH]")
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
        tell_part(place, rules.diagnostics, "test")
        if as_json:
            errors = diagnostics_as_json(rules.diagnostics)
            print_json({"passed": 0, "failed": 0, "scenarios": [], "coverage": {}, "diagnostics": errors})
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
    rows = [(_owner(owner), *_shares(coverage, owner)) for owner in coverage.owners]
    print_text("")
    print_table(columns, [*rows, (say("in all"), *_shares(coverage, None))])
    for item in coverage.items:
        if item in coverage.missed:
            print_text(_missed(item, coverage))


def _owner(owner: Owner) -> str:
    return owner.name if owner.kind == "journey" else say("policy {name}", name=owner.name)


def _shares(coverage: Coverage, owner: Owner | None) -> list[str]:
    """Of a policy the conditions only: it has nothing else."""
    counts = coverage.counts(owner).items()
    own = {"condition"} if owner is not None and owner.kind == "policy" else set(KINDS)
    return [f"{tried}/{total}" if what in own else "" for what, (tried, total) in counts]


def _missed(item: Item, coverage: Coverage) -> Phrase:
    where, owner, name = f"{item.file}:{item.line}", _owner(item.owner), item.name
    if item.what == "state":
        return say("{where} {owner}: nobody enters state {name}", where=where, owner=owner, name=name)
    if item.what != "condition":
        return say("{where} {owner}: nobody takes {name}", where=where, owner=owner, name=name)
    if item in coverage.in_vain:
        return say("{where} {owner}: never true: {name}", where=where, owner=owner, name=name)
    return say("{where} {owner}: never asked: {name}", where=where, owner=owner, name=name)


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
    owners = {owner: _counts(coverage, owner) for owner in coverage.owners}
    journeys = {owner.name: counts for owner, counts in owners.items() if owner.kind == "journey"}
    policies = {
        owner.name: {"conditions": counts["conditions"]}
        for owner, counts in owners.items()
        if owner.kind == "policy"
    }
    missed = [_missed_document(item, coverage) for item in coverage.items if item in coverage.missed]
    return {**_counts(coverage, None), "journeys": journeys, "policies": policies, "missed": missed}


def _counts(coverage: Coverage, owner: Owner | None) -> dict[str, dict[str, int]]:
    counts = coverage.counts(owner).items()
    return {f"{what}s": {"tried": tried, "all": total} for what, (tried, total) in counts}


def _missed_document(item: Item, coverage: Coverage) -> dict[str, object]:
    owners: dict[str, str | None] = {"journey": None, "policy": None}
    place = {"name": item.name, "file": item.file, "line": item.line}
    return (
        {"what": item.what}
        | owners
        | {item.owner.kind: item.owner.name}
        | place
        | {"asked": item in coverage.in_vain}
    )
