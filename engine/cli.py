"""`homing`: which commands there are, and the one place where errors become words and exit statuses.

0: all well; 1: ran and found something wrong; 2: could not run. Commands are imported when they are called.
"""

import os
import sys
from pathlib import Path

import click

from dsl.diagnostics import Diagnostic
from engine.commands.helping import SpokenContext, in_spoken_language
from engine.commands.loading import load
from engine.commands.options import Call, name_project, reading_text, with_project_option
from engine.errors import EngineError, UsageError
from engine.language import language_at
from engine.projects.folder import find_project
from engine.terminal import print_diagnostics, speak, talk
from engine.wording import near_or, reason_of, say

COULD_NOT_RUN = 2
INTERRUPTED = 130

COMMANDS = {
    "init": "starting",
    "demo": "demonstrating",
    "check": "rules",
    "fmt": "rules",
    "graph": "rules",
    "test": "testing",
    "apply": "releasing",
    "plan": "planning",
    "import": "importing",
    "run": "running",
    "serve": "serving",
    "status": "looking",
    "messages": "looking",
    "customer": "customers",
    "explain": "explaining",
    "queue": "deciding",
    "tasks": "tasks",
    "parked": "parked",
    "review": "reviewing",
    "report": "reporting",
    "staff": "staff",
    "pause": "pausing",
    "resume": "pausing",
    "redeem": "redeeming",
    "optout": "saying",
    "consent": "saying",
    "channels": "channels",
    "audit": "auditing",
    "export": "privacy",
    "erase": "privacy",
    "backup": "safekeeping",
    "restore": "safekeeping",
}
"""Commands and the modules under `engine.commands` that hold them, as `NAME_command`."""


class Commands(click.Group):
    """The group of all commands, each imported from its module when it is asked for."""

    context_class = SpokenContext

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """In the language that is spoken."""
        click.Group.format_help(in_spoken_language(self), ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The names, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = load(f"engine.commands.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return in_spoken_language(reading_text(with_project_option(command)))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name when there is no such command."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            raise UsageError(
                say("there is no command {name!r}", name=name),
                near_or(name, COMMANDS, say("`homing --help` lists them")),
            )
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--project",
    type=click.Path(),
    metavar="DIR",
    is_eager=True,
    expose_value=False,
    callback=name_project,
    help="The project folder (else the nearest upwards with a homing.toml).",
)
@click.version_option(
    package_name="homing",
    prog_name="homing",
    message="%(prog)s %(version)s",
    help="Show the version and exit.",
)
def homing() -> None:
    """Customer journeys from rules in words: nobody forgotten, no message twice."""


def main() -> None:
    """Run the command line and leave with its status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal that knows no Chinese
    sys.exit(run())


def run(args: list[str] | None = None) -> int:
    """Run a command; its exit status. Errors that a person can mend become words on stderr."""
    try:
        speak(language_at(find_project(Path.cwd()), os.environ))
        status = homing.main(args, prog_name="homing", standalone_mode=False, obj=Call())
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # click leaves so when a pipe is closed
        # Whoever read us has enough. The interpreter must not complain again when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except click.exceptions.Abort:
        talk(say("homing: stopped"))
        return INTERRUPTED
    except click.ClickException as error:
        return _usage(error)
    except EngineError as error:
        return _failed(error.message, error.hint, error.diagnostics, error.status)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _failed(say("{place}{why}", place=place, why=reason_of(error)), "")
    return status if isinstance(status, int) else 0


def _usage(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return COULD_NOT_RUN
    context = getattr(error, "ctx", None)
    hint = say("`{command} --help` tells more", command=context.command_path) if context else ""
    return _failed(error.format_message(), hint)


def _failed(
    message: str, hint: str, diagnostics: tuple[Diagnostic, ...] = (), status: int = COULD_NOT_RUN
) -> int:
    talk(say("homing: {message}", message=message))
    if diagnostics:
        print_diagnostics(diagnostics, err=True)
    if hint:
        talk(say("  hint: {hint}", hint=hint))
    return status


if __name__ == "__main__":
    main()
