"""Screens of the review room as text, kept in tests/tui/screens: `KEYS-LANGUAGE-WIDTHxHEIGHT[-light|-dark].txt`.

Keys are those that lead there from the first room, `2_e` for 2, then e; they must do no more than look. It is the
manager who looks; after `advisor@` the advisor. With a theme
the styles follow the text: a letter for each cell, and what the letters mean. A file that is added, even empty, is a
screen that is kept. `python -m tests.screens` writes all of them anew; what has changed shows in the review.
"""

import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from string import ascii_letters, punctuation

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from engine.storage.schema import release
from tests.projects import Homing
from tests.queues import hire, with_held
from tests.rooms import Visitor, visit
from tests.sources import ROOT

_NAMED = {"help": "question_mark", "palette": "ctrl+p"}
_STAFF = {"": "王经理", "advisor": "小李"}

SCREENS = ROOT / "tests" / "tui" / "screens"
NAMES = sorted(file.stem for file in SCREENS.glob("*.txt"))

_APPLIED = 1_795_395_600_000  # 2026-11-23 09:00 in Shanghai

LEAST = 4.5
"""The contrast that writing has at least, as WCAG 2 wants it."""


def project(folder: Path) -> Homing:
    """What the screens show: three messages for a manager, three calls for an advisor, rules changed since."""
    homing = with_held(folder, 3)
    hire(homing)
    store = homing.opened().store
    with store.write() as connection:  # the rules were applied by the clock, by whoever runs this
        connection.execute(release.update().values(applied_at=_APPLIED, applied_by="老板"))
    store.close()
    file = folder / "rules" / "all.rules"
    rules = file.read_text(encoding="utf-8").replace("after 5 days", "after 6 days")
    file.write_text(rules.replace("forbid", "forbidd"), encoding="utf-8")
    return homing


def drawn(name: str, homing: Homing) -> str:
    """The screen of that name."""
    where, language, size, *theme = name.split("-")
    role, _, keys = where.rpartition("@")
    width, height = map(int, size.split("x"))
    found = []

    async def play(visitor: Visitor) -> None:
        await visitor.press(*(_NAMED.get(key, key) for key in keys.split("_")))
        found.append(visitor.text + "\n")
        if theme:
            found.extend(_styled(visitor))

    visit(homing, _STAFF[role], play, (width, height), language, light=theme == ["light"])
    return "".join(found)


def _styled(visitor: Visitor) -> Iterator[str]:
    """The styles, cell by cell, and what they are: a letter where something is written, a sign where nothing is."""
    signs: dict[str, str] = {}
    for strip in visitor.app.screen._compositor.render_strips():
        cells = (signs.setdefault(_said(one), _sign(one, len(signs))) * one.cell_length for one in strip)
        yield "".join(cells) + "\n"
    yield from (f"{sign} {said}\n" for said, sign in signs.items())


def _sign(segment: Segment, place: int) -> str:
    return (punctuation if segment.text.isspace() else ascii_letters)[place]


def _said(segment: Segment) -> str:
    """A style in words: writing, where there is some, on its ground."""
    ink, ground = _colours(segment.style)
    kinds = [kind for kind in ("bold", "italic", "underline") if getattr(segment.style, kind)]
    writing = [] if segment.text.isspace() else [f"#{ink:06x}", *kinds]
    return " ".join([*writing, f"on #{ground:06x}"])


def faint(visitor: Visitor) -> list[tuple[str, float]]:
    """What is written with less contrast than that."""
    found = []
    for strip in visitor.app.screen._compositor.render_strips():
        for style, segments in groupby(strip, lambda segment: segment.style):
            text, contrast = "".join(segment.text for segment in segments).strip(), _contrast(style)
            if any(map(str.isalnum, text)) and contrast < LEAST:
                found.append((text, round(contrast, 1)))
    return found


def _colours(style: Style | None) -> tuple[int, int]:
    """Ink and ground, as they are seen."""
    assert style is not None
    assert style.bgcolor is not None
    ink, ground = map(_number, (style.color or style.bgcolor, style.bgcolor))
    return (ground, ink) if style.reverse else (ink, ground)


def _number(colour: Color) -> int:
    red, green, blue = colour.get_truecolor()
    return red << 16 | green << 8 | blue


def _contrast(style: Style | None) -> float:
    darker, lighter = sorted(map(_luminance, _colours(style)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: int) -> float:
    """How bright a colour is seen, from 0 to 1."""
    parts = ((colour >> shift & 255) / 255 for shift in (16, 8, 0))
    lights = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * light for weight, light in zip((0.2126, 0.7152, 0.0722), lights, strict=True))


def main() -> None:
    """Write all of them anew."""
    with tempfile.TemporaryDirectory() as folder:
        homing = project(Path(folder))
        for name in NAMES:
            (SCREENS / f"{name}.txt").write_text(drawn(name, homing), encoding="utf-8")


if __name__ == "__main__":
    main()
