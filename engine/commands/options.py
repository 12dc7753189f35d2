"""What the commands share: the project they work on, the time, who calls, and common options.

The only place in the engine that reads the clock.
"""

import getpass
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from dsl.translation import Language
from engine.config import FILE_NAME, Config, load_config
from engine.projects.project import Project, database_of, open_project, project_folder
from engine.projects.releases import Release, current_release
from engine.projects.virtual_time import virtual_time
from engine.storage.audit import By
from engine.terminal import say


@dataclass(slots=True)
class Call:
    """One call of the command line. `project`: the folder named by `--project`."""

    project: str | None = None


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")

as_option = click.option("--as", "actor", metavar="NAME", help="Who does it; else the user of this computer.")


class ListByDefault(click.Group):
    """A group of commands in which `list` is meant when none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` before what names no command and does not ask for help."""
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["list", *args]
        return super().parse_args(ctx, args)


def with_project_option(command: click.Command) -> click.Command:
    """The command, which takes `--project` after its name as well."""
    if isinstance(command, click.Group):
        for one in command.commands.values():
            with_project_option(one)
    if not any(parameter.name == "project" for parameter in command.params):
        option = click.Option(["--project"], metavar="DIR", expose_value=False, callback=_name_project)
        option.help = "The project folder."
        command.params.append(option)
    return command


def language_of(config: Config) -> Language:
    """The language of diagnostics: the configuration's, else the locale's."""
    if config.language != "auto":
        return config.language
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if named.startswith("zh") else "en"


def named_project() -> Path | None:
    """The folder that `--project` named."""
    call: Call = click.get_current_context().find_root().obj
    return None if call.project is None else Path(call.project)


@contextmanager
def opened(*, create: bool = False) -> Iterator[Project]:
    """The project that this call is about. With `create`, a database that is not there is made, and said so.

    MissingStoreError without: a database that was lost and made anew would not know what has been sent.
    """
    folder = project_folder(named_project(), Path.cwd())
    config = load_config(folder / FILE_NAME)
    new = not Path(database_of(folder, config)).exists() and not config.database.startswith("postgresql")
    project = open_project(folder, create=create)
    if new:
        say(f"made an empty database: {config.database}")
    try:
        yield project
    finally:
        project.store.close()


def time_of(project: Project) -> int:
    """The time: the clock's, or that of a project on virtual time."""
    with project.store.read() as connection:
        at = virtual_time(connection)
    return real_time() if at is None else at


def real_time() -> int:
    """The clock, in milliseconds."""
    return time.time_ns() // 1_000_000


def release_of(project: Project) -> Release:
    """The release in force; NoReleaseError when there is none."""
    with project.store.read() as connection:
        return current_release(connection, project.config)


def by(project: Project, actor: str | None) -> By:
    """Who does it, now."""
    return By(actor or _user(), time_of(project))


def _name_project(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.find_root().obj.project = value


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
