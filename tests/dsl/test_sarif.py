"""Diagnostics as SARIF, against the official schema."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dsl.check import Context, check
from dsl.diagnostics import Diagnostic
from dsl.sarif import as_sarif
from dsl.slugs import SLUGS
from dsl.source import NOWHERE, Source, Span
from dsl.syntax.load import parse_texts
from tests.sources import ROOT

SCHEMA = Draft202012Validator(json.loads((ROOT / "tests/data/sarif-2.1.0.json").read_text(encoding="utf-8")))
CASES = sorted((Path(__file__).parent / "cases").glob("*/*.rules"))


def _log(*found: Diagnostic) -> dict[str, object]:
    return as_sarif(found, "1.2.3", lambda name: f"rules/{name}")


def _results(*found: Diagnostic) -> list[dict[str, object]]:
    runs = json.loads(json.dumps(_log(*found)))["runs"]
    results: list[dict[str, object]] = runs[0]["results"]
    return results


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_logs_fit_the_schema(case: Path) -> None:
    """Whatever is found in any of the checker's cases makes a valid log."""
    files, flaws = parse_texts({case.name: case.read_text(encoding="utf-8")})
    found = (*flaws, *check(files, Context(folder=case.parent), flaws).diagnostics)
    assert [error.message for error in SCHEMA.iter_errors(_log(*found))] == []


def test_a_result() -> None:
    """Level, place and further places as everywhere; columns in code points; the hint follows the message."""
    source = Source("甲.rules", 'a\n  "😀好" = {{ x }}\n')
    span = Span(source, 10, 17)
    item = Diagnostic("unused", "warning", span, "`{{ x }}` is wrong.", "Write `{x}`.", (Span(source, 0, 1),))
    assert _results(item) == [
        {
            "ruleId": "unused",
            "ruleIndex": list(SLUGS).index("unused"),
            "level": "warning",
            "message": {"text": "`{{{{ x }}}}` is wrong. Write `{{x}}`."},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "rules/甲.rules"},
                        "region": {
                            "startLine": 2,
                            "startColumn": 9,
                            "endLine": 2,
                            "endColumn": 16,
                            "snippet": {"text": span.text},
                        },
                    }
                }
            ],
            "relatedLocations": [
                {
                    "id": 0,
                    "physicalLocation": {
                        "artifactLocation": {"uri": "rules/甲.rules"},
                        "region": {
                            "startLine": 1,
                            "startColumn": 1,
                            "endLine": 1,
                            "endColumn": 2,
                            "snippet": {"text": "a"},
                        },
                    },
                }
            ],
        }
    ]


def test_what_lies_nowhere_has_no_place() -> None:
    """A finding about no file, and one about a file of which nothing could be read."""
    whole = Diagnostic("unused", "info", NOWHERE, "Nothing uses it.")
    file = Diagnostic("syntax", "error", Span(Source("a.rules", ""), 0, 0), "It cannot be read.")
    assert [result.get("locations") for result in _results(whole, file)] == [
        None,
        [{"physicalLocation": {"artifactLocation": {"uri": "rules/a.rules"}}}],
    ]
    assert list(SCHEMA.iter_errors(_log(whole, file))) == []


def test_every_rule_brings_its_help() -> None:
    """The rules are all kinds of findings, each with its page; columns are counted as they are meant."""
    (run,) = json.loads(json.dumps(_log()))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in rules] == list(SLUGS)
    assert all(rule["help"]["markdown"].startswith(f"# `{rule['id']}`") for rule in rules)
    levels = {kind.severity: level for kind, level in zip(SLUGS.values(), rules, strict=True)}
    assert {severity: rule["defaultConfiguration"]["level"] for severity, rule in levels.items()} == {
        "error": "error",
        "warning": "warning",
        "info": "note",
    }
