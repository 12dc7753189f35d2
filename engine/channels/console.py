"""The console channel: prints messages for people who try things out.

Keys of its table: `stream` (`stderr`, the default, or `stdout`). What is printed cannot act on the terminal.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

from engine.channels.protocol import Accepted, Capabilities, InTime, NotSent, Outcome, Outgoing, Unknown
from engine.channels.settings import Settings
from engine.reasons import LATE
from engine.visible import visible


@dataclass(frozen=True, slots=True)
class ConsoleChannel:
    """Prints to a stream."""

    stream: TextIO = field(repr=False)

    @property
    def capabilities(self) -> Capabilities:
        """Any number at once."""
        return Capabilities(batch=100)

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """Print the messages; when that fails nobody knows what was seen."""
        if not in_time():
            return [NotSent(LATE())] * len(batch)
        try:
            self.stream.write("".join(map(_printed, batch)))
            self.stream.flush()
        except (OSError, UnicodeError, ValueError) as error:
            return [Unknown(f"console: {error}")] * len(batch)
        return [Accepted()] * len(batch)

    def close(self) -> None:
        """The stream is not ours."""


def console_channel(settings: Settings) -> ConsoleChannel:
    """The console channel of a table."""
    settings.only("stream")
    stream = settings.choice("stream", "stderr", "stdout")
    return ConsoleChannel(sys.stdout if stream == "stdout" else sys.stderr)


def _printed(message: Outgoing) -> str:
    head = f"{message.at} {message.channel} -> {message.to} ({message.customer})"
    body = message.text if message.subject is None else f"{message.subject}\n{message.text}"
    lines = "".join(f"    {visible(line)}\n" for line in body.split("\n"))
    return f"{visible(head)}\n{lines}"
