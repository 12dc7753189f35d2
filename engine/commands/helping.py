"""Help in the language that is spoken: commands whose descriptions, and those of their options, are said in it."""

import inspect
from copy import copy
from typing import TypeVar

import click

from engine.terminal import words
from engine.wording import written

_Command = TypeVar("_Command", bound=click.Command)


def in_spoken_language(command: _Command) -> _Command:
    """The command as it helps in the language that is spoken; the one given stays as it is."""
    spoken = copy(command)
    spoken.help = _said(command.help)
    spoken.params = [_option(parameter) for parameter in command.params]
    if isinstance(spoken, click.Group):
        spoken.commands = {name: in_spoken_language(one) for name, one in spoken.commands.items()}
    return spoken


def _option(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option):
        return parameter
    spoken = copy(parameter)
    spoken.help = _said(parameter.help)
    return spoken


def _said(text: str | None) -> str | None:
    return words(written(inspect.cleandoc(text))) if text else text
