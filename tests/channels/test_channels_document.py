"""docs/channels.md: what its reader copies can be built."""

import re
from pathlib import Path

import pytest

from engine.channels.building import build_channels
from engine.channels.http.profiles import profile_names
from engine.channels.http.table import _KEYS
from engine.channels.smpp.table import _KEYS as _KEYS_OF_SMPP
from engine.config import parse_config
from engine.projects.starting import start_project
from tests.sources import ROOT

DOCUMENT = (ROOT / "docs/channels.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_makes_channels(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands, once its secrets are there."""
    for name in re.findall(r"secret\('(\w+)'\)", DOCUMENT) + re.findall(r"`([A-Z]+_[A-Z_]+)`", DOCUMENT):
        monkeypatch.setenv(name, "x")
    config = parse_config(f'[project]\nbrand = "b"\n{example}')
    for channel in build_channels(config.channels, tmp_path).values():
        channel.close()


def test_every_key_of_http_is_explained() -> None:
    """And every profile."""
    part = DOCUMENT.split("\n## http\n", 1)[1]
    assert [
        key for key in _KEYS if not re.search(rf"`(?:\w+`, `)*{key}\b|^{key} = ", part, re.MULTILINE)
    ] == []
    assert [name for name in profile_names() if f"| `{name}` |" not in part] == []


def test_every_key_of_smpp_is_explained() -> None:
    """In the table of its section."""
    part = DOCUMENT.split("\n## smpp\n", 1)[1].split("\n## ", 1)[0]
    assert [
        key for key in _KEYS_OF_SMPP if not re.search(rf"^\| (?:`\w+`, )*`{key}`", part, re.MULTILINE)
    ] == []


def test_the_example_of_a_new_project_makes_a_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its lines are no comments any more, and the table above it is gone."""
    monkeypatch.setenv("SMS_TOKEN", "x")
    start_project(tmp_path, "b")
    text = (tmp_path / "homing.toml").read_text(encoding="utf-8")
    (example,) = re.findall(r"^# (\[channels\.sms\].*?)^$", text, re.MULTILINE | re.DOTALL)
    config = parse_config('[project]\nbrand = "b"\n' + example.replace("\n# ", "\n"))
    build_channels(config.channels, tmp_path)["sms"].close()
    assert config.channels["sms"].kind == "http"
