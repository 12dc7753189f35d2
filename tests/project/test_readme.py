"""README and operations guide are true: what they show is what the program does, and what they promise is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.console import played, sessions
from tests.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
HOMING = Path(sys.executable).parent / "homing"
PICTURES = {"win_back": "docs/example/rules", "retention": "rules"}


@pytest.mark.parametrize("document", ["README.md", "docs/operations.md"])
def test_the_sessions_go_as_shown(document: str, tmp_path: Path) -> None:
    """Every command shown prints what is shown (`make docs` brings it up to date)."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert played(text, tmp_path) == sessions(text)


def test_the_rules_shown_are_those_of_the_example() -> None:
    """The rule set in the README is the one in docs/example."""
    shown = re.findall(r"^```rules\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert shown == [(ROOT / "docs/example/rules/win_back.rules").read_text(encoding="utf-8")]


def test_it_can_be_read_in_a_minute() -> None:
    """The README has fewer than 120 lines."""
    assert len(README.splitlines()) < 120


def test_the_two_commands_are_there() -> None:
    """`make demo` and `make test` are targets whose steps can be worked out."""
    assert re.findall(r"^make (\w+)", README, re.MULTILINE) == ["demo", "test"]
    subprocess.run(["make", "-n", "demo", "test"], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("journey", PICTURES)
def test_the_pictures_are_of_the_present_rules(journey: str) -> None:
    """docs/pictures shows the journeys as they are now (`make docs` draws them anew)."""
    command = [HOMING, "graph", journey, "--rules", PICTURES[journey], "--format", "svg"]
    drawn = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    is_present = (ROOT / f"docs/pictures/{journey}.svg").read_text(encoding="utf-8") == drawn
    assert is_present, "`make docs` draws it anew"
