"""`tasks`: the work of people, listed and finished."""

import click

from engine.commands.opening import by, opened
from engine.commands.options import ListByDefault, as_option, json_option
from engine.errors import UsageError
from engine.people.tasks import Desk, Finish, finish_task
from engine.plans.plan import make_plan
from engine.projects.names import known_role
from engine.projects.project import Project
from engine.storage.customers import customer_number
from engine.storage.keys import intent_of
from engine.storage.states import TaskStatus
from engine.storage.symbols import load_symbols
from engine.terminal import print_json, print_json_list, print_table, talk
from engine.texts.rendering import Renderer
from engine.texts.scripts import Scripts
from engine.views.tasks import Wanted, tasks
from engine.views.window import look
from engine.wording import say

_COLUMNS = (
    say("id"),
    say("customer"),
    say("journey"),
    say("task"),
    say("title"),
    say("role"),
    say("status"),
    say("due"),
    say("outcomes"),
)
_STATUSES = click.Choice([status.word for status in TaskStatus])


@click.group("tasks", cls=ListByDefault)
def tasks_command() -> None:
    """List the work of people, and finish it."""


@tasks_command.command("list")
@click.option(
    "--status", "statuses", multiple=True, type=_STATUSES, help="Only these; may be given several times."
)
@click.option("--role", metavar="ROLE", help="Only the work of this role.")
@click.option("--customer", "identity", metavar="ID", help="Only this customer's.")
@as_option
@json_option
def list_command(
    statuses: tuple[str, ...], role: str | None, identity: str | None, actor: str | None, *, as_json: bool
) -> None:
    """List tasks, open ones first. `--as` is the name that scripts say for the operator."""
    with opened() as project:
        config, who = project.config, by(project, actor)
        with project.store.read() as connection:
            window = look(connection, config)
            known_role(window.model, role)
            wanted = Wanted(
                frozenset(TaskStatus[word.upper()] for word in statuses),
                role,
                None if identity is None else customer_number(connection, identity),
            )
            plan = make_plan(connection, window.release, window.model, window.zone, config.lateness)
            renderer = Renderer(window.model, config.variables, window.zone)
            scripts = Scripts(connection, plan, renderer, who.now, who.actor)
            found = tasks(window, scripts, wanted)
            if as_json:
                print_json_list(found)
            else:
                print_table(_COLUMNS, ([_shown(item[name]) for name in _COLUMNS] for item in found))


@tasks_command.command("finish")
@click.argument("task", metavar="ID")
@click.option("--outcome", required=True, metavar="O", help="One of the outcomes that the task offers.")
@click.option("--set", "answers", multiple=True, metavar="FIELD=VALUE", help="What the task asks for.")
@click.option("--note", metavar="TEXT", help="For the trail.")
@as_option
@json_option
def finish_command(
    task: str, outcome: str, answers: tuple[str, ...], note: str | None, actor: str | None, *, as_json: bool
) -> None:
    """Finish a task; the next run moves the customer on."""
    how = Finish(outcome, dict(_answer(text) for text in answers), note)
    with opened() as project:
        _finish(project, task, how, actor)
    if as_json:
        print_json({"id": task, "status": "done", "outcome": outcome})
    else:
        talk(say("task {task} is done: {outcome}", task=task, outcome=outcome))


def _finish(project: Project, task: str, how: Finish, actor: str | None) -> None:
    who = by(project, actor)
    with project.store.write() as connection:
        window = look(connection, project.config)
        desk = Desk(connection, window.model, load_symbols(connection), project.surroundings)
        finish_task(desk, intent_of(task), how, who)


def _answer(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(say("--set {text!r} is not FIELD=VALUE", text=text))
    return name.strip(), value


def _shown(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
