"""In which language commands speak."""

from pathlib import Path

import pytest

from engine.cli import run
from engine.language import language_at, language_of
from tests.console import played, sessions
from tests.sources import ROOT

SESSIONS = sorted((ROOT / "tests" / "chinese").glob("*.md"))


@pytest.mark.parametrize("document", SESSIONS, ids=lambda path: path.stem)
def test_commands_speak_chinese(document: Path, tmp_path: Path) -> None:
    """Whole sessions, as they go: `python -m tests.console FILE` writes what commands say now."""
    text = document.read_text(encoding="utf-8")
    assert played(text, tmp_path) == sessions(text)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "zh_TW.UTF-8", "LC_MESSAGES": ""}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.GB18030"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN"}, "zh"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "zhx"}, "en"),
        ({"LC_TIME": "zh_CN.UTF-8", "LANGUAGE": "zh"}, "en"),
    ],
)
def test_the_language_of_the_locale(environment: dict[str, str], language: str) -> None:
    """LC_ALL before LC_MESSAGES before LANG; what is not Chinese is English."""
    assert language_of("auto", environment) == language


def test_the_project_decides(tmp_path: Path) -> None:
    """What `homing.toml` says counts more than the locale; a broken one says nothing."""
    chinese, english = {"LC_ALL": "zh_CN.UTF-8"}, {"LC_ALL": "en_US.UTF-8"}
    config = tmp_path / "homing.toml"
    config.write_text('[project]\nbrand = "x"\nlanguage = "en"\n', encoding="utf-8")
    assert language_at(tmp_path, chinese) == "en"
    config.write_text('[project]\nbrand = "x"\nlanguage = "zh"\n', encoding="utf-8")
    assert language_at(tmp_path, english) == "zh"
    config.write_text('[project]\nbrand = "x"\n', encoding="utf-8")
    assert (language_at(tmp_path, chinese), language_at(tmp_path, english)) == ("zh", "en")
    config.write_text('[project]\nlanguage = "zh"\n', encoding="utf-8")
    assert (language_at(tmp_path, chinese), language_at(tmp_path, english)) == ("zh", "en")
    assert (language_at(None, chinese), language_at(None, english)) == ("zh", "en")


def test_every_project_is_spoken_to_in_its_own_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call after the other in one process, each with the project that it names, before or after the command."""
    monkeypatch.chdir(tmp_path)
    for language in ("en", "zh"):
        (tmp_path / language).mkdir()
        text = f'[project]\nbrand = "x"\nlanguage = "{language}"\n'
        (tmp_path / language / "homing.toml").write_text(text, encoding="utf-8")
    expected = {"en": "homing: there is no command 'x'\n", "zh": "homing：没有命令 'x'\n"}
    for language in ("zh", "en", "zh"):
        assert run(["--project", language, "x"]) == 2
        assert capsys.readouterr().err.startswith(expected[language])
    assert run(["x"]) == 2
    assert capsys.readouterr().err.startswith(expected["en"])
    assert run(["optout", "--project", "zh"]) == 2
    assert capsys.readouterr().err.startswith("homing：缺少参数 'ID'")
