"""`export` and `erase`: everything held on one customer, handed out or taken away."""

import sys
from pathlib import Path

import click

from engine.commands.handing_out import Format, handed_out, put_out
from engine.commands.opening import by, opened, release_of
from engine.commands.options import as_option, json_option
from engine.errors import UsageError
from engine.safekeeping.erasing import Erased, erase
from engine.storage.customers import customer_number
from engine.terminal import print_json, print_table, talk, words
from engine.wording import all_of, say


@click.command("export")
@click.argument("identity", metavar="ID")
@click.option(
    "--format", "kind", type=click.Choice(["json", "zip"]), default="json", help="The default is json."
)
@click.option(
    "--to", "target", type=click.Path(), metavar="FILE", help="Write to a new file; else to stdout."
)
@as_option
@json_option
def export_command(
    identity: str,
    kind: Format,
    target: str | None,
    actor: str | None,
    *,
    as_json: bool,  # noqa: ARG001  # it is JSON anyway
) -> None:
    """Hand out everything that is held on one customer. The trail says who did."""
    if kind == "zip" and target is None and sys.stdout.isatty():
        raise UsageError(say("a zip file is nothing for a terminal"), say("name a file with `--to`"))
    with opened() as project:
        release_of(project)  # without one there are no customers
        content = handed_out(project, identity, kind, by(project, actor))
    if target is not None:
        put_out(content, Path(target))
    elif kind == "zip":
        sys.stdout.buffer.write(content)
    else:
        click.echo(content.decode())


@click.command("erase")
@click.argument("identity", metavar="[ID]", required=False)
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
@click.option("--rebuild", "rebuilding", is_flag=True, help="Write the database anew, also when it is large.")
@click.option("--because", metavar="TEXT", help="Why, or who asked for it; name nobody.")
@as_option
@json_option
def erase_command(
    identity: str | None,
    because: str | None,
    actor: str | None,
    *,
    sure: bool,
    rebuilding: bool,
    as_json: bool,
) -> int:
    """Remove everything held on one customer, keeping only what stops further messages. Nothing brings it back."""
    if identity is None:
        return _rebuild(rebuilding=rebuilding)
    with opened() as project:
        release_of(project)  # without one there are no customers
        with project.store.read() as connection:
            number = customer_number(connection, identity)
        if not sure:
            _confirm(identity)
        done = erase(project, number, by(project, actor), because, rebuilding=rebuilding)
    if as_json:
        print_json({"id": identity, "rows": done.rows, "files": done.lines, "copies": list(done.copies)})
    else:
        _tell(done)
    return 0 if done.folded else 1


def _rebuild(*, rebuilding: bool) -> int:
    """Nobody in particular: what earlier erasures left between the rows goes."""
    if not rebuilding:
        raise UsageError(say("whom?"), say("name a customer by id"))
    with opened() as project:
        done = project.store.scrub(rebuilding=True)
    _tell_remnants(folded=done, rebuilt=done)
    return 0 if done else 1


def _confirm(identity: str) -> None:
    """Who erases types the id once more."""
    if not sys.stdin.isatty():
        raise UsageError(say("nobody can be asked here"), say("`--yes` erases without asking"))
    question = words(say("this cannot be undone; type the id to go on"))
    typed = click.prompt(question, default="", show_default=False, err=True)
    if typed.strip() != identity:
        raise UsageError(say("that is not the id: nothing was erased"))


def _tell(done: Erased) -> None:
    print_table((say("what"), say("rows")), [*done.rows.items(), *done.lines.items()])
    talk(say("erased; their addresses stay suppressed"))
    _tell_remnants(folded=done.folded, rebuilt=done.rebuilt)
    if done.copies:
        talk(say("not touched: {copies}", copies=all_of(done.copies)))
    talk(say("backups are not touched: docs/operations.md says what to do with them"))


def _tell_remnants(*, folded: bool, rebuilt: bool) -> None:
    if folded and rebuilt:
        return
    if folded:
        talk(say("the database is large: gaps between its rows may hold remnants until it is written anew"))
    else:
        talk(say("others are using the database: it and its log may hold remnants until they are folded in"))
    talk(say("`homing erase --rebuild` does that"))
