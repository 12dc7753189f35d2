"""Running a command in a process of its own that kills itself (SIGKILL) at its N-th statement.

`python -m tests.killed N COMMAND…` runs `homing COMMAND…` and dies before its N-th SQL statement is executed; when
there are fewer, it ends as the command does and prints how many there were.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

ROOT = Path(__file__).parent.parent


def killed_at(statement: int, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run `homing` with these words and kill it there; its return code is -9 when it was still at work."""
    return subprocess.run(
        [sys.executable, "-m", "tests.killed", str(statement), *command],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def statements_of(command: Sequence[str]) -> int:
    """How many statements a command executes when nobody stops it."""
    done = killed_at(2**31, command)
    assert done.returncode == 0, done.stderr
    return int(done.stderr.rsplit("statements: ", 1)[1])


def _main(last: int, words: list[str]) -> None:
    from engine.cli import run  # noqa: PLC0415  # counts begin with the command

    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    sa.event.listen(sa.Engine, "commit", count)
    status = run(words)
    sys.stderr.write(f"statements: {seen}\n")
    sys.exit(status)


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
