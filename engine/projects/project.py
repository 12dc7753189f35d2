"""A project: a folder with a `homing.toml`, its rules and its database. Reads no clock."""

from dataclasses import dataclass
from pathlib import Path

from engine.config import FILE_NAME, Config, load_config
from engine.storage.store import QUICK_CHECK_LIMIT, Store, open_store
from engine.storage.values import Surroundings


@dataclass(frozen=True, slots=True)
class Project:
    """An opened project; close its store when done.

    `had_log`: whether a log of writes lay beside its database before that, as it does when nobody has folded it in.
    """

    folder: Path
    config: Config
    store: Store
    had_log: bool = False

    @property
    def rules(self) -> Path:
        """The folder of the rule set."""
        return self.folder / self.config.rules

    @property
    def rejects(self) -> Path:
        """The folder for rows that imports could not take."""
        return self.folder / "rejects"

    @property
    def surroundings(self) -> Surroundings:
        """What reading values needs."""
        return Surroundings(self.config.zone, self.config.country, self.config.keywords)


def open_project(folder: Path, *, create: bool = False) -> Project:
    """Open a project; with `create`, a database that is not there yet is made."""
    config = load_config(folder / FILE_NAME)
    database = database_of(folder, config)
    had_log = has_log(database)
    return Project(folder, config, open_store(database, create=create), had_log)


def is_large(project: Project) -> bool:
    """Whether its database is not read whole whenever it is opened."""
    database = database_of(project.folder, project.config)
    return isinstance(database, Path) and database.stat().st_size > QUICK_CHECK_LIMIT


def has_log(database: Path | str) -> bool:
    """Whether a log of writes lies beside a database."""
    return isinstance(database, Path) and database.with_name(f"{database.name}-wal").exists()


def database_of(folder: Path, config: Config) -> Path | str:
    """Where a project keeps its database: a path, or a URL."""
    if config.database.startswith("postgresql"):
        return config.database
    return folder / config.database
