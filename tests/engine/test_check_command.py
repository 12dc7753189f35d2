"""`homing check`: its formats and its pages."""

import json
from pathlib import Path

import pytest

from dsl.pages import page
from tests.projects import CONFIG, RULES, Homing, make_project, ran

BROKEN = RULES.replace("-> end won", "-> nowhere")


@pytest.fixture
def broken(tmp_path: Path) -> Homing:
    """A project with one error in its rules."""
    return make_project(tmp_path, BROKEN)


def test_formats(broken: Homing) -> None:
    """JSON by either option; SARIF is one document with the same findings; errors are status 1 in each."""
    by_option, by_format = broken("check", "--json"), broken("check", "--format", "json")
    assert by_option == by_format
    said = broken("check", "--format", "sarif")
    (run,) = json.loads(said.out)["runs"]
    (result,) = run["results"]
    assert (said.status, said.err, result["level"]) == (1, "", "error")
    assert result["ruleId"] == by_option.json["diagnostics"][0]["slug"]


def test_addresses_of_files(broken: Homing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative to the current folder, where a code host looks for them; whole from elsewhere."""
    path = tmp_path / "rules" / "甲 乙.rules"
    (tmp_path / "rules" / "all.rules").rename(path)
    monkeypatch.chdir(tmp_path)
    assert _address(broken("check", "--format", "sarif").out) == "rules/%E7%94%B2%20%E4%B9%99.rules"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert _address(broken("check", str(path), "--format", "sarif").out) == path.as_uri()


def _address(log: str) -> str:
    (result,) = json.loads(log)["runs"][0]["results"]
    address: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return address


def test_explain(tmp_path: Path) -> None:
    """The page on stdout, in the language of the project; nothing is checked."""
    homing = make_project(tmp_path, BROKEN)
    said = homing("check", "--explain", "forbidden-text")
    assert (said.status, said.out, said.err) == (0, page("forbidden-text"), "")
    homing.file("homing.toml", CONFIG.replace("[channels.sms]", 'language = "zh"\n[channels.sms]', 1))
    assert homing("check", "--explain", "forbidden-text").out == page("forbidden-text", "zh")


def test_explain_what_is_unknown(broken: Homing) -> None:
    """The nearest slug is named, or all of them."""
    said = broken("check", "--explain", "forbiden-text")
    assert (said.status, said.out) == (2, "")
    assert said.err == (
        "homing: nothing that `check` finds is called `forbiden-text`\n"
        "  hint: did you mean `forbidden-text`?\n"
    )
    assert "no-way-out" in broken("check", "--explain", "xyz").err


def test_a_part_of_the_rules(tmp_path: Path) -> None:
    """Where names are missing since their files lie beside or above, it is said where to look at all of them."""
    rules = tmp_path / "some"
    (rules / "scenarios").mkdir(parents=True)
    (rules / "shop.rules").write_text("customer { name: text }\nevent visit\n", encoding="utf-8")
    (rules / "scenarios" / "one.rules").write_text(
        'scenario "x" {\n  given customer { id: "C1", name: "x" }\n  from 2026-01-01 09:00\n'
        "  at 2026-01-02 09:00 event visit\n  at 2026-01-03 09:00 expect nothing\n}\n",
        encoding="utf-8",
    )
    assert ran("check", str(rules)).status == 0
    for command in ("check", "test"):
        done = ran(command, str(rules / "scenarios"))
        assert done.status == 1
        assert f"look at all of them: `homing {command} " in done.err
