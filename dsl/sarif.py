"""Diagnostics as SARIF 2.1.0, for code hosts and editors. In English, as everything that programs read.

Columns are counted in Unicode code points, as everywhere here. Braces in messages are doubled: SARIF's own
placeholders are written with them.
"""

from collections.abc import Callable, Iterable, Mapping

from dsl.diagnostics import Diagnostic
from dsl.pages import page, summary
from dsl.slugs import SLUGS, Kind, Severity, Slug
from dsl.source import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_Json = dict[str, object]

_LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_NUMBERS = {slug: number for number, slug in enumerate(SLUGS)}


def as_sarif(found: Iterable[Diagnostic], version: str, uri: Callable[[str], str]) -> _Json:
    """A log of one run. `version` is Homing's; `uri` makes the address of a file out of the name it is shown by."""
    rules = [_rule(slug, kind) for slug, kind in SLUGS.items()]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "homing", "semanticVersion": version, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(item, uri) for item in found],
            }
        ],
    }


def _rule(slug: Slug, kind: Kind) -> _Json:
    text = page(slug)
    return {
        "id": slug,
        "shortDescription": {"text": _plain(f"{kind.finds[0].upper()}{kind.finds[1:]}.")},
        "fullDescription": {"text": _plain(summary(text))},
        "help": {"text": _plain(text), "markdown": _plain(text)},
        "defaultConfiguration": {"level": _LEVELS[kind.severity]},
    }


def _result(item: Diagnostic, uri: Callable[[str], str]) -> _Json:
    result: _Json = {
        "ruleId": item.slug,
        "ruleIndex": _NUMBERS[item.slug],
        "level": _LEVELS[item.severity],
        "message": {"text": _plain(f"{item.message} {item.hint}".strip())},
    }
    if item.span.source.name:
        result["locations"] = [_location(item.span, uri)]
    if item.also:
        result["relatedLocations"] = [
            {"id": number, **_location(span, uri)} for number, span in enumerate(item.also)
        ]
    return result


def _location(span: Span, uri: Callable[[str], str]) -> _Json:
    place: _Json = {"artifactLocation": {"uri": uri(span.source.name)}}
    if span.source.text:
        place["region"] = _region(span)
    return {"physicalLocation": place}


def _region(span: Span) -> _Json:
    line, column = span.source.place(span.start)
    end_line, end_column = span.source.place(span.end)
    region: _Json = {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }
    if span.text and span.text.isprintable():
        region["snippet"] = {"text": span.text}
    return region


def _plain(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
