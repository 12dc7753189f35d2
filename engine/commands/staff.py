"""`staff`: people and their roles."""

import click

from engine.commands.opening import by, opened, release_of
from engine.commands.options import ListByDefault, as_option, json_option
from engine.people.staff import Member, add, members, remove
from engine.projects.project import Project
from engine.terminal import print_json, print_table, talk
from engine.wording import say, say_number

_COLUMNS = (say("name"), say("roles"), say("since"))


@click.group("staff", cls=ListByDefault)
def staff_command() -> None:
    """List people and their roles, add and remove them. Without any, everybody may decide everything."""


@staff_command.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List people and their roles."""
    with opened() as project, project.store.read() as connection:
        found = members(connection)
    iso = project.config.zone.iso
    if as_json:
        print_json([_told(project, one) for one in found])
    else:
        print_table(_COLUMNS, ((one.name, ", ".join(one.roles), iso(one.since)) for one in found))


@staff_command.command("add")
@click.argument("name")
@click.option(
    "--role", "roles", multiple=True, required=True, metavar="ROLE", help="As rules name it; may be repeated."
)
@as_option
@json_option
def add_command(name: str, roles: tuple[str, ...], actor: str | None, *, as_json: bool) -> None:
    """Give somebody roles, besides those that they have."""
    with opened() as project:
        model, who = release_of(project).model, by(project, actor)
        with project.store.write() as connection:
            one = add(connection, model, name, roles, who)
    if as_json:
        print_json(_told(project, one))
    else:
        talk(say("{name} has: {roles}", name=one.name, roles=", ".join(one.roles)))


@staff_command.command("remove")
@click.argument("name")
@click.option("--role", "roles", multiple=True, metavar="ROLE", help="Only these roles; else all of them.")
@as_option
@json_option
def remove_command(name: str, roles: tuple[str, ...], actor: str | None, *, as_json: bool) -> None:
    """Take roles from somebody; without `--role`, all. What they had to do goes back to everybody with the role."""
    with opened() as project:
        who = by(project, actor)
        with project.store.write() as connection:
            freed = remove(connection, name, roles, who)
            left = next((one.roles for one in members(connection) if one.name == name), ())
    if as_json:
        print_json({"name": name, "roles": list(left), "tasks_freed": freed})
        return
    talk(say("{name} has: {roles}", name=name, roles=", ".join(left) or say("none")))
    if freed:
        talk(say_number("{n:,} open task is nobody's now", "{n:,} open tasks are nobody's now", n=freed))


def _told(project: Project, one: Member) -> dict[str, object]:
    return {"name": one.name, "roles": list(one.roles), "since": project.config.zone.iso(one.since)}
