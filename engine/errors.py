"""Errors that a person can cause and mend: one class per kind, its docstring says what it means.

The command line renders them in one place as `homing: …` with the hint below and leaves with status 2.
What went wrong inside the engine itself is no EngineError and may show its traceback.
"""

from dsl.diagnostics import Diagnostic
from dsl.wording import Hint, Phrase


class EngineError(Exception):
    """Something outside the engine is not as it must be; `hint` says what to do about it.

    `diagnostics`: what is wrong with rules, when that is why and nobody has told yet.
    `status`: with which a command leaves.
    """

    status = 2

    def __init__(self, message: Phrase, hint: Hint = "", diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.diagnostics = diagnostics


class NoProjectError(EngineError):
    """There is no project here."""


class ProjectExistsError(EngineError):
    """A project was to be made where one is already."""


class ConfigError(EngineError):
    """`homing.toml` says something that cannot be meant; the message begins with file and line."""


class RetentionError(ConfigError):
    """`[retention]` would have something go that rules, or Homing itself, still need."""


class KilledError(EngineError):
    """A process that worked on something is gone."""


class StoreError(EngineError):
    """The database cannot be used."""


class LibraryError(StoreError):
    """The library for the database is missing, or may corrupt databases in WAL mode."""


class MissingStoreError(StoreError):
    """The database, or the folder it should be in, does not exist."""


class ForeignStoreError(StoreError):
    """The file is no database, or not one of Homing's."""


class OlderStoreError(StoreError):
    """The database was made by an older version, and its tables are others."""


class NewerStoreError(StoreError):
    """The database was made by a newer Homing."""


class DamagedStoreError(StoreError):
    """The database is damaged."""


class LockedStoreError(StoreError):
    """Another process held the database for longer than we wait."""


class ReadOnlyStoreError(StoreError):
    """The database may not be written to by this user."""


class FullStoreError(StoreError):
    """The disk is full; nothing of the transaction was kept."""


class BrokenStoreError(StoreError):
    """The disk reported an error; what the transaction did is unknown until the database is opened again."""


class JournalError(StoreError):
    """What is about to be sent cannot be noted beside the database; so it is not sent."""


class ReplacedStoreError(StoreError):
    """The database is not the one that was here when messages last left, or has lost some of what it held."""


class ClockError(EngineError):
    """The clock of the machine is behind what has happened already."""


class BackupError(EngineError):
    """A backup cannot be made or put in place."""


class RulesError(EngineError):
    """The rules cannot be applied as they are."""


class NoReleaseError(EngineError):
    """No rule set has been applied yet."""


class MigrationError(EngineError):
    """A declaration changed in a way that would lose stored values."""


class StrandedError(EngineError):
    """A new rule set would leave people under way in states that no longer exist."""


class ImportFileError(EngineError):
    """A file to be imported cannot be read, or lacks a column it must have."""


class UnknownNameError(EngineError):
    """A customer, task, channel, journey or kind by that name does not exist."""


class RefusedError(EngineError):
    """The thing asked for may not be done any more, not in this way, or not by this person."""

    status = 1


class BusyError(EngineError):
    """The project is in a state, or in other hands, in which this cannot be done."""


class PastTimeError(EngineError):
    """A time lies before the last run."""


class UsageError(EngineError):
    """A command was given something it cannot understand."""
