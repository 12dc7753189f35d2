"""Message bodies that stand in files of their own, beside the rule files. Knows nothing of templates."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from dsl.context import Context
from dsl.near import nearest
from dsl.report import Report
from dsl.source import Source
from dsl.tree.expressions import Text
from dsl.tree.statements import File, MessageDecl
from dsl.wording import Phrase, say


def letter(file: Text, context: Context, report: Report) -> str:
    """The text of `file "letters/x.html.j2"`; empty, and reported, when it cannot be had."""
    path = letter_path(file)
    found = None if path is None else _read(path, context)
    if isinstance(found, str):
        return found
    name = file.value
    hint = say("")
    if path is None:
        message = say("`{name}` lies outside the folder of the rules.", name=name)
    elif found is None:
        message = say("There is no file `{name}` beside this rule file.", name=name)
        hint = _nearest_file(path, context)
    else:
        message = say("The file `{name}` is not UTF-8 text.", name=name)
        hint = say("Save it with the encoding UTF-8.")
    report.error("unknown-name", file.span, message, hint)
    return ""


def letters(files: Iterable[File], context: Context) -> dict[str, str]:
    """The texts of all files that messages name and that can be read, by path: what `Context.file_texts` takes."""
    found = {}
    for item in (item for file in files for item in file.statements if isinstance(item, MessageDecl)):
        for variant in item.variants:
            path = None if variant.file is None else letter_path(variant.file)
            text = None if path is None else _read(path, context)
            if isinstance(text, str):
                found[str(path)] = text
    return found


def letter_source(file: Text, body: str) -> Source:
    """The file itself as a source, for findings inside it."""
    path = letter_path(file)
    return Source(file.value if path is None else str(path), body)


def letter_path(file: Text) -> PurePosixPath | None:
    """The path relative to the folder of the rules; None when it leads out of it."""
    parts: list[str] = []
    written = PurePosixPath(file.span.source.name).parent / file.value.replace("\\", "/")
    for part in written.parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return None if written.is_absolute() else PurePosixPath(*parts)


def _read(path: PurePosixPath, context: Context) -> str | UnicodeDecodeError | None:
    """The text; None when there is no such file; the error when it is no UTF-8."""
    if str(path) in context.file_texts:
        return context.file_texts[str(path)]
    if context.folder is None:
        return None
    try:
        return (context.folder / path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        return error
    except OSError:
        return None


def _nearest_file(path: PurePosixPath, context: Context) -> Phrase:
    known = [name for name in context.file_texts if PurePosixPath(name).parent == path.parent]
    if context.folder is not None and (context.folder / path.parent).is_dir():
        known += [str(path.parent / item.name) for item in (context.folder / path.parent).iterdir()]
    near = nearest(str(path), known)
    return say("") if near is None else say("Did you mean `{name}`?", name=PurePosixPath(near).name)
