"""`status` and `messages`: how things are. They change nothing."""

from dataclasses import asdict

import click

from engine.calendars.zone import parse_time
from engine.commands.opening import opened, time_of
from engine.commands.options import json_option, real_time
from engine.errors import UsageError
from engine.projects.project import Project, is_large
from engine.storage.customers import customer_number
from engine.storage.states import MessageStatus
from engine.terminal import masked, print_json, print_json_list, print_table, talk, words
from engine.views.forgetting import forgetting_said
from engine.views.messages import Wanted, messages
from engine.views.preapproved import preapproved_said
from engine.views.status import Status, status
from engine.views.window import look
from engine.visible import visible
from engine.wording import say, say_as

_COLUMNS = (
    say("id"),
    say("customer"),
    say("journey"),
    say("message"),
    say("channel"),
    say("status"),
    say("because"),
    say("until"),
    say_as("column", "sent"),
    say("text"),
)
_OPTIONAL = frozenset({"daemon", "preapproved", "retention"})
"""What a status tells only where there is any."""

_STATUSES = click.Choice([status.word for status in MessageStatus])


@click.command("status")
@click.option(
    "--alert",
    is_flag=True,
    help="Tell staff of what is wrong, by [alerts] in homing.toml; each problem once in six hours.",
)
@json_option
def status_command(*, alert: bool, as_json: bool) -> int:
    """Show release, last run, what waits and what is overdue. Exit 1 when something is wrong."""
    with opened() as project:
        if is_large(project):
            project.store.quick_check()
        now = time_of(project)
        with project.store.read() as connection:
            found = status(connection, project.config, now)
        if alert:
            _alert(project, found)
    if as_json:
        print_json({name: value for name, value in asdict(found).items() if name not in _OPTIONAL or value})
    else:
        _tell_status(found)
    return 0 if found.healthy else 1


@click.command("messages")
@click.option(
    "--status", "statuses", multiple=True, type=_STATUSES, help="Only these; may be given several times."
)
@click.option("--customer", "identity", metavar="ID", help="Only this customer's.")
@click.option("--since", metavar="TIME", help="Only those made or sent since then.")
@json_option
def messages_command(
    statuses: tuple[str, ...], identity: str | None, since: str | None, *, as_json: bool
) -> None:
    """List messages, the oldest first."""
    with opened() as project, project.store.read() as connection:
        window = look(connection, project.config)
        wanted = Wanted(
            frozenset(MessageStatus[word.upper()] for word in statuses),
            None if identity is None else customer_number(connection, identity),
            None if since is None else parse_time(since, window.zone),
        )
        found = messages(window, wanted)
        if as_json:
            print_json_list(found)
        else:
            print_table(_COLUMNS, ([masked(item[name], "text") for name in _COLUMNS] for item in found))


def _alert(project: Project, found: Status) -> None:
    """Tell staff of problems that are new. What reached nobody counts as untold."""
    from engine.alerting.alerts import remember, untold  # noqa: PLC0415  # seldom asked for, and it takes a while to load
    from engine.alerting.sending import send_to_staff  # noqa: PLC0415  # as above

    urls, now = project.config.alerts, real_time()
    if not urls:
        raise UsageError(
            say("homing.toml does not say whom to tell"), say('write `urls = ["…"]` under [alerts]')
        )
    problems = {} if found.healthy else untold(project.store, found.problems, now)
    if not problems:
        return
    title = words(say("{brand}: not healthy", brand=project.config.brand))
    text = "\n".join(f"- {visible(words(problem))}" for problem in problems.values())
    reached = send_to_staff(urls, project.folder, title, text)
    if reached:
        remember(project.store, problems, now)
    talk(say("staff told: {reached} of {number} addresses reached", reached=reached, number=len(urls)))


def _tell_status(found: Status) -> None:
    lines: list[tuple[str, object]] = [
        (say("release"), found.release),
        (say("last run"), found.last_run),
        (say("messages waiting"), found.waiting),
        (say("messages held"), found.held),
        (say("messages unknown"), found.unknown),
        (say("tasks open"), found.tasks_open),
        (say("tasks overdue"), found.tasks_overdue),
    ]
    if found.daemon is not None:
        lines.append((say("served by"), found.daemon["owner"] if found.daemon["leads"] else None))
        lines.append((say("last heard"), found.daemon["heard"]))
    print_table(("", ""), lines)
    rows = [
        (journey, state, count) for journey, states in found.active.items() for state, count in states.items()
    ]
    if rows:
        click.echo()
        print_table((say("journey"), say("state"), say("customers")), rows)
    for one in found.preapproved:
        talk(preapproved_said(one))
    for said in () if found.retention is None else forgetting_said(found.retention):
        talk(said)
    for problem in found.problems:
        talk(say("problem: {problem}", problem=problem))
    talk(say("healthy") if found.healthy else say("not healthy"))
