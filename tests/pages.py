"""The pages on diagnostics: their examples, what is said of them, and the index.

A page has three fenced blocks: wrong rules, what `homing check` and `homing apply` say of them, right rules.
`python -m tests.pages` writes into all pages what is said now, and makes the indexes anew.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from dsl.check import Context, check
from dsl.diagnostics import Diagnostic
from dsl.render import render
from dsl.slugs import SLUGS, Kind
from dsl.syntax.load import parse_texts
from dsl.translation import Language, in_language
from engine.calendars.zone import Zone
from engine.config import default_config
from engine.projects.addresses import missing_addresses
from engine.projects.public_calendar import calendar_findings
from tests.sources import ROOT

FOLDERS: dict[Language, Path] = {"en": ROOT / "docs/diagnostics", "zh": ROOT / "docs/diagnostics/zh"}
_PAGE = re.compile(
    r"^```rules\n(.*?)^```$.*?^```text\n(.*?)^```$.*?^```rules\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
_SAID = re.compile(r"(?<=^```text\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
_SEVERITIES = {"en": {"error": "Error", "warning": "Warning", "info": "Advice"}}
_SEVERITIES["zh"] = {"error": "错误", "warning": "警告", "info": "提示"}
_INDEX = {
    "en": """\
# What `homing check` finds

`homing check --explain SLUG` shows a page. An error stops `homing apply`; a warning or advice does not.
In Chinese: [中文](zh/README.md).

| slug | severity | finds |
| --- | --- | --- |
""",
    "zh": """\
# `homing check` 会发现什么

`homing check --explain 名称` 显示某一页。错误会让 `homing apply` 停下，警告和提示不会。
英文：[English](../README.md)。

| 名称 | 程度 | 发现什么 |
| --- | --- | --- |
""",
}


def examples(page: str) -> tuple[str, str, str]:
    """Wrong rules, what is said of them, right rules."""
    found = _PAGE.search(page)
    assert found is not None, "a page has three blocks: rules, text, rules"
    return found[1], found[2], found[3]


def findings(rules: str) -> tuple[Diagnostic, ...]:
    """All that is found in rules: by the language, the public calendar, and on applying."""
    files, flaws = parse_texts({"example.rules": rules})
    checked = check(files, Context(), flaws)
    addresses = missing_addresses(checked.model, default_config("brand")) if checked.model else []
    return (*flaws, *checked.diagnostics, *calendar_findings(files, Zone("Asia/Shanghai")), *addresses)


def said(found: Iterable[Diagnostic], language: Language) -> str:
    """As people read it."""
    return render(found, language)


def heading(slug: str, kind: Kind, language: Language) -> str:
    """How the page of a slug begins."""
    severity, finds = _SEVERITIES[language][kind.severity], in_language(kind.finds, language)
    line = f"{severity}: {finds}." if language == "en" else f"{severity}：{finds}。"
    return f"# `{slug}`\n\n{line}\n\n"


def index(language: Language) -> str:
    """The list of all pages."""
    rows = (
        f"| [`{slug}`]({slug}.md) | {_SEVERITIES[language][kind.severity]} | {in_language(kind.finds, language)} |\n"
        for slug, kind in SLUGS.items()
    )
    return _INDEX[language] + "".join(rows)


def main() -> None:
    """Bring all pages and indexes up to date."""
    for language, folder in FOLDERS.items():
        for slug in SLUGS:
            path = folder / f"{slug}.md"
            text = path.read_text(encoding="utf-8")
            fresh = said(findings(examples(text)[0]), language)
            path.write_text(_SAID.sub(lambda _, fresh=fresh: fresh, text, count=1), encoding="utf-8")
        (folder / "README.md").write_text(index(language), encoding="utf-8")


if __name__ == "__main__":
    main()
