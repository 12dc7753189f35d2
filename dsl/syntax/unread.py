"""Files in a folder of rules that look like rule files and are none by their name. Nobody would miss their rules."""

import re
from pathlib import Path

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from dsl.wording import say

_MEANT = re.compile(r"\.rules(?:\.txt|\.docx?|\.rtf|\.md)?|\.rules?", re.IGNORECASE)
_STATEMENT = re.compile(
    r"^(?:journey|audience|value|message|policy|benefit|event|record|scenario)\s+[\w\"][^\n]*[{=]",
    re.MULTILINE,
)
_LOOKED_AT = 4096  # characters at the beginning of a file without a suffix


def unread(path: Path, name: str) -> Diagnostic | None:
    """The warning about a file that `load` passes over; None for what may lie in a folder of rules."""
    if name.rpartition("/")[2].startswith(".") or not _looks_like_rules(path):
        return None
    message = say("This file is not read: its name does not end in `.rules`.")
    hint = say("Rename it to `{name}`.", name=f"{path.name.split('.')[0]}.rules")
    return Diagnostic("syntax", "warning", Span(Source(name, ""), 0, 0), message, hint)


def _looks_like_rules(path: Path) -> bool:
    if "." in path.name:
        return _MEANT.fullmatch(path.name[path.name.index(".") :]) is not None
    try:
        if not path.is_file():
            return False
        with path.open(encoding="utf-8", errors="replace") as file:
            return _STATEMENT.search(file.read(_LOOKED_AT)) is not None
    except OSError:
        return False
