"""Sessions in one file: a project's files, commands, and what these print; played in this process.

A line `=== NAME` begins a file of the project, up to the next one or to the first command; `$ homing …` is a command,
what follows it is what it prints. `python -m tests.sessions FILE …` brings files up to date.
"""

import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.projects import CONFIG, Homing

_FILE, _COMMAND = "=== ", "$ homing "


def played(text: str, folder: Path) -> str:
    """The session as it goes in an empty folder."""
    files, commands = _parts(text)
    homing = Homing(folder)
    homing.file("homing.toml", CONFIG)
    for name, content in files.items():
        homing.file(name, content)
    head = text[: text.index(_COMMAND)]
    return head + "\n".join(_answer(homing, command) for command in commands)


def _answer(homing: Homing, command: str) -> str:
    words = [_path(homing, word) for word in shlex.split(command)]
    said = homing(*words)
    return f"{_COMMAND}{command}\n{said.out}{said.err}"


def _path(homing: Homing, word: str) -> str:
    return str(homing.folder / word) if (homing.folder / word).is_file() else word


def _parts(text: str) -> tuple[dict[str, str], list[str]]:
    files: dict[str, str] = {}
    name = ""
    for line in _lines(text):
        if line.startswith(_FILE):
            name = line.removeprefix(_FILE).strip()
            files[name] = ""
        elif not line.startswith(_COMMAND) and name:
            files[name] += line
        else:
            name = ""
    commands = [
        line.removeprefix(_COMMAND).rstrip("\n") for line in _lines(text) if line.startswith(_COMMAND)
    ]
    return files, commands


def _lines(text: str) -> Iterator[str]:
    yield from text.splitlines(keepends=True)


def main() -> None:
    """Bring the files named on the command line up to date."""
    for name in sys.argv[1:]:
        path = Path(name)
        before = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            path.write_text(played(before, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
