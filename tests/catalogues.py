"""The catalogues of what people read: sentences found in the code, their Chinese, the compiled form.

`python -m tests.catalogues` (`make words`) takes up new sentences, forgets those that are gone, compiles, and names
what has no Chinese yet. Sentences are what `say` and its kin are given, docstrings of commands and `help=` of options.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.sources import ROOT, Module, modules

PACKAGES = ("dsl", "engine", "tui")
_SOME_DAY = datetime(2026, 11, 22, tzinfo=UTC)

FOREIGN = "click"
"""Sentences of a library, which are looked after by hand."""

_HEADER = """\
msgid ""
msgstr ""
"Language: zh\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


class Sentence(NamedTuple):
    """A sentence of the code; `many`: its form for other numbers than one."""

    text: str
    many: str = ""
    sense: str = ""

    @property
    def id(self) -> str | tuple[str, str]:
        """As catalogues know it."""
        return (self.text, self.many) if self.many else self.text


def sentences(package: str) -> dict[Sentence, list[str]]:
    """The sentences of a package, each with the files that say it."""
    found: dict[Sentence, list[str]] = {}
    for module in modules(package):
        for sentence in _said(module):
            places = found.setdefault(sentence, [])
            if module.name not in places:
                places.append(module.name)
    return found


def po_file(name: str) -> Path:
    """Where a catalogue is; a library's lies with the engine's."""
    package = name if name in PACKAGES else "engine"
    return ROOT / package / "locale" / "zh" / "LC_MESSAGES" / f"{name}.po"


def read(name: str) -> Catalog:
    """A catalogue as it is written; an empty one when there is none."""
    file = po_file(name)
    if not file.exists():
        return Catalog("zh")
    with file.open("rb") as opened:
        return read_po(opened, "zh")


def compiled(catalogue: Catalog) -> bytes:
    """A catalogue as programs read it, the same bytes whenever it is made."""
    catalogue.creation_date = catalogue.revision_date = _SOME_DAY
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update(package: str) -> list[Entry]:
    """Bring a package's catalogue up to date with its code. What has no Chinese yet."""
    before, fresh = read(package), Catalog("zh")
    for sentence, places in sentences(package).items():
        context = sentence.sense or None
        known = before.get(sentence.id, context)
        string = known.string if known else ""
        fresh.add(sentence.id, string, [(place, None) for place in places], context=context)
    buffer = BytesIO()
    write_po(buffer, fresh, width=0, omit_header=True, include_lineno=False)
    file = po_file(package)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_HEADER.encode() + buffer.getvalue())
    return [entry for entry in fresh if entry.id and not any(forms(entry))]


def forms(entry: Entry) -> tuple[str, ...]:
    """The Chinese of an entry."""
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)


def _said(module: Module) -> Iterator[Sentence]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield from _given(node)
        elif isinstance(node, ast.FunctionDef) and any(map(_is_command, node.decorator_list)):
            yield Sentence(inspect.cleandoc(ast.get_docstring(node) or ""))


def _given(call: ast.Call) -> Iterator[Sentence]:
    """What a call says, when it is one that says something."""
    match call:
        case ast.Call(func=ast.Name(id="say" | "reason"), args=[ast.Constant(value=str(text))]):
            yield from [Sentence(text)] if text else []
        case ast.Call(
            func=ast.Name(id="say_number"), args=[ast.Constant(value=one), ast.Constant(value=many)]
        ):
            yield Sentence(one, many=many)
        case ast.Call(func=ast.Name(id="say_as"), args=[ast.Constant(value=sense), ast.Constant(value=text)]):
            yield Sentence(text, sense=sense)
        case ast.Call(func=ast.Name(id="say" | "reason" | "say_number" | "say_as")):
            raise ValueError(f"line {call.lineno}: a sentence must stand here as it is")
    for keyword in call.keywords:
        if keyword.arg == "help" and isinstance(keyword.value, ast.Constant):
            yield Sentence(keyword.value.value)


def _is_command(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Call(func=ast.Attribute(attr="command" | "group")):
            return True
    return False


def main() -> int:
    """Bring all of them up to date; 1 when a sentence has no Chinese."""
    missing = [entry for package in PACKAGES for entry in update(package)]
    for name in (*PACKAGES, FOREIGN):
        po_file(name).with_suffix(".mo").write_bytes(compiled(read(name)))
    for entry in missing:
        print(f"no Chinese yet: {entry.id!r}")  # noqa: T201  # a tool
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
