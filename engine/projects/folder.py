"""Where a project is: the nearest folder with a `homing.toml`. Opens nothing."""

from pathlib import Path

from engine.config import FILE_NAME, Config
from engine.errors import NoProjectError, UsageError
from engine.wording import say


def find_project(start: Path) -> Path | None:
    """The nearest folder upwards with a `homing.toml`."""
    start = start.absolute()
    return next((folder for folder in (start, *start.parents) if (folder / FILE_NAME).is_file()), None)


def project_folder(named: Path | None, start: Path) -> Path:
    """The folder that was named, else the nearest one upwards. NoProjectError when there is no project."""
    if named is not None:
        if not (named / FILE_NAME).is_file():
            raise NoProjectError(
                say("{named}: no homing.toml there", named=named),
                say("`homing init {named}` makes a project", named=named),
            )
        return named.absolute()
    found = find_project(start)
    if found is None:
        raise NoProjectError(
            say("no homing.toml in {folder} or any folder above", folder=start.absolute()),
            say("`homing init DIR` makes a project; `--project DIR` names one"),
        )
    return found


def rules_of(folder: Path, config: Config) -> Path:
    """The folder of a project's rule set; UsageError when there is none."""
    rules = folder / config.rules
    if not rules.exists():
        raise UsageError(say("{rules}: no such folder", rules=rules), say("mend `rules` in homing.toml"))
    return rules
