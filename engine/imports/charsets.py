"""Which encoding a file is in. Reads it once as a whole, in bounded pieces; decodes nothing for others."""

import codecs
from itertools import islice
from pathlib import Path

from engine.errors import ImportFileError
from engine.wording import say

_PIECE = 1 << 20  # bytes
_SAMPLE = 10_000  # lines looked at when the file is not whole in UTF-8
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(path: Path, named: str | None) -> str:
    """The encoding that was named; else by its mark, UTF-8 when the whole file is, and GB18030 when it is not.

    A file of which half the lines are UTF-8 is UTF-8 with damaged lines; so is one that breaks off within a character.
    """
    if named is not None:
        return _known(named)
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    return "utf-8" if _is_utf8(path) or _mostly_utf8(path) else "gb18030"


def _known(name: str) -> str:
    try:
        b"id".decode(name, "replace")
        return codecs.lookup(name).name
    except (LookupError, UnicodeError):  # nobody knows it, or it is none of texts
        raise ImportFileError(
            say("unknown encoding {name!r}", name=name), say("try utf-8, gb18030 or utf-16")
        ) from None


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _mostly_utf8(path: Path) -> bool:
    with path.open("rb") as file:
        lines = [line for line in islice(file, _SAMPLE) if not line.isascii()]
    return 2 * sum(map(_decodes, lines)) >= len(lines)


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and not line[: error.start].isascii()
    return True
