"""Help in the language that is spoken: commands whose descriptions, and those of their options, are said in it.

Lines are broken by the cells that letters take on a terminal, which click counts by letters.
"""

import inspect
import re
from collections.abc import Iterable, Iterator
from copy import copy
from typing import TypeVar

import click

from engine.terminal import cells, words
from engine.wording import written

_Command = TypeVar("_Command", bound=click.Command)

_AS_IT_IS = "\b\n"
"""Before a text: click breaks none of its lines."""

_PIECES = re.compile(r"\s+|(?:[!-~]+|.)[，。；：、！？）》」”…]*")
"""What no line is broken in: words in Latin letters, and signs that begin no line."""

_SENTENCE_END = re.compile(r"(?<=。)|(?<=\.)\s")


class _Formatter(click.HelpFormatter):
    """Help whose lines fit the terminal, wide letters or not."""

    def write_text(self, text: str) -> None:
        """A paragraph, or several."""
        super().write_text(_broken(text, self.width - self.current_indent))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms, and what is said of each."""
        told = list(rows)
        first = min(max(len(term) for term, _ in told), col_max) + col_spacing
        room = self.width - first - self.current_indent
        super().write_dl([(term, _broken(text, room)) for term, text in told], col_max, col_spacing)


class SpokenContext(click.Context):
    """A call of a command whose help is made so."""

    formatter_class = _Formatter


def in_spoken_language(command: _Command) -> _Command:
    """The command as it helps in the language that is spoken; the one given stays as it is."""
    spoken = copy(command)
    spoken.context_class = SpokenContext
    spoken.help = _said(command.help)
    spoken.short_help = _first_sentence(spoken.help)
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


def _first_sentence(text: str | None) -> str | None:
    return _SENTENCE_END.split(" ".join(text.split()), 1)[0] if text else text


def _broken(text: str, room: int) -> str:
    """The text in lines of so many cells, when it holds wide letters; click breaks all others."""
    if text.isascii():
        return text
    return "\n\n".join(_AS_IT_IS + "\n".join(_lines(one, room)) for one in text.split("\n\n"))


def _lines(text: str, room: int) -> Iterator[str]:
    line = ""
    for piece in _PIECES.findall(text.replace("\n", " ")):
        if line and cells(line + piece.rstrip()) > room:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    if line:
        yield line.rstrip()
