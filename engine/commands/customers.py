"""`customer`: one of them, and finding them. Changes nothing, but that the trail says who asked for addresses."""

from collections.abc import Mapping
from typing import Any

import click

from engine.commands.opening import by, opened, release_of
from engine.commands.options import as_option, json_option
from engine.errors import UsageError
from engine.people.disclosure import note_shown
from engine.projects.project import Project
from engine.terminal import masked, print_json, print_table, print_text, talk
from engine.views.customer import customer
from engine.views.finding import MOST, Person, documents, find
from engine.views.titles import Titles
from engine.views.window import for_people, look
from engine.wording import say

_JOURNEY_COLUMNS = (
    say("journey"),
    say("record"),
    say("state"),
    say("since"),
    say("next"),
    say("status"),
    say("outcome"),
)
_TIMELINE_COLUMNS = (say("at"), say("kind"), say("what"), say("because"))


@click.command("customer")
@click.argument("identity", metavar="[ID]", required=False)
@click.option("--find", "text", metavar="TEXT", help="List those with this in their id or a text of theirs.")
@click.option("--limit", type=click.IntRange(min=1), default=MOST, show_default=True, help="So many of them.")
@click.option(
    "--show", "showing", is_flag=True, help="Phone numbers and addresses in full; the trail says who asked."
)
@as_option
@json_option
def customer_command(
    identity: str | None,
    text: str | None,
    limit: int,
    actor: str | None,
    *,
    showing: bool,
    as_json: bool,
) -> None:
    """Show one customer: facts, journeys, and what happened and why. With `--find`, look for customers."""
    with opened() as project:
        release_of(project)  # without one there are no customers
        if text is not None:
            _find(project, text, limit, plain=as_json)
        elif identity is not None:
            _show(project, identity, actor, showing=showing, plain=as_json)
        else:
            raise UsageError(say("whom?"), say("name a customer by id, or look for one with `--find`"))


def _find(project: Project, text: str, limit: int, *, plain: bool) -> None:
    with project.store.read() as connection:
        window = look(connection, project.config)
        found = find(window, text, limit)
    if plain:
        print_json(documents(found))
        return
    kinds = window.model.kinds
    if not found.people:
        talk(say("nobody has {text!r} in their id or a text of theirs", text=text))
        return
    names = [name for name in kinds if any(name in one.texts for one in found.people)]
    print_table((say("id"), *names, say("journeys")), (_found(one, names, kinds) for one in found.people))
    if found.more:
        talk(say("there are more than {limit:,}: say more of what you know", limit=limit))


def _found(one: Person, names: list[str], kinds: Mapping[str, str]) -> tuple[object, ...]:
    texts = (masked(one.texts.get(name), kinds[name]) for name in names)
    return one.id, *texts, ", ".join(f"{journey}: {state}" for journey, state in one.places)


def _show(project: Project, identity: str, actor: str | None, *, showing: bool, plain: bool) -> None:
    if showing:
        with project.store.write() as connection:
            note_shown(connection, identity, by(project, actor))
    with project.store.read() as connection:
        window = look(connection, project.config)
        window = window if plain else for_people(window)
        found = customer(window, identity)
    if plain:
        print_json(found)
        return
    kinds = window.model.kinds
    _tell(found, window.titles, {} if showing else kinds)


def _refused(item: Mapping[str, Any]) -> str:
    """By which channel; with why where no moment of the story tells it."""
    channel = item["channel"] or say("every channel")
    return channel if item["at"] else say("{channel} ({because})", channel=channel, because=item["because"])


def _tell(found: Mapping[str, Any], titles: Titles, kinds: Mapping[str, str]) -> None:
    facts: list[tuple[str, object]] = [(say("id"), found["id"])]
    facts += [
        (
            titles.attribute(name),
            titles.value(name, masked(value, kinds[name]) if name in kinds else value),
        )
        for name, value in found["attributes"].items()
    ]
    facts += [(say("tags"), ", ".join(found["tags"]))] if found["tags"] else []
    facts += [(say("opted out"), _refused(item)) for item in found["optouts"] if not item["lifted"]]
    print_table(("", ""), facts)
    for title, names in ((say("journeys"), _JOURNEY_COLUMNS), (say("timeline"), _TIMELINE_COLUMNS)):
        if found[title]:
            click.echo()
            print_text(title)
            print_table(names, ([item[name] for name in names] for item in found[title]))
