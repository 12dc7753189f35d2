"""Hostile names in every room: they neither crash it, nor hide, nor colour anything."""

import unicodedata
from pathlib import Path

from tests.projects import Homing
from tests.queues import START, hire, with_held
from tests.rooms import LARGE, Visitor, visit
from tui.doors import DOORS

NAME = b"[b]Bob[/b] \\u202e]52;c;\\u0007[/x] [TODO] \\u200b\\u001b[31m".decode("unicode_escape")


def hostile(folder: Path) -> Homing:
    """A customer whose name is hostile, and rules that somebody has pasted such a thing into."""
    homing = with_held(folder, 1)
    hire(homing)
    rows = f'id,name,title,phone,lifetime_value\nK1,"{NAME}",女士,13800000009,9000\n'
    homing.well("import", "customers", homing.file("evil.csv", rows))
    homing.well("run", "--at", START.replace("10:00", "11:00"))
    file = homing.folder / "rules" / "all.rules"
    rules = file.read_text(encoding="utf-8")
    file.write_text(f"# {NAME}\n{rules}", encoding="utf-8")
    return homing


def seen(visitor: Visitor) -> None:
    """Nothing that steers a terminal is on the screen."""
    hidden = {one for one in visitor.text if unicodedata.category(one) in ("Cc", "Cf")} - {"\n"}
    assert hidden == set()


def test_no_room_is_deceived(tmp_path: Path) -> None:
    """Markup stands there as it is, what hides stands there as marks: in lists, items, dialogs and pages."""
    homing = hostile(tmp_path)

    async def play(visitor: Visitor) -> None:
        named = set()
        for door in DOORS:
            for keys in ((door.key,), ("o", "end"), ("enter",), ("end", "enter"), ("escape",), ("escape",)):
                await visitor.press(*keys)
                seen(visitor)
                if "[b]Bob[/b]" in visitor.text:
                    assert "⟨202E⟩" in visitor.text
                    named.add(door.name)
        assert {"approve", "calls", "rules"} <= named

    visit(homing, "李总", play, LARGE)
