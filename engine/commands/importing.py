"""`import`: customers, events, records and consents from files."""

from pathlib import Path

import click

from engine.commands.opening import by, opened, release_of
from engine.commands.options import as_option, json_option
from engine.imports import ImportResult, Request, import_file
from engine.imports.columns import parse_maps
from engine.projects.project import Project
from engine.terminal import print_json, print_text, progress, talk, words
from engine.visible import file_name
from engine.wording import say


@click.command("import")
@click.argument("what")
@click.argument("file", type=click.Path())
@click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Which field a column of the file is."
)
@click.option("--encoding", metavar="E", help="utf-8, gb18030, utf-16 …; else found out.")
@as_option
@json_option
def import_command(
    what: str, file: str, maps: tuple[str, ...], encoding: str | None, actor: str | None, *, as_json: bool
) -> int:
    """Take customers, an event kind, a record kind or consents from CSV, TSV, JSON, JSON lines or Excel.

    The same file imported twice adds nothing. An empty cell changes nothing. Rows that cannot be taken are written,
    with the reason, to a file in the project's folder `rejects`.
    """
    with opened() as project, progress(say("importing {file}", file=file)) as told:
        request = Request(
            what,
            Path(file),
            _rejects(project, what, file),
            by(project, actor),
            parse_maps(maps),
            encoding,
            tuple(project.config.channels),
            told,
            words,
        )
        result = import_file(project.store, release_of(project).model, project.surroundings, request)
    for note in result.notes:
        talk(note)
    if as_json:
        print_json(_as_json(result))
    else:
        _tell(result)
    return 1 if result.rejected else 0


def _rejects(project: Project, what: str, file: str) -> Path:
    return project.rejects / f"{file_name(Path(file).stem)}-{what}.csv"


def _as_json(result: ImportResult) -> dict[str, object]:
    names = ("what", "file", "read", "added", "changed", "unchanged", "rejected", "rejects_file")
    return {name: getattr(result, name) for name in names}


def _tell(result: ImportResult) -> None:
    print_text(
        say(
            "{read:,} rows of {what}: {added:,} added, {changed:,} changed, {unchanged:,} unchanged, "
            "{rejected:,} rejected",
            **_as_json(result),
        )
    )
    if result.rejects_file:
        talk(say("the rejected rows are in {rejects_file}", rejects_file=result.rejects_file))
