"""JSON lists and JSON lines, read piece by piece. Every row is an object; its keys are the columns."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import orjson

from dsl.wording import Phrase
from engine.errors import ImportFileError
from engine.imports.rows import CHUNK, Chunk, Unreadable
from engine.wording import say

_PIECE = 1 << 20  # characters read at once
_LONGEST = 64 * _PIECE
"""One object that is longer is taken for a broken file."""

_BLANK = " \t\r\n"

Numbered = tuple[int, Any]


class _Broken:
    """Stands for what could not be read."""

    def __init__(self, text: str, reason: Phrase) -> None:
        self.text = text
        self.reason = reason


def read_json_lines(path: Path, encoding: str) -> Iterator[Chunk]:
    """One object a line; a line that is none is a bad row."""
    with path.open(encoding=encoding, errors="surrogateescape") as file:
        lines = ((number, line) for number, line in enumerate(file, 1) if line.strip("\ufeff" + _BLANK))
        rows = ((number, _line(line.lstrip("\ufeff"))) for number, line in lines)
        yield from _chunks(rows, file)


def read_json_list(path: Path, encoding: str) -> Iterator[Chunk]:
    """A list of objects, or one object alone; what follows the first thing that is not JSON is an error."""
    with path.open(encoding=encoding, errors="surrogateescape") as file:
        yield from _chunks(enumerate(_items(file, path), 1), file)


def _chunks(rows: Iterator[Numbered], file: TextIO) -> Iterator[Chunk]:
    while some := list(islice(rows, CHUNK)):
        good = [(number, row) for number, row in some if isinstance(row, dict)]
        columns = tuple(dict.fromkeys(key for _, row in good for key in row))
        yield Chunk(
            columns,
            [number for number, _ in good],
            [[row.get(column) for column in columns] for _, row in good],
            [_bad(number, row) for number, row in some if not isinstance(row, dict)],
            typed=True,
            done=file.buffer.tell(),
        )


def _bad(number: int, row: object) -> Unreadable:
    if isinstance(row, _Broken):
        return Unreadable(number, [row.text], row.reason)
    return Unreadable(number, [json.dumps(row, ensure_ascii=False)], say("not an object"))


def _line(line: str) -> object:
    try:
        return orjson.loads(line)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        return _Broken(line.rstrip("\r\n"), say("not JSON: {error}", error=str(error)))


def _items(file: TextIO, path: Path) -> Iterator[object]:
    text = file.read(_PIECE).lstrip("\ufeff" + _BLANK)
    if not text.startswith("["):
        yield _only(text, file, path)
        return
    at, decoder = 1, json.JSONDecoder()
    while True:
        at, text = _next_item(text, at, file, path)
        if text.startswith("]", at):
            return
        try:
            item, at = _whole_item(decoder, text, at)
        except RecursionError:
            raise ImportFileError(
                say("{path}: too many lists or objects inside each other", path=path)
            ) from None
        except json.JSONDecodeError as error:
            more = file.read(max(_PIECE, len(text) - at))
            if not more or len(text) - at > _LONGEST:
                raise ImportFileError(
                    say(
                        "{path}: not JSON: {error}: {text!r}",
                        path=path,
                        error=error.msg,
                        text=text[at : at + 40],
                    )
                ) from None
            at, text = 0, text[at:] + more
        else:
            yield item


def _next_item(text: str, at: int, file: TextIO, path: Path) -> tuple[int, str]:
    """Past blanks and commas, reading on at the end of what is at hand."""
    while True:
        while at < len(text) and text[at] in _BLANK + ",":
            at += 1
        if at < len(text):
            return at, text
        at, text = 0, file.read(_PIECE)
        if not text:
            raise ImportFileError(say("{path}: not JSON: the list is not closed", path=path))


def _whole_item(decoder: json.JSONDecoder, text: str, at: int) -> tuple[object, int]:
    item, end = decoder.raw_decode(text, at)
    if end == len(text):  # a number might go on in the next piece
        raise json.JSONDecodeError("unfinished", text, at)
    return item, end


def _only(text: str, file: TextIO, path: Path) -> object:
    try:
        return json.loads(text + file.read(_LONGEST))
    except RecursionError:
        raise ImportFileError(say("{path}: too many lists or objects inside each other", path=path)) from None
    except json.JSONDecodeError as error:
        raise ImportFileError(say("{path}: not JSON: {error}", path=path, error=str(error))) from None
