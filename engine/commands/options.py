"""What the commands share before any database is opened: common options, the project and the language asked for.

Quick to import: `check` and `--help` need no more. The only place in the engine that reads the clock.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import click

from engine.language import language_at
from engine.terminal import speak, words
from engine.wording import say


@dataclass(slots=True)
class Call:
    """One call of the command line. `project`: the folder named by `--project`."""

    project: str | None = None


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")

as_option = click.option("--as", "actor", metavar="NAME", help="Who does it; else the user of this computer.")


limit_option = click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many.")

after_option = click.option("--after", metavar="ID", help="Only those after this one.")


class ListByDefault(click.Group):
    """A group of commands in which `list` is meant when none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` before what names no command and does not ask for help."""
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["list", *args]
        return super().parse_args(ctx, args)


class _Text(click.ParamType[str]):
    """What a person writes. A terminal that writes another encoding gives bytes that no text is made of."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text; bytes that the locale does not know are taken as UTF-8."""
        if value.isascii():
            return value
        try:
            return value.encode(errors="surrogateescape").decode()
        except UnicodeDecodeError:
            self.fail(words(say("{value!r} is not UTF-8", value=value)), param, ctx)


def reading_text(command: click.Command) -> click.Command:
    """The command, whose arguments and options are texts wherever they are no names of files."""
    if isinstance(command, click.Group):
        for one in command.commands.values():
            reading_text(one)
    for parameter in command.params:
        if parameter.type is click.STRING:
            parameter.type = _TEXT
    return command


_TEXT = _Text()


def with_project_option(command: click.Command) -> click.Command:
    """The command, which takes `--project` after its name as well."""
    if isinstance(command, click.Group):
        for one in command.commands.values():
            with_project_option(one)
    if not any(parameter.name == "project" for parameter in command.params):
        command.params.append(
            click.Option(
                ["--project"],
                type=click.Path(),
                metavar="DIR",
                expose_value=False,
                callback=name_project,
                help="The project folder.",
            )
        )
    return command


def real_time() -> int:
    """The clock, in milliseconds."""
    return time.time_ns() // 1_000_000


def named_project() -> Path | None:
    """The folder that `--project` named."""
    call: Call = click.get_current_context().find_root().obj
    return None if call.project is None else Path(call.project)


def name_project(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    """Work on the project in this folder, and speak its language."""
    if value is not None:
        context.find_root().obj.project = value
        speak(language_at(Path(value), os.environ))
