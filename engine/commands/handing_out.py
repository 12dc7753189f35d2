"""Everything held on one customer as a document or a zip file, on record; and files that take no other file's place."""

from pathlib import Path
from typing import Literal

import orjson

from engine.errors import UsageError
from engine.projects.project import Project
from engine.storage.audit import By, Deed, record
from engine.storage.customers import customer_number
from engine.storage.symbols import load_symbols
from engine.views.export import held_on
from engine.views.export_files import as_zip
from engine.wording import say

Format = Literal["json", "zip"]


def handed_out(project: Project, identity: str, kind: Format, by: By) -> bytes:
    """The content of the file; the trail says who asked for it."""
    with project.store.write() as connection:
        number = customer_number(connection, identity)
        held = held_on(connection, load_symbols(connection), project.config.zone, number)
        record(connection, by, Deed("exported", number, kind))
    document = held.document(project.config.zone.iso(by.now))
    return as_zip(held, document) if kind == "zip" else orjson.dumps(document, option=orjson.OPT_INDENT_2)


def put_out(content: bytes, path: Path) -> None:
    """Write a new file that only its owner may read. UsageError where there is one."""
    if path.exists():
        raise UsageError(say("{path}: there is such a file already", path=path), say("name another"))
    path.touch(0o600)
    path.write_bytes(content)
