"""`tasks`: the work of people, listed, looked at and finished."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from dsl.wording import Phrase
from engine.calendars.soon import parse_soon
from engine.commands.many import hand_over_all
from engine.commands.opening import by, opened, practice_of
from engine.commands.options import ListByDefault, after_option, as_option, json_option, limit_option
from engine.errors import UsageError
from engine.explaining.following import Consequence, document, task_in_full, titled
from engine.people.practice import Hand
from engine.people.reopening import reopen_task
from engine.people.task_changes import HandOver, assign, note, postpone
from engine.people.tasks import Desk, Finish, finish_task
from engine.projects.names import known_role
from engine.projects.project import Project
from engine.storage.audit import By
from engine.storage.customers import customer_number
from engine.storage.keys import intent_of
from engine.storage.states import TaskStatus
from engine.terminal import print_json, print_json_list, print_table, talk
from engine.views.task_lists import Wanted
from engine.views.tasks import scripts_at, tasks
from engine.views.titles import Titles
from engine.views.window import for_people, look
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
    say("overdue"),
    say("assignee"),
    say("outcomes"),
)
_task = click.argument("task", metavar="ID")
_because = click.option("--because", metavar="TEXT", help="Why, for the trail.")
_answers = click.option(
    "--set", "answers", multiple=True, metavar="FIELD=VALUE", help="What the task asks for."
)
_FOLLOWS = (say("outcome"), say("leads to"), say("does"), say("by"))
_TOLD_BELOW = frozenset({"asks", "outcomes", "notes"})
_STATUSES = click.Choice([status.word for status in TaskStatus])


@click.group("tasks", cls=ListByDefault)
def tasks_command() -> None:
    """List the work of people, finish it, put it off, hand it over."""


@tasks_command.command("list")
@click.option(
    "--status", "statuses", multiple=True, type=_STATUSES, help="Only these; may be given several times."
)
@click.option("--role", metavar="ROLE", help="Only the work of this role.")
@click.option("--customer", "identity", metavar="ID", help="Only this customer's.")
@click.option("--mine", is_flag=True, help="Only what was handed to me.")
@click.option("--overdue", is_flag=True, help="Only open ones whose deadline has passed.")
@limit_option
@after_option
@as_option
@json_option
def list_command(
    statuses: tuple[str, ...],
    role: str | None,
    identity: str | None,
    actor: str | None,
    *,
    mine: bool,
    overdue: bool,
    limit: int | None,
    after: str | None,
    as_json: bool,
) -> None:
    """List tasks, open ones first: by rank, then by deadline. `--as` is the name that scripts say for the operator."""
    with opened() as project:
        config, who = project.config, by(project, actor)
        with project.store.read() as connection:
            window = look(connection, config)
            known_role(window.model, role)
            wanted = Wanted(
                frozenset(TaskStatus[word.upper()] for word in statuses),
                role,
                None if identity is None else customer_number(connection, identity),
                who.actor if mine else None,
                who.now if overdue else None,
                limit,
                None if after is None else intent_of(after),
            )
            found = tasks(window, scripts_at(window, who.now, who.actor), wanted)
            if as_json:
                print_json_list(found)
            else:
                print_table(_COLUMNS, ([_shown(item[name]) for name in _COLUMNS] for item in found))


@tasks_command.command("show")
@_task
@_answers
@as_option
@json_option
def show_command(task: str, answers: tuple[str, ...], actor: str | None, *, as_json: bool) -> None:
    """Show a task with its script, and what follows from each outcome if `--set` is what was filled in."""
    with opened() as project:
        who = by(project, actor)
        with project.store.read() as connection:
            window, filled = look(connection, project.config), dict(_answer(text) for text in answers)
            window = window if as_json else for_people(window)
            scripts = scripts_at(window, who.now, who.actor)
            found = task_in_full(window, scripts, project.surroundings, intent_of(task), filled)
    if as_json:
        print_json(found.item | {"follows": document(found.follows)})
        return
    shown = ((name, _shown(value)) for name, value in found.item.items() if value not in (None, []))
    print_table(("", ""), [(name, value) for name, value in shown if name not in _TOLD_BELOW])
    if found.follows:
        click.echo()
        task, titles = str(found.item["task"]), window.titles
        print_table(_FOLLOWS, (row for one in found.follows for row in _follows(one, task, titles)))


@tasks_command.command("finish")
@_task
@click.option("--outcome", required=True, metavar="O", help="One of the outcomes that the task offers.")
@_answers
@click.option("--note", "remark", metavar="TEXT", help="For the trail.")
@as_option
@json_option
def finish_command(
    task: str, outcome: str, answers: tuple[str, ...], remark: str | None, actor: str | None, *, as_json: bool
) -> None:
    """Finish a task; the next run moves the customer on."""
    how = Finish(outcome, dict(_answer(text) for text in answers), remark)
    with opened() as project, _desk(project, actor) as (desk, who):
        finish_task(desk, intent_of(task), how, who)
    if as_json:
        print_json({"id": task, "status": "done", "outcome": outcome})
    else:
        talk(say("task {task} is done: {outcome}", task=task, outcome=outcome))


@tasks_command.command("undo")
@_task
@_because
@as_option
@json_option
def undo_command(task: str, because: str | None, actor: str | None, *, as_json: bool) -> None:
    """Take back that a task was finished, as long as no run has gone on from there: it is open again."""
    with opened() as project, _desk(project, actor) as (desk, who):
        reopen_task(desk, intent_of(task), who, because)
    _tell({"id": task, "status": "open"}, say("task {task} is open again", task=task), as_json)


@tasks_command.command("postpone")
@_task
@click.option("--until", required=True, metavar="TIME", help='The new deadline, such as "tomorrow 9:00".')
@_because
@as_option
@json_option
def postpone_command(task: str, until: str, because: str | None, actor: str | None, *, as_json: bool) -> None:
    """Give an open task another deadline. The times of its journey do not change with it."""
    with opened() as project, _hand(project, actor) as hand:
        instant = parse_soon(until, project.config.zone, hand.by.now)
        postpone(hand, intent_of(task), instant, because)
        due = project.config.zone.iso(instant)
    _tell(
        {"id": task, "status": "open", "due": due},
        say("task {task} is due {due}", task=task, due=due),
        as_json,
    )


@tasks_command.command("assign")
@click.argument("task", metavar="[ID]", required=False)
@click.option("--to", required=True, metavar="NAME", help="Who is to do it.")
@click.option("--from", "taking_from", metavar="NAME", help="Whose it is, when it is not yours.")
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
@_because
@as_option
@json_option
def assign_command(
    task: str | None,
    actor: str | None,
    because: str | None,
    *,
    to: str,
    taking_from: str | None,
    sure: bool,
    as_json: bool,
) -> int:
    """Hand an open task to somebody who has its role; without an ID all that somebody has."""
    way = HandOver(to, taking_from)
    with opened() as project:
        if task is None:
            return hand_over_all(
                project, way, by(project, actor), because=because, sure=sure, as_json=as_json
            )
        with _hand(project, actor) as hand:
            assign(hand, intent_of(task), way, because)
    words = say("task {task} is with {to}", task=task, to=to)
    _tell({"id": task, "status": "open", "assignee": to}, words, as_json)
    return 0


@tasks_command.command("note")
@_task
@click.argument("text")
@as_option
@json_option
def note_command(task: str, text: str, actor: str | None, *, as_json: bool) -> None:
    """Write something down about an open task."""
    with opened() as project, _hand(project, actor) as hand:
        note(hand, intent_of(task), text)
    _tell({"id": task, "status": "open"}, say("noted"), as_json)


@contextmanager
def _hand(project: Project, actor: str | None) -> Iterator[Hand]:
    who = by(project, actor)
    with project.store.write() as connection:
        yield Hand(connection, who, practice_of(project))


def _tell(document: dict[str, object], words: Phrase, as_json: bool) -> None:  # noqa: FBT001
    if as_json:
        print_json(document)
    else:
        talk(words)


@contextmanager
def _desk(project: Project, actor: str | None) -> Iterator[tuple[Desk, By]]:
    who, practice = by(project, actor), practice_of(project)
    with project.store.write() as connection:
        window = look(connection, project.config)
        yield Desk(connection, window.model, window.symbols, project.surroundings, practice), who


def _follows(one: Consequence, task: str, titles: Titles) -> Iterator[tuple[object, ...]]:
    named = " ".join(dict.fromkeys((one.outcome, titles.outcome(task, one.outcome))))
    if not one.steps:
        yield named, say("nothing: it stays where it is"), "", ""
    for step in one.steps:
        first, *others = step.does or ("",)
        yield named, titled(step), first, f"{step.line.file}:{step.line.line} {step.line.text}"
        yield from (("", "", does, "") for does in others)
        named = ""
    if one.later is not None:
        yield "", say("then {what}", what=one.later), "", ""


def _answer(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(say("--set {text!r} is not FIELD=VALUE", text=text))
    return name.strip(), value


def _shown(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
