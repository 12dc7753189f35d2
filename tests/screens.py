"""Screens of the review room as text, kept in tests/tui/screens: `KEYS-LANGUAGE-WIDTHxHEIGHT.txt`.

Keys are those that lead there from the first room, `2_e` for 2, then e. A file that is added, even empty, is a screen
that is kept. `python -m tests.screens` writes all of them anew; what has changed shows in the review.
"""

import tempfile
from pathlib import Path

from tests.queues import hire, with_held
from tests.rooms import Visitor, visit
from tests.sources import ROOT

_NAMED = {"help": "question_mark"}

SCREENS = ROOT / "tests" / "tui" / "screens"


def drawn(name: str, folder: Path) -> str:
    """The screen of that name, on a project made in a folder."""
    keys, language, size = name.split("-")
    width, height = map(int, size.split("x"))
    homing, found = with_held(folder, 3), []
    hire(homing)

    async def play(visitor: Visitor) -> None:
        await visitor.press(*(_NAMED.get(key, key) for key in keys.split("_")))
        found.append(visitor.text)

    visit(homing, "王经理", play, (width, height), language)
    return found[0] + "\n"


def main() -> None:
    """Write all of them anew."""
    for file in sorted(SCREENS.glob("*.txt")):
        with tempfile.TemporaryDirectory() as folder:
            file.write_text(drawn(file.stem, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
