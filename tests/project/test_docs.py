"""The documentation against the project: what it names exists, and what exists is named."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.sources import ROOT, modules

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for pattern in ("*.md", "docs/**/*.md") for path in ROOT.glob(pattern)
)
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def sections() -> dict[str, str]:
    """The text of the architecture document about each folder that a heading names."""
    found: dict[str, str] = {}
    for heading, text in re.findall(r"^#+ (.*)\n((?:(?!#).*\n)*)", ARCHITECTURE, re.MULTILINE):
        for folder in re.findall(r"`([a-z/]+)/`", heading):
            found[folder] = found.get(folder, "") + text
    return found


FOLDERS = sorted({m.path.parent.relative_to(ROOT).as_posix() for m in modules("dsl", "engine", "tui")})


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_module_is_on_the_map(folder: str) -> None:
    """A new engineer finds each file of a package in docs/architecture.md, under the heading of its folder."""
    named = set(re.findall(r"`([a-z_]+\.(?:py|lark))`", sections().get(folder, "")))
    present = {path.name for path in (ROOT / folder).glob("*.py")} - {"__init__.py"}
    assert present - named == set()
    assert {name for name in named if not (ROOT / folder / name).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    """Every relative link of every document names a file or folder, and every `#part` a heading in it."""
    path = ROOT / document
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert [link for link in links if "://" not in link and not _leads_somewhere(path, link)] == []


def _leads_somewhere(path: Path, link: str) -> bool:
    file, _, part = link.partition("#")
    target = path.parent / file if file else path
    if not target.exists():
        return False
    return not part or part in _anchors(target.read_text(encoding="utf-8"))


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_dependency_has_its_reason() -> None:
    """What pyproject.toml installs, and nothing else, has a line in the note on dependencies."""
    listed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    note = (ROOT / "docs/decisions/2026-11-22-dependencies.md").read_text(encoding="utf-8")
    names = {_canonical(re.split(r"[<>=\[; ]", item)[0]) for item in listed}
    assert {_canonical(name) for name in re.findall(r"^\| `([^`]+)` \|", note, re.MULTILINE)} == names


def test_every_dependency_is_pinned() -> None:
    """constraints.txt holds a version of each dependency, and no addresses."""
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in pins if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.+]+", line)] == []
    listed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    names = {_canonical(re.split(r"[<>=\[; ]", item)[0]) for item in listed}
    assert names - {_canonical(line.split("==")[0]) for line in lines} == set()


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_used() -> None:
    """No package is installed that nothing imports or runs."""
    run_as_programs = {"graphviz-pure"}
    found_by_others = {"tzdata"}
    imported = {name.split(".")[0] for m in modules("dsl", "engine", "tui") for name in m.imports()}
    unused = [
        name
        for name in (re.split(r"[<>=\[; ]", item)[0] for item in PROJECT["dependencies"])
        if name.replace("-", "_") not in imported and name not in run_as_programs | found_by_others
    ]
    assert unused == []


def test_every_target_of_make_is_explained() -> None:
    """`make` lists what can be made; what CONTRIBUTING.md tells people to make is there."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    told = set(
        re.findall(r"^make ([a-z]+)", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert told - targets == set()


def test_the_version_has_its_changes() -> None:
    """CHANGELOG.md has a part for the version of pyproject.toml, and dates go down."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$", text, re.MULTILINE)
    assert versions[0][0] == "Unreleased"
    assert versions[1][0] == PROJECT["version"]
    dates = [date for _, date in versions[1:]]
    assert dates == sorted(dates, reverse=True)
