"""Pictures of the review room for documents, drawn from the demonstration: `docs/pictures/room_*.svg`.

`python -m tests.pictures [NAME…]` (`make docs`) draws them anew. Who wants one more adds a line to `PICTURES`.
"""

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path

from engine.demo.demo import Extent, make_demo
from tests.projects import Homing
from tests.rooms import Visitor, visit
from tests.sources import ROOT
from tui.widgets.bars import width_of

DAY = date(2025, 12, 10)
"""A Wednesday ten days into the demonstration: calls are overdue, messages are held, somebody has replied."""

STAFF = {"王经理": ("manager", "general_manager"), "小李": ("advisor",), "小赵": ("advisor",)}


@dataclass(frozen=True)
class Picture:
    """Who looks, and which keys lead there from the first room."""

    actor: str
    keys: str
    size: tuple[int, int] = (100, 30)
    language: str = "en"


PICTURES = {
    "today": Picture("小李", ""),
    "approve": Picture("王经理", "2 down"),
    "approve_edit": Picture("王经理", "2 down e"),
    "approve_reply": Picture("王经理", "2 end"),
    "calls": Picture("小李", "3 down", (150, 40)),
    "calls_finish": Picture("小李", "3 down f 1 tab right right tab 4"),
    "customers": Picture("小李", "4 何 伟 enter enter right", (140, 36)),
    "why": Picture("小李", "4 何 伟 enter w", (140, 36)),
    "journeys": Picture("王经理", "5 down down enter down down", (140, 36)),
    "deliveries": Picture("王经理", "7 end", (100, 20)),
    "calls_zh": Picture("小李", "3 down", (150, 40), "zh"),
}


def main() -> None:
    """Draw those that are named, or all."""
    wanted = sys.argv[1:] or list(PICTURES)
    with tempfile.TemporaryDirectory() as name:
        demo = _demo(Path(name) / "demo")
        for one in wanted:
            copy = Path(name) / one
            shutil.copytree(demo, copy)
            file = ROOT / "docs" / "pictures" / f"room_{one}.svg"
            file.write_text(drawn(Homing(copy), PICTURES[one]), encoding="utf-8")


def drawn(homing: Homing, picture: Picture) -> str:
    """The screen as SVG."""
    found: list[str] = []

    async def play(visitor: Visitor) -> None:
        await visitor.press(*picture.keys.split())
        found.append(visitor.app.export_screenshot(title="homing review"))

    visit(homing, picture.actor, play, picture.size, picture.language)
    return _mended(found[0])


def _demo(folder: Path) -> Path:
    make_demo(folder, extent=Extent(last_day=DAY))
    homing = Homing(folder)
    for name, roles in STAFF.items():
        homing.well("staff", "add", name, *(word for role in roles for word in ("--role", role)))
    return folder


_CELL = 12.2
"""Units that a cell of the screen is wide."""

_TEXT = re.compile(r'<text ([^>]*?) x="([\d.]+)" ([^>]*?) textLength="[\d.]+"([^>]*)>([^<]*)</text>')
_FONT = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
_FONTS = (
    'font-family: Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", "PingFang SC", monospace;'
)


def _mended(svg: str) -> str:
    """Every character in its cell: the library forgets that Chinese ones take two. Fonts come from nowhere else."""
    return re.sub(r"font-family: (?:Fira Code|arial)[^;]*;", _FONTS, _TEXT.sub(_placed, _FONT.sub("\n", svg)))


def _placed(match: re.Match[str]) -> str:
    before, left, middle, after, text = match.groups()
    places, at = [], float(left)
    for character in unescape(text):
        places.append(f"{at:g}")
        at += width_of(character) * _CELL
    return f'<text {before} x="{" ".join(places)}" {middle}{after}>{text}</text>'


if __name__ == "__main__":
    main()
