"""The rule set as files: what `apply` would take, with all that is to be said of it in this project."""

import os
from collections.abc import Iterator
from pathlib import Path

from dsl.diagnostics import Diagnostic
from engine.channels.building import look_over
from engine.config import Config
from engine.projects.addresses import missing_addresses
from engine.projects.folder import rules_of
from engine.projects.project import Project
from engine.projects.public_calendar import calendar_findings
from engine.projects.rule_files import read_rule_set
from engine.projects.rule_sets import RuleSet, missing_channels

Stamp = frozenset[tuple[str, int, int]]
"""Each file under a folder with its size and when it was written."""


def candidate(project: Project) -> tuple[RuleSet, tuple[Diagnostic, ...]]:
    """The rule set, and what is found in it. EngineError when it, or a channel's table, cannot be read."""
    config = project.config
    look_over(config.channels, project.folder)  # what their tables say must be meant
    rules = read_rule_set(rules_of(project.folder, config), config)
    return rules, (*rules.diagnostics, *_lacks(rules, config))


def stamp(project: Project) -> Stamp:
    """Another one when somebody has written a file: whoever looks each second need not read them all."""
    return frozenset(_stamps(rules_of(project.folder, project.config)))


def _stamps(place: Path) -> Iterator[tuple[str, int, int]]:
    files = (Path(folder, name) for folder, _, names in os.walk(place) for name in names)
    for file in files if place.is_dir() else (place,):
        try:
            known = file.stat()
        except OSError:
            continue  # it has just gone, or leads nowhere
        yield str(file), known.st_size, known.st_mtime_ns


def _lacks(rules: RuleSet, config: Config) -> list[Diagnostic]:
    """What the rules want and this project or calendar does not have."""
    found = calendar_findings(rules.files, config.zone)
    if rules.model is not None:
        found += [*missing_channels(rules.model, config), *missing_addresses(rules.model, config)]
    return found
