"""`backup` and `restore`: copies of a project, and putting one in place."""

from pathlib import Path

import click

from engine.commands.opening import opened, time_of, user
from engine.commands.options import as_option, json_option, named_project, real_time
from engine.config import FILE_NAME, load_config
from engine.projects.folder import find_project
from engine.safekeeping.backup import back_up
from engine.safekeeping.restore import Restored, Wish, restore
from engine.terminal import print_json, progress, talk
from engine.visible import file_name
from engine.wording import all_of, say, say_number


@click.command("backup")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@json_option
def backup_command(file: Path, *, as_json: bool) -> None:
    """Copy the whole project to one new file, while everything runs. It holds customers' data: guard it."""
    with opened() as project:
        now = time_of(project)
        with progress(say("copying")) as told:
            made = back_up(project, file, now, told)
        at = project.config.zone.iso(now)
    if as_json:
        print_json({"file": file_name(made.path), "at": at, "bytes": made.size, "files": made.files})
    else:
        talk(
            say(
                "{file}: the database as of {at}, checked, and {files} files",
                file=made.path,
                at=at,
                files=made.files,
            )
        )


@click.command("restore")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@as_option
@json_option
def restore_command(file: Path, actor: str | None, *, as_json: bool) -> None:
    """Put a backup in place of the project's database. Nothing is sent until `homing resume`."""
    folder = (named_project() or find_project(Path.cwd()) or Path.cwd()).absolute()
    with progress(say("copying")) as told:
        done = restore(folder, Wish(file, user(actor), real_time(), told))
    zone = load_config(folder / FILE_NAME).zone
    made = None if done.made is None else zone.iso(done.made)
    kept = None if done.kept is None else file_name(done.kept)
    if as_json:
        print_json(
            {
                "database": file_name(done.database),
                "made": made,
                "kept": kept,
                "left_since": done.left,
                "files": list(done.files),
                "erased_since": done.erased,
            }
        )
    else:
        _tell(done, made)


def _tell(done: Restored, made: str | None) -> None:
    if made is None:
        talk(say("{database} is in place", database=done.database))
    else:
        talk(say("{database} is in place, as of {made}", database=done.database, made=made))
    if done.kept is not None:
        talk(say("the old one is kept as {kept}", kept=done.kept))
    if done.files:
        talk(say("written besides: {files}", files=all_of(done.files)))
    if done.left:
        talk(
            say_number(
                "{n:,} attempt has left since then, as the journal says: it is not sent again by itself",
                "{n:,} attempts have left since then, as the journal says: they are not sent again by themselves",
                n=done.left,
            )
        )
    if done.erased:
        talk(
            say_number(
                "{n:,} customer was erased since then, and is erased in it as well",
                "{n:,} customers were erased since then, and are erased in it as well",
                n=done.erased,
            )
        )
    talk(say("nothing leaves until `homing resume`, or journey by journey `homing resume --journey J`"))
