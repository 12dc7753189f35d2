"""Files as people send them: every row is read or accounted for, whatever the format and encoding."""

import json
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine.errors import ImportFileError
from engine.imports import delimited, rows
from engine.imports.files import open_table


def read(path: Path, encoding: str | None = None) -> tuple[list[Any], list[tuple[int, str]]]:
    """The rows of a file as (line, cells), and its bad lines with the reason."""
    good: list[Any] = []
    bad: list[tuple[int, str]] = []
    for chunk in open_table(path, encoding).chunks:
        cells = [dict(zip(chunk.columns, row, strict=True)) for row in chunk.rows]
        good += zip(chunk.numbers, cells, strict=True)
        bad += [(row.number, row.reason) for row in chunk.bad]
    return good, bad


def written(folder: Path, name: str, content: bytes | str) -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


PEOPLE = [(2, {"id": "C1", "name": "陈晨"}), (3, {"id": "C2", "name": "王五"})]
CSV = "id,name\nC1,陈晨\nC2,王五\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", CSV),
        ("a.csv", "\ufeff" + CSV),
        ("a.csv", CSV.replace("\n", "\r\n")),
        ("a.csv", CSV.replace("\n", "\r")),
        ("a.csv", CSV.rstrip("\n")),
        ("a.csv", CSV.replace(",", ";")),
        ("a.csv", CSV.replace(",", "\t")),
        ("a.tsv", CSV.replace(",", "\t")),
        ("a.txt", CSV),
        ("a.csv", CSV.encode("gb18030")),
        ("a.csv", CSV.encode("utf-16")),
        ("a.csv", 'id , "name"\n"C1","陈晨"\nC2,"王五"\n'.replace(" , ", ",")),
        ("a.csv", "id,name,\nC1,陈晨,\nC2,王五,,\n".replace("name,\n", "name\n")),
    ],
)
def test_tables(tmp_path: Path, name: str, content: bytes | str) -> None:
    """Line ends, marks, delimiters, encodings and quotes do not matter."""
    assert read(written(tmp_path, name, content)) == (PEOPLE, [])


def test_named_encoding(tmp_path: Path) -> None:
    """An encoding that is named is not doubted; one that nobody knows is an error."""
    path = written(tmp_path, "a.csv", "id,name\nC1,陳\n".encode("big5"))
    assert read(path, "big5") == ([(2, {"id": "C1", "name": "陳"})], [])
    for name in ("klingon", "rot13"):
        with pytest.raises(ImportFileError, match=f"unknown encoding '{name}'"):
            read(path, name)
    for name in ("utf-16", "punycode"):
        with pytest.raises(ImportFileError, match="not in the encoding"):
            read(path, name)


@pytest.mark.parametrize(
    "content",
    [
        "id,name\nC1,陈晨\nC2,王五".encode()[:-1],
        "id,name\nC1,陈晨\n".encode() + "C2,王五\n".encode("gb18030"),
        "id,name\nC1,陈晨\nC2,王五".encode("gb18030")[:-1],
    ],
)
def test_a_damaged_file_keeps_its_encoding(tmp_path: Path, content: bytes) -> None:
    """Where a file breaks off, or some of another was added to it, the other lines stay readable."""
    good, _ = read(written(tmp_path, "a.csv", content))
    assert good[0] == PEOPLE[0]
    assert good[1] != PEOPLE[1]


STRAY = "text after a closing quote, or a quote that is not closed on its line"

BROKEN = {
    'id,name\n1,"a\n2,b\n3,c\n': ([3, 4], {2: "a quote that is never closed"}),
    'id,name\n1,"a\n2,"b"\n3,c\n': ([3, 4], {2: STRAY}),
    'id,name\n1,"a\n2,b"\n3,c,d"\n4,e\n': ([2, 5], {4: "3 cells, but 2 columns"}),
    'id,name\n1,"a\n2,b",c\n3,d\n': (
        [4],
        {2: "a quote that is not closed on its line", 3: "3 cells, but 2 columns"},
    ),
    "id,name\n1\n2,b\n3,c,d\n": ([3], {2: "1 cells, but 2 columns", 4: "3 cells, but 2 columns"}),
    'id,name\n1,"a ""b"" \n c"\n2,d\n': ([2, 4], {}),
    "id,name\n\n1,a\n\n\n2,b\n": ([3, 6], {}),
}


@pytest.mark.parametrize("content", BROKEN)
def test_broken_lines(tmp_path: Path, content: str) -> None:
    """A broken line costs itself alone, above all a quote that nobody closed."""
    good, bad = read(written(tmp_path, "a.csv", content))
    lines, reasons = BROKEN[content]
    assert ([number for number, _ in good], dict(bad)) == (lines, reasons)


def test_unclosed_quote_in_a_long_file(tmp_path: Path) -> None:
    """An unclosed quote does not swallow what comes after it, however much that is."""
    lines = [f"{number},name {number}" for number in range(60_000)]
    lines[100] = '100,"name'
    lines[59_999] = '59999,"name'
    good, bad = read(written(tmp_path, "a.csv", "id,name\n" + "\n".join(lines)))
    assert len(good) == 59_998
    assert [number for number, _ in bad] == [102, 60_001]


