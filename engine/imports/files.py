"""Which format a file is in, by its content first and its name second."""

from collections.abc import Iterator
from pathlib import Path

from dsl.wording import Phrase
from engine.errors import ImportFileError
from engine.imports.charsets import encoding_of
from engine.imports.delimited import read_delimited
from engine.imports.json_rows import read_json_lines, read_json_list
from engine.imports.rows import Chunk, Table
from engine.imports.spreadsheets import read_spreadsheet
from engine.wording import reason_of, say

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_TABULAR = frozenset({".csv", ".tsv", ".tab"})


def open_table(path: Path, encoding: str | None) -> Table:
    """Open a file for reading; ImportFileError when it is not there or in no format that we know."""
    notes: list[Phrase] = []
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ImportFileError(
                say("{path}: a pipe or a device, which can be read only once", path=path),
                say("write it to a file first"),
            )
        with path.open("rb") as file:
            start = file.read(4096)
        size = path.stat().st_size
        chunks = _chunks(path, start, encoding, notes)
    except OSError as error:
        raise ImportFileError(say("{path}: {why}", path=path, why=reason_of(error))) from error
    except UnicodeError as error:
        raise _in_another_encoding(path) from error
    return Table(_decoded(path, chunks), size, notes)


def _decoded(path: Path, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The chunks of a file that is in the encoding that was named, or found."""
    try:
        yield from chunks
    except UnicodeError as error:  # some, as UTF-16, have bytes that cannot stand for themselves
        raise _in_another_encoding(path) from error


def _in_another_encoding(path: Path) -> ImportFileError:
    return ImportFileError(
        say("{path}: not in the encoding in which it is read", path=path),
        say("name another with `--encoding`, such as utf-8 or gb18030"),
    )


def _chunks(path: Path, start: bytes, encoding: str | None, notes: list[Phrase]) -> Iterator[Chunk]:
    if start.startswith(_ZIP):
        return read_spreadsheet(path, notes)
    if start.startswith(_OLD_EXCEL):
        raise ImportFileError(
            say("{path}: an Excel file of the old kind", path=path), say("save it as .xlsx or as CSV")
        )
    found = encoding_of(path, encoding)
    if found.startswith("gb"):
        notes.append(say("read as {encoding}, for it is not UTF-8", encoding=found.upper()))
    text = start.decode(found, errors="replace").lstrip("\ufeff \t\r\n")
    suffix = path.suffix.lower()
    if suffix not in _TABULAR and text.startswith(("[", "{")):
        return _json(path, suffix, text, found)
    if suffix in {".json", ".jsonl", ".ndjson"} and text:
        raise ImportFileError(
            say("{path}: not JSON", path=path), say("it must be a list of objects, or one object a line")
        )
    return read_delimited(path, found, "\t" if suffix in {".tsv", ".tab"} else None)


def _json(path: Path, suffix: str, text: str, encoding: str) -> Iterator[Chunk]:
    lines = text.splitlines()
    one_a_line = lines[0].rstrip().endswith("}") and (len(lines) > 1 or suffix != ".json")
    if suffix in {".jsonl", ".ndjson"} or (text.startswith("{") and one_a_line):
        return read_json_lines(path, encoding)
    return read_json_list(path, encoding)
