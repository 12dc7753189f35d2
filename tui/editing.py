"""The editor of whoever works here, as `VISUAL` or `EDITOR` names it, at a line of a file."""

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.errors import EngineError, UsageError
from tui.wording import say

Place = Callable[[str, int], list[str]]
"""How an editor is told to open a file at a line."""

_PLUS: Place = lambda file, line: [f"+{line}", file]  # noqa: E731  # one of a table
_COLON: Place = lambda file, line: [f"{file}:{line}"]  # noqa: E731

_PLACES: Mapping[str, Place] = {
    "vi": _PLUS, "vim": _PLUS, "nvim": _PLUS, "view": _PLUS, "nano": _PLUS, "pico": _PLUS, "emacs": _PLUS,
    "emacsclient": _PLUS, "micro": _PLUS, "joe": _PLUS, "kak": _PLUS, "mcedit": _PLUS, "ne": _PLUS, "gedit": _PLUS,
    "hx": _COLON, "helix": _COLON, "subl": _COLON, "zed": _COLON,
    "code": lambda file, line: ["--wait", "--goto", f"{file}:{line}"],
}  # fmt: skip
"""Of which it is known; others are given the file alone."""


def editing(file: Path, line: int) -> list[str]:
    """The command that opens a file at a line. UsageError when no editor is set, or it is not there."""
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if not words:
        raise UsageError(
            say("No editor is set."),
            say("Before `homing review`: `export EDITOR=vim`, or whatever you write with."),
        )
    place = _PLACES.get(Path(words[0]).name)
    return [*words, *([str(file)] if place is None else place(str(file), line))]


def edit(command: list[str]) -> None:
    """Leave the terminal to an editor until it is closed. EditorError when that cannot be started."""
    try:
        subprocess.run(command, check=False)  # noqa: S603  # theirs
    except OSError as error:
        raise EditorError(
            say("The editor {name} cannot be started.", name=command[0]),
            say("Set EDITOR to one that is there."),
        ) from error


class EditorError(EngineError):
    """The editor that is set does not start."""
