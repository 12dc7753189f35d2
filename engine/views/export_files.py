"""What is held on a customer as a zip file: the document, and a table for each kind of thing, safe for spreadsheets."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.imports.rejects import safe_cell
from engine.views.export import Held

_SOME_DAY = (2000, 1, 1, 0, 0, 0)
"""The same content is the same bytes."""


def as_zip(held: Held, document: Mapping[str, Any]) -> bytes:
    """The document as `customer.json`, and a CSV file for each kind of which there is anything."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        _put(packed, "customer.json", json.dumps(document, ensure_ascii=False, indent=2).encode())
        for title, rows in held.tables.items():
            if rows:
                _put(packed, f"{title.replace('/', '-')}.csv", as_csv(rows))
    return buffer.getvalue()


def as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as CSV that Excel opens with its characters right, every cell quoted and none a formula."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(map(safe_cell, names))
    writer.writerows(_cells(row, names) for row in rows)
    return text.getvalue().encode("utf-8-sig", errors="backslashreplace")


def _cells(row: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    return [safe_cell(row.get(name)) for name in names]


def _put(packed: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _SOME_DAY)
    entry.external_attr = 0o600 << 16
    packed.writestr(entry, content, zipfile.ZIP_DEFLATED)
