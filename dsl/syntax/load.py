"""Rule files from disk, or rule texts kept elsewhere, to trees. Knows folders and encodings, nothing of rules."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from dsl.diagnostics import Diagnostic, has_errors
from dsl.source import Source, Span
from dsl.syntax.flaws import syntax
from dsl.syntax.parse import LARGEST, parse
from dsl.syntax.titles import with_names
from dsl.syntax.unread import unread
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
    if not found and not has_errors(problems):
        message = say("There is no rule file in this folder.")
        problems.append(_of_file(path.name or str(path), message, say("Rule files end in `.rules`.")))
    files, more = _gathered([_load_file(file, name) for file, name in found])
    return files, (*problems, *more)


def parse_texts(texts: Mapping[str, str], *, scenarios: bool = True) -> Loaded:
    """The trees of texts by their file names, in the order of the names; see `parse`."""
    return _gathered([_parsed(Source(name, texts[name]), scenarios=scenarios) for name in sorted(texts)])


def _gathered(loaded: list[Loaded]) -> Loaded:
    files = tuple(file for files, _ in loaded for file in files)
    return files, tuple(with_names((problem for _, problems in loaded for problem in problems), files))


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
        for name in (*sorted(files), *folders):
            path = Path(here, name)
            if name.endswith(SUFFIX):
                yield path, _shown(path.relative_to(folder))
            elif name in files:
                missed = unread(path, _shown(path.relative_to(folder)))
                problems.extend([missed] if missed is not None else [])


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
    if content.startswith(_WORD_FILES):
        return _refused(name, say("This is a file of Word or the like, not a text."), _PLAIN)
    nul = content.find(b"\0")
    if nul >= 0:
        return _refused_at(name, content, nul, say("This is no text: it holds a NUL byte."), _SAVE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bom = 3 if content.startswith(b"\xef\xbb\xbf") else 0
        return _in_other_encoding(name, content, error.start + bom)
    return _parsed(Source(name, text.replace("\r\n", "\n").replace("\r", "\n")))


def _in_other_encoding(name: str, content: bytes, place: int) -> Loaded:
    """A file that is not UTF-8 from a byte on; one in GBK with its text, so that the line can be shown."""
    text = _in_gbk(content)
    if text is None:
        return _refused_at(name, content, place, say("This file is not in UTF-8."), _SAVE)
    message = say("This file is not in UTF-8, but perhaps in GBK.")
    if not content[:place].isascii():
        return _refused_at(name, content, place, message, _SAVE)
    source = Source(name, text.replace("\r\n", "\n"))
    start = place - content.count(b"\r\n", 0, place)
    return (), (syntax(Span(source, start, start + 1), message, _SAVE),)


_SAVE = say("Save it as UTF-8 and try again: in Notepad `Save as`, then `UTF-8` as the encoding.")
_PLAIN = say("Save it as plain text, in UTF-8.")
_WORD_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")


def _in_gbk(content: bytes) -> str | None:
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError:
        return None


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
