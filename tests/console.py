"""The console sessions in documents: read, played again, and written back with what they really print.

A session is a fenced block of kind `console`: lines that begin with `$ ` are commands, the others what they print. All
sessions of one document are played in one shell, beside the files that it tells its reader to save.
`python -m tests.console README.md …` brings documents up to date.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.sources import ROOT

_SESSION = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^Save as `([^`]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_END = "--- end of a session ---"


def sessions(text: str) -> list[str]:
    """The sessions of a document, as written."""
    return _SESSION.findall(text)


def played(document: str, folder: Path) -> list[str]:
    """The sessions of a document as they go in `folder`, to which the example is copied; it is shown as `/srv`."""
    shutil.copytree(ROOT / "docs" / "example", folder / "docs" / "example")
    _save_files(document, folder)
    script = "\n".join(line for session in sessions(document) for line in _script(session))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    text = done.stdout.replace(f"{folder.resolve()}/", "/srv/")
    lines = (line.rstrip() + "\n" for line in text.splitlines())
    return "".join(lines).split(f"{_END}\n")[:-1]


def brought_up_to_date(text: str, folder: Path) -> str:
    """The document with what its sessions print now."""
    fresh = iter(played(text, folder))
    return _SESSION.sub(lambda _: f"```console\n{next(fresh)}```", text)


def _save_files(document: str, folder: Path) -> None:
    for name, content in _FILE.findall(document):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def _script(session: str) -> list[str]:
    commands = [line[2:] for line in session.splitlines() if line.startswith("$ ")]
    echoed = [f"cat <<'___'\n$ {command}\n___\n{command}" for command in commands]
    return [*echoed, f"echo '{_END}'"]


def _environment(folder: Path) -> dict[str, str]:
    """No more than a stranger has: the commands of this environment, English, no settings of one's own."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    return {"PATH": programs, "LC_ALL": "C.UTF-8", "HOME": str(folder), "USER": "you", "LOGNAME": "you"}


def main() -> None:
    """Bring the documents named on the command line up to date."""
    for name in sys.argv[1:]:
        path = Path(name)
        before = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            path.write_text(brought_up_to_date(before, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
