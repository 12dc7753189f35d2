"""Commands in processes whose N-th write, sync or removal goes wrong: they are killed there, or the system says no.

A library written in C (`shim.c`) stands between the process and the system. One process has loaded Homing and forks
for each command, so that a command costs no start. `python -m tests.faulting.faulty` is that process.
"""

import ctypes
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SOURCE = Path(__file__).with_name("shim.c")
COMPILER = shutil.which("cc")

WRITES, SYNCS, SOCKETS, NAMES = 1, 2, 4, 8
EVERYTHING = WRITES | SYNCS | SOCKETS | NAMES

_MODES = {"never": 0, "kill": 1, "tear": 2, "fail": 3, "fail from there": 4}
_LOADED = (
    "engine.commands.running", "engine.commands.releasing", "engine.commands.importing", "engine.commands.safekeeping",
    "engine.commands.looking", "engine.channels.http.channel", "engine.imports.delimited",
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """How the `number`-th call of some kinds goes wrong, of files whose path holds `path`.

    `mode`: never, kill, tear (half of it is written, then killed), fail (once) or fail from there. `limit`: no file
    may grow beyond so many bytes.
    """

    mode: str = "never"
    number: int = 0
    kinds: int = EVERYTHING
    path: str = ""
    error: int = errno.ENOSPC
    limit: int | None = None


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status, or minus the signal. `seen`: calls that counted; `said`: all output."""

    status: int
    seen: int = 0
    said: str = ""


@dataclass
class Faulty:
    """The process that forks."""

    process: subprocess.Popen[str] = field(repr=False)
    folder: Path

    @property
    def child(self) -> int:
        """The command that is at work."""
        return int((self.folder / "child").read_text(encoding="utf-8"))

    def __call__(self, folder: Path, *words: str, fault: Fault | None = None) -> Ended:
        """Run `homing --project FOLDER WORDS…`."""
        ask: dict[str, Any] = {"words": ["--project", str(folder), *words]}
        ask["child"] = str(self.folder / "child")
        ask["fault"] = asdict(fault or Fault())
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(ask) + "\n")
        stdin.flush()
        return Ended(**json.loads(stdout.readline()))


@contextmanager
def faulty(folder: Path) -> Iterator[Faulty]:
    """Compile the library into a folder and start the process with it."""
    assert COMPILER is not None
    library = folder / "shim.so"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faulting.faulty", str(library)],
        cwd=ROOT,
        env=os.environ | {"LD_PRELOAD": str(library), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Faulty(process, folder)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _serve(shim: Any) -> None:
    for name in _LOADED:
        import_module(name)
    for line in sys.stdin:
        ask = json.loads(line)
        counted, said = os.pipe(), os.pipe()
        child = os.fork()
        if not child:
            _live(shim, ask, counted[1], said[1])
        os.close(counted[1])
        os.close(said[1])
        with os.fdopen(said[0], errors="replace") as text, os.fdopen(counted[0]) as number:
            told, seen = text.read(), number.read()
        _, status = os.waitpid(child, 0)
        ended = Ended(os.waitstatus_to_exitcode(status), int(seen or 0), told)
        sys.stdout.write(json.dumps(asdict(ended)) + "\n")
        sys.stdout.flush()


def _live(shim: Any, ask: dict[str, Any], counted: int, said: int) -> None:
    """The child: its output goes to a pipe, which does not count."""
    from engine.cli import run  # noqa: PLC0415  # loaded already

    fault = Fault(**ask["fault"])
    for stream in (1, 2):
        os.dup2(said, stream)
    Path(ask["child"]).write_text(str(os.getpid()), encoding="utf-8")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if fault.limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault.limit, fault.limit))
    shim.fault_arm(fault.kinds, _MODES[fault.mode], fault.number, fault.error, fault.path.encode())
    try:
        status = run(ask["words"])
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001  # a traceback is what tests look for
        status = 99
        shim.fault_arm(0, 0, 0, 0, b"")
        os.write(2, traceback.format_exc().encode())
    seen = shim.fault_seen()
    shim.fault_arm(0, 0, 0, 0, b"")
    os.write(counted, str(seen).encode())
    os._exit(status)


if __name__ == "__main__":
    library = ctypes.CDLL(sys.argv[1])
    library.fault_arm.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_int, ctypes.c_char_p]
    library.fault_seen.restype = ctypes.c_long
    _serve(library)
