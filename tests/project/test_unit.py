"""The systemd unit that the documents show is one that systemd understands."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OPERATIONS = Path(__file__).parent.parent.parent / "docs" / "operations.md"
ANALYZE = shutil.which("systemd-analyze")

INSTALLED_AT = "/opt/homing/bin"
"""Where the unit expects Homing."""


def unit() -> str:
    """As it stands in the document."""
    (found,) = re.findall(r"```ini\n(\[Unit\]\n.*?)```", OPERATIONS.read_text("utf-8"), re.DOTALL)
    return str(found)


def verified(folder: Path, text: str) -> tuple[int, str]:
    """How systemd's own check of a unit ends, and what it says."""
    assert ANALYZE is not None
    file = folder / "homing.service"
    file.write_text(text.replace(INSTALLED_AT, str(Path(sys.executable).parent)), encoding="utf-8")
    ended = subprocess.run([ANALYZE, "verify", "--man=no", file], capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze, which reads units, is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """Without a word about it; a mistake it would tell."""
    assert verified(tmp_path, unit()) == (0, "")
    assert "WatchdogSecs" in verified(tmp_path, unit().replace("WatchdogSec=", "WatchdogSecs="))[1]
