"""What commands load: nearly all of the time that they take to start is imports, so what few need is imported late."""

import os
import subprocess
import sys
from pathlib import Path

from tests.projects import Homing

HEAVY = frozenset(
    {
        "aiohttp",
        "apprise",
        "cryptography",
        "graphviz_pure",
        "holidays",
        "httptools",
        "jinja2",
        "lark",
        "openpyxl",
    }
    | {"phonenumbers", "prometheus_client", "rich.console", "starlette", "textual", "uvicorn", "uvloop"}
    | {"dsl.check", "dsl.lowering", "dsl.syntax", "dsl.tree", "engine.demo", "engine.planning", "engine.web"}
)
"""Libraries and parts that take a while to load."""

COMMANDS = {
    "status": "from engine.cli import run; run(['status'])",
    "the room's first look": (
        "from pathlib import Path; from engine.projects.project import open_project; "
        "import tui.app; from tui.house import House; from tui.rooms.today import read_today; "
        "House(open_project(Path('.')), 'somebody', 0).read(read_today)"
    ),
}


def test_what_is_seldom_needed_is_not_loaded(tmp_path: Path) -> None:
    """Neither to say how things are nor to come into the room, once the rules in force were read for the first time."""
    homing = Homing(tmp_path)
    homing.file("homing.toml", '[project]\nbrand = "毛毛家"\n')
    homing.file("rules/a.rules", 'calendar { holidays CN }\nmessage hi { sms: "您好" }')
    homing.well("apply")
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    ask = "; import sys; print('loaded:', *sys.modules)"

    def loaded(code: str) -> set[str]:
        command = [sys.executable, "-c", code + ask]
        done = subprocess.run(
            command, cwd=homing.folder, env=environment, capture_output=True, text=True, check=True
        )
        return HEAVY & {*done.stdout.rpartition("loaded:")[2].split()}

    assert loaded(COMMANDS["status"]) >= {"dsl.syntax", "lark", "holidays"}
    assert loaded(COMMANDS["status"]) == set()
    assert loaded(COMMANDS["the room's first look"]) == {"rich.console", "textual"}
