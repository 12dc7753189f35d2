"""`init`: a new project."""

from pathlib import Path

import click

from engine.projects.starting import start_project
from engine.terminal import talk
from engine.wording import say


@click.command("init")
@click.argument("folder", type=click.Path(), metavar="DIR")
@click.option("--brand", metavar="NAME", help="The name that signs the messages; else that of the folder.")
def init_command(folder: str, brand: str | None) -> None:
    """Make a project: a commented homing.toml, the starter rules and an empty database."""
    start_project(Path(folder), brand)
    talk(
        say(
            "made a project in {folder}\nnext: read {folder}/homing.toml, then `homing --project {folder} apply`",
            folder=folder,
        )
    )
