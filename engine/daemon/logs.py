"""What a daemon tells: one line for each event, for people, for machines or for systemd's journal. Never of a customer.

Events have names and fields, which are the same in every language. Only numbers, times and the names of what rules and
the configuration name may be fields; of libraries only that they spoke, for nobody knows what they quote.
"""

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Literal, TextIO

import orjson

from engine.errors import EngineError
from engine.visible import visible

Format = Literal["text", "json"]
Level = Literal["debug", "info", "warning", "error"]

_LOG = logging.getLogger("homing")
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""Of levels, as journals count."""


def log(event: str, level: Level = "info", **fields: object) -> None:
    """Tell of an event."""
    _LOG.log(logging.getLevelNamesMapping()[level.upper()], event, extra={"fields": fields})


def log_error(event: str, error: BaseException, **fields: object) -> None:
    """Tell of an error: of one that has words for people these, of any other what it is and where, not what it says."""
    if isinstance(error, EngineError):
        log(event, "error", kind=type(error).__name__, what=str(error.message), **fields)
        return
    frames = extract_tb(error.__traceback__)[-8:]
    where = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno}" for frame in frames]
    log(event, "error", kind=type(error).__name__, where=where, **fields)


def start_logging(form: Format, level: Level, stream: TextIO, *, journal: bool = False) -> None:
    """Write events to a stream from now on. `journal`: systemd's reads it, and wants priorities."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines(form, journal=journal))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    _LOG.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a full pipe must not stop the engine


def log_to_stderr(form: Format, level: Level, environment: Mapping[str, str]) -> None:
    """Write events to stderr, as who reads it wants them."""
    start_logging(form, level, sys.stderr, journal="JOURNAL_STREAM" in environment)


class _Lines(logging.Formatter):
    """A line for each event."""

    def __init__(self, form: Format, *, journal: bool) -> None:
        super().__init__()
        self.form, self.journal = form, journal

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        known: Mapping[str, object] | None = getattr(record, "fields", None)
        event = record.getMessage() if known is not None else "library"
        fields = known if known is not None else {"name": record.name}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        level = record.levelname.lower()
        if self.form == "json":
            line = orjson.dumps({"at": at, "level": level, "event": event, **fields}, default=str).decode()
        else:
            told = " ".join(
                f"{name}={_plain(value)}" for name, value in fields.items() if value not in (None, {})
            )
            line = (
                f"{level}: {event} {told}".rstrip()
                if self.journal
                else f"{at} {level}: {event} {told}".rstrip()
            )
        return f"<{_PRIORITIES[record.levelno]}>{line}" if self.journal else line


def _plain(value: object) -> str:
    if isinstance(value, str) and value and " " not in value:
        return visible(value)
    return visible(orjson.dumps(value, default=str).decode())
