"""Rule files from disk, or rule texts kept elsewhere, to trees. Knows folders and encodings, nothing of rules."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from dsl.syntax.flaws import syntax
from dsl.syntax.parse import LARGEST, parse
from dsl.tree.statements import File
from dsl.wording import Hint, Phrase, say

SUFFIX = ".rules"

Loaded = tuple[tuple[File, ...], tuple[Diagnostic, ...]]


def load(path: Path) -> Loaded:
    """The trees of one rule file, or of every `*.rules` file under a folder, sorted by name.

    Sources are named relative to the folder, a single file by its own name. Whatever cannot be read as a rule file
    is a `syntax` diagnostic and stands in no tree.
    """
    if not path.is_dir():
        return _gathered([_load_file(path, path.name)])
    problems: list[Diagnostic] = []
    found = sorted(_rule_files(path, problems), key=lambda file: file[1])
    if not found and not problems:
        message = say("There is no rule file in this folder.")
        problems.append(_of_file(path.name or str(path), message, say("Rule files end in `.rules`.")))
    files, more = _gathered([_load_file(file, name) for file, name in found])
    return files, (*problems, *more)


def parse_texts(texts: Mapping[str, str], *, scenarios: bool = True) -> Loaded:
    """The trees of texts by their file names, in the order of the names; see `parse`."""
    return _gathered([_parsed(Source(name, texts[name]), scenarios=scenarios) for name in sorted(texts)])


def _gathered(loaded: list[Loaded]) -> Loaded:
    return (
        tuple(file for files, _ in loaded for file in files),
        tuple(problem for _, problems in loaded for problem in problems),
    )


def _parsed(source: Source, *, scenarios: bool = True) -> Loaded:
    file, problems = parse(source, scenarios=scenarios)
    return (file,), problems


def _rule_files(folder: Path, problems: list[Diagnostic]) -> Iterator[tuple[Path, str]]:
    """Every `*.rules` under a folder with its name; each real folder once, so that links in a circle end."""

    def unreadable(error: OSError) -> None:
        name = _shown(Path(os.path.relpath(error.filename, folder)))
        problems.append(_of_file(name, say("This folder cannot be read: {why}.", why=error.strerror or "")))

    seen: set[str] = set()
    for here, folders, files in os.walk(folder, onerror=unreadable, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders.sort()
        for name in (*files, *folders):
            if name.endswith(SUFFIX):
                path = Path(here, name)
                yield path, _shown(path.relative_to(folder))


def _load_file(path: Path, name: str) -> Loaded:
    name = _shown(Path(name))
    try:
        about = path.stat()
        if stat.S_ISREG(about.st_mode) and about.st_size <= LARGEST and name.endswith(SUFFIX):
            return _decoded(name, path.read_bytes())
    except OSError as error:
        return _refused(name, say("This file cannot be read: {why}.", why=error.strerror or ""))
    if not stat.S_ISREG(about.st_mode):
        return _refused(
            name, say("This is not a file."), say("Only rule files have names that end in `.rules`.")
        )
    if about.st_size > LARGEST:
        message = say("This file is larger than 1 MiB, the most that a rule file may hold.")
        return _refused(name, message, say("Split it into several files."))
    return _refused(name, say("This is not a rule file."), say("Rule files end in `.rules`."))


def _decoded(name: str, content: bytes) -> Loaded:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _refused(name, say("This file is in UTF-16."), _SAVE)
    nul = content.find(b"\0")
    if nul >= 0:
        return _refused_at(name, content, nul, say("This is no text: it holds a NUL byte."), _SAVE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bom = 3 if content.startswith(b"\xef\xbb\xbf") else 0
        return _refused_at(name, content, error.start + bom, _other_encoding(content), _SAVE)
    return _parsed(Source(name, text.replace("\r\n", "\n").replace("\r", "\n")))


_SAVE = say("Save it as UTF-8 and try again.")


def _other_encoding(content: bytes) -> Phrase:
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return say("This file is not in UTF-8.")
    return say("This file is not in UTF-8, but perhaps in GBK.")


def _refused(name: str, message: Phrase, hint: Hint = "") -> Loaded:
    return (), (_of_file(name, message, hint),)


def _refused_at(name: str, content: bytes, place: int, message: Phrase, hint: Hint) -> Loaded:
    """A diagnostic at a byte; the text before it is what can be read of it."""
    before = content[:place].decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    rest = content[place:].split(b"\n", 1)[0].decode("utf-8", errors="replace")
    source = Source(name, before + rest)
    return (), (syntax(Span(source, len(before), len(before) + 1), message, hint),)


def _of_file(name: str, message: Phrase, hint: Hint = "") -> Diagnostic:
    return syntax(Span(Source(name, ""), 0, 0), message, hint)


def _shown(path: Path) -> str:
    """A file's name with `/` between its parts; bytes that are no text become question marks."""
    return path.as_posix().encode("utf-8", errors="replace").decode("utf-8")