def test_chunks_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows over several lines are whole wherever a chunk ends."""
    content = "id,name\n" + "".join(f'{number},"a\nb"\n' for number in range(10))
    whole = read(written(tmp_path, "a.csv", content))
    for size in range(1, 8):
        monkeypatch.setattr(delimited, "CHUNK", size)
        assert read(tmp_path / "a.csv") == whole
    assert len(whole[0]) == 10


def test_long_cells(tmp_path: Path) -> None:
    """A cell of 140,000 characters is refused, and only it."""
    good, bad = read(written(tmp_path, "a.csv", f"id,name\n1,{'x' * 140_000}\n2,b\n"))
    assert [number for number, _ in good] == [3]
    assert bad == [(2, "a cell of more than 131,072 characters, or a quote that is never closed")]


def test_damaged_utf8(tmp_path: Path) -> None:
    """A file that is UTF-8 but for one line stays UTF-8; the line keeps its bad bytes to be refused."""
    content = "id,name\n" + "".join(f"{number},陈晨\n" for number in range(20))
    good, _ = read(written(tmp_path, "a.csv", content.encode() + b"20,\xb3\xc2\n"))
    assert good[0][1]["name"] == "陈晨"
    assert good[20][1]["name"] == "\udcb3\udcc2"


JSON_PEOPLE = [{"id": "C1", "name": "陈晨"}, {"id": "C2", "amount": 3.5}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", json.dumps(JSON_PEOPLE)),
        ("a.json", "\ufeff\n" + json.dumps(JSON_PEOPLE, indent=2)),
        ("a.jsonl", "\n".join(map(json.dumps, JSON_PEOPLE))),
        ("a.ndjson", "\n\n".join(map(json.dumps, JSON_PEOPLE)) + "\n"),
        ("a.json", "\n".join(map(json.dumps, JSON_PEOPLE))),
        ("a.txt", json.dumps(JSON_PEOPLE)),
    ],
)
def test_json(tmp_path: Path, name: str, content: str) -> None:
    """Lists and lines of objects; keys that an object lacks are missing values."""
    good, bad = read(written(tmp_path, name, content))
    wanted = [{"id": "C1", "name": "陈晨", "amount": None}, {"id": "C2", "name": None, "amount": 3.5}]
    assert ([row for _, row in good], bad) == (wanted, [])


def test_bad_json_lines(tmp_path: Path) -> None:
    """A line that is no object is bad, by its number."""
    good, bad = read(written(tmp_path, "a.jsonl", '{"id": 1}\n{"id": \n[1]\n{"id": 4}\n'))
    assert [number for number, _ in good] == [1, 4]
    assert [number for number, _ in bad] == [2, 3]
    assert bad[1][1] == "not an object"


def test_long_json_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list is read piece by piece, wherever a piece ends."""
    content = [{"id": number, "text": "}],[{" * (number % 7)} for number in range(50)]
    path = written(tmp_path, "a.json", json.dumps(content, indent=1))
    for size in (1, 7, 50, 1000):
        monkeypatch.setattr("engine.imports.json_rows._PIECE", size)
        assert [row for _, row in read(path)[0]] == content


@pytest.mark.parametrize("content", ['[{"id": 1}', '[{"id": 1} {', "[{]", '{"id": 1'])
def test_broken_json(tmp_path: Path, content: str) -> None:
    """A list that is not JSON is an error of the file."""
    with pytest.raises(ImportFileError, match="not JSON"):
        read(written(tmp_path, "a.json", content))


def workbook(folder: Path, table: list[list[object]], sheets: int = 1) -> Path:
    """An Excel file."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in table:
        sheet.append(row)
    for number in range(1, sheets):
        book.create_sheet(f"other {number}")
    path = folder / "a.xlsx"
    book.save(path)
    return path


def test_excel(tmp_path: Path) -> None:
    """Cells keep their types; empty rows are passed over; other sheets are mentioned."""
    path = workbook(tmp_path, [["id", "amount"], [1, 12.5], [None, None], ["C2", None]], sheets=2)
    table = open_table(path, None)
    chunks = list(table.chunks)
    assert [(list(chunk.numbers), chunk.rows, chunk.typed) for chunk in chunks] == [
        ([2, 4], [[1, 12.5], ["C2", None]], True)
    ]
    assert table.notes == ["took sheet 'Sheet'; the file has 2"]


def test_excel_errors(tmp_path: Path) -> None:
    """A row with a spreadsheet's error in it is bad."""
    path = workbook(tmp_path, [["id", "amount"], ["C1", "#N/A"], ["C2", 1]])
    good, bad = read(path)
    assert [number for number, _ in good] == [3]
    assert bad == [(2, "a cell holds an error of the spreadsheet")]


def test_excel_by_another_name(tmp_path: Path) -> None:
    """The content tells the format, not the name."""
    path = workbook(tmp_path, [["id"], ["C1"]]).rename(tmp_path / "a.csv")
    assert read(path) == ([(2, {"id": "C1"})], [])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\n \n", "empty"),
        ("a.csv", b'"id,name\n1,a\n', "line 1: a quote that is never closed"),
        ("a.xlsx", b"PK\x03\x04 nonsense", "not an Excel file"),
        ("a.xls", b"\xd0\xcf\x11\xe0 old", "an Excel file of the old kind"),
        ("a.json", b"id,name\n", "not JSON"),
        ("a.json", b"[" * 100_000, "too many lists or objects inside each other"),
        ("a.json", b'{"a":' * 100_000, "too many lists or objects inside each other"),
    ],
)
def test_unreadable(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """A file that is no table is an error with its name."""
    with pytest.raises(ImportFileError, match=message) as error:
        read(written(tmp_path, name, content))
    assert str(error.value).startswith(str(tmp_path / name))


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there, or is a folder or a pipe, is an error."""
    with pytest.raises(ImportFileError, match="No such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(ImportFileError, match="directory"):
        read(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImportFileError, match="can be read only once"):
        read(tmp_path / "pipe")


def test_chunk_size() -> None:
    """Memory is bounded by chunks of this many rows."""
    assert rows.CHUNK <= 100_000
