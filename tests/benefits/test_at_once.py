"""Runs, people who decide and tills at the same time: never one too many, never one lost."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.shops_with_benefits import START, grants, with_customers

ROOT = Path(__file__).parent.parent.parent
WORK = ("run", "run", "approve", "approve", "refuse", "free_check", "free_check", "offer")


def test_eight_processes(tmp_path: Path) -> None:
    """Quota and stock are exact afterwards, each code was used once, each benefit decided on once."""
    homing = with_customers(tmp_path / "shop", 40)
    homing.well("run", "--at", START)
    done = _all_at_once(homing.folder)
    homing.well("run", "--at", START)
    found = grants(homing)
    count = Counter((one["benefit"], one["status"]) for one in found)
    assert count["free_check", "granted"] == 20
    assert count["offer", "granted"] == 15
    # Whoever else wanted one has gone another way at once: what is refused is nobody else's.
    assert sum(count["half_price", status] for status in ("held", "granted", "refused")) == 10
    assert len({one["code"] for one in found if one["code"]}) == sum(one["code"] is not None for one in found)
    decided = [intent for work, ids in done for intent in ids if work in ("approve", "refuse")]
    assert len(decided) == len(set(decided))
    assert count["half_price", "granted"] == sum(len(ids) for work, ids in done if work == "approve")
    assert count["half_price", "refused"] == sum(len(ids) for work, ids in done if work == "refuse")
    used = [code for work, some in done for code in some if work in ("free_check", "offer")]
    assert sorted(used) == sorted(one["code"] for one in found if one["redeemed_at"] is not None)


def _all_at_once(folder: Path) -> list[tuple[str, list[str]]]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.shops_with_benefits", str(folder), work],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for work in WORK
    ]  # fmt: skip
    told = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(WORK), told
    return [(work, json.loads(out)) for work, (out, _) in zip(WORK, told, strict=True)]
