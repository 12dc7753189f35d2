"""The check against good rule sets that were broken in a hundred ways: what is wrong is told where it is wrong.

Each mutant is `reported`, the `same` rules in other words, or still `valid`: it means something else, and nothing is
wrong with it. What becomes of the compact set's mutants stands in a file; a change of the check shows there.
"""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from dsl.check import Checked, Context, check
from dsl.diagnostics import Diagnostic
from dsl.source import Source
from dsl.syntax.load import load
from dsl.syntax.parse import parse
from dsl.tree.statements import File
from tests.mutants import Mutant, block, mutant, words

CASES = Path(__file__).parent / "cases" / "mutants"
STARTER = Path(__file__).parents[2] / "rules"
SEEDS = range(60)
_FILES = ("retention.rules", "audiences.rules", "policies.rules", "appointment.rules")


@cache
def _good(folder: Path) -> tuple[tuple[File, ...], Checked]:
    files, flaws = load(folder)
    assert flaws == ()
    return files, check(files, Context(folder=folder))


def _told(folder: Path, name: str, changed: Mutant) -> tuple[list[Diagnostic], Checked]:
    """What the check says of a mutant and does not say of the good rules."""
    files, good = _good(folder)
    parsed, flaws = parse(Source(name, changed.text))
    others = [file for file in files if file.source.name != name]
    found = check((*others, parsed), Context(folder=folder), flaws)
    before = Counter((item.slug, item.message) for item in good.diagnostics)
    new = []
    for item in (*flaws, *found.diagnostics):
        if before[item.slug, item.message]:
            before[item.slug, item.message] -= 1
        else:
            new.append(item)
    return new, found


def _verdict(folder: Path, name: str, changed: Mutant, text: str) -> str:
    """What became of a mutant; `misplaced` when something is told, and nothing of it where the change is."""
    told, found = _told(folder, name, changed)
    if not told:
        good = _good(folder)[1].model
        return "same" if found.model == good else "valid"
    right = [item for item in told if _is_right(item, name, changed, text)]
    if not right:
        return f"misplaced {told[0].slug} at line {told[0].span.line}: {told[0].message}"
    return f"reported {', '.join(sorted({item.slug for item in right}))}"


def _is_right(item: Diagnostic, name: str, changed: Mutant, text: str) -> bool:
    """Whether a finding is about the change: on its lines, in its block, or about a name on its lines."""
    lines = {*changed.lines(), *block(changed.text, changed.start)}
    places = (item.span, *item.also)
    if any(place.source.name == name and place.line in lines for place in places):
        return True
    touched = (
        words(text[changed.start : changed.end]) | words(changed.new) | words(_line(text, changed.start))
    )
    return not touched.isdisjoint(words(item.span.text) | words(item.message))


def _line(text: str, place: int) -> str:
    return text[text.rfind("\n", 0, place) + 1 : text.find("\n", place)]


def test_every_mutant_of_the_compact_set_is_reported_in_place_or_harmless() -> None:
    """Whatever is done to the set that uses every form, a line for each; `compact.txt` holds what becomes of it."""
    text = (CASES / "compact.rules").read_text(encoding="utf-8")
    lines = []
    for seed in SEEDS:
        changed = mutant(text, seed)
        verdict = _verdict(CASES, "compact.rules", changed, text)
        lines.append(f"{seed:2} line {changed.lines()[0]:3} {changed.name}: {verdict}\n")
    assert "".join(lines) == (CASES / "compact.txt").read_text(encoding="utf-8")
    assert not [line for line in lines if "misplaced" in line]


@pytest.mark.parametrize("name", _FILES)
def test_mutants_of_the_starter_rules_are_reported_in_place_or_harmless(name: str) -> None:
    """However the starter rules may be rewritten: nothing is told elsewhere, and most is told."""
    text = (STARTER / name).read_text(encoding="utf-8")
    verdicts = [_verdict(STARTER, name, mutant(text, seed), text) for seed in range(10)]
    assert [verdict for verdict in verdicts if verdict.startswith("misplaced")] == []
    assert sum(verdict.startswith("reported") for verdict in verdicts) >= 5
