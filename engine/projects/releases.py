"""Releases: the rule sets that ran and the one that runs. What becomes of those under way is `engine.projects.fates`.

A run uses the applied release only, never the files, so that a half-saved file does not go live.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from dsl.model.model import Model
from dsl.tree.statements import CustomerDecl, EventDecl, File, RecordDecl
from engine.config import Config
from engine.errors import NoReleaseError, RulesError
from engine.plans.plan import make_plan
from engine.projects.fates import Fate, Move, decide
from engine.projects.keeping import check_retention
from engine.projects.moving_over import Carrying, carry_over
from engine.projects.project import Project
from engine.projects.rule_sets import RuleSet, stored_rule_set
from engine.storage import audit
from engine.storage.audit import By, Deed
from engine.storage.migration import migrate
from engine.storage.schema import release
from engine.storage.symbols import load_symbols
from engine.wording import say


@dataclass(frozen=True, slots=True)
class Release:
    """A rule set in force. `digest` tells rule sets apart by their texts."""

    number: int
    rules: RuleSet
    model: Model
    digest: str
    applied_at: int


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying did. `new` is false when these very rules were in force already: then nothing was done."""

    number: int
    new: bool
    tables: tuple[str, ...] = ()
    fates: tuple[Fate, ...] = ()


def newest_release(connection: sa.Connection) -> int | None:
    """The number of the release in force; None when there is none."""
    number: int | None = connection.scalar(sa.select(sa.func.max(release.c.release)))
    return number


def find_release(connection: sa.Connection, config: Config) -> Release | None:
    """The release in force, None when nothing was applied yet.

    RulesError when the stored rules no longer pass: the configuration has lost what they name.
    """
    row = connection.execute(sa.select(release).order_by(release.c.release.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    rules, model = _in_force(row.digest, row.source, config)
    return Release(row.release, rules, model, row.digest, row.applied_at)


def current_release(connection: sa.Connection, config: Config) -> Release:
    """The release in force; NoReleaseError when nothing was applied yet."""
    found = find_release(connection, config)
    if found is None:
        raise NoReleaseError(
            say("no rules have been applied yet"), say("`homing apply` makes the rule set the one that runs")
        )
    return found


def apply(
    project: Project, rules: RuleSet, by: By, moves: tuple[Move, ...] = (), *, dry: bool = False
) -> Applied:
    """Make a rule set without errors the one that runs, in one transaction; with `dry`, take it all back.

    MigrationError when values would be lost, StrandedError when people would be, RetentionError when too little is kept
    for the rules.
    """
    with project.store.write() as connection:
        applied = _apply(connection, project.config, rules, by, moves)
        if dry:
            connection.rollback()
    return applied


def _apply(
    connection: sa.Connection, config: Config, rules: RuleSet, by: By, moves: tuple[Move, ...]
) -> Applied:
    model = rules.model
    if model is None:
        raise RulesError(say("the rules have errors"), say("`homing check` shows them"))
    before = find_release(connection, config)
    if before is not None and before.digest == rules.digest:
        return Applied(before.number, new=False)
    check_retention(config, model)
    changes = migrate(connection, model, _places(rules.files))
    fates = decide(connection, before.model if before else None, model, moves)
    values = {
        "applied_at": by.now,
        "applied_by": by.actor,
        "digest": rules.digest,
        "source": dict(rules.texts),
    }
    inserted = release.insert().values(values).returning(release.c.release)
    number = int(connection.execute(inserted).scalar_one())
    make_plan(connection, number, model, config.zone, config.lateness)  # gives numbers to all names
    symbols = load_symbols(connection)
    carry_over(Carrying(connection, symbols, model, number, by.now, config.zone.day(by.now)), fates)
    what = f"release {number}" + "".join(f"; {fate.told}" for fate in fates if fate.acts)
    audit.record(connection, by, Deed("apply", what=what))
    return Applied(number, new=True, tables=tuple(change.what for change in changes), fates=fates)


def _places(files: tuple[File, ...]) -> dict[tuple[str, str], str]:
    """Where attributes and fields are declared."""
    found: dict[tuple[str, str], str] = {}
    for statement in (statement for file in files for statement in file.statements):
        match statement:
            case CustomerDecl():
                table = "customer"
            case EventDecl():
                table = f"event_{statement.name}"
            case RecordDecl():
                table = f"record_{statement.name}"
            case _:
                continue
        for field in statement.fields:
            found[table, field.name.text] = f"{field.span.source.name}:{field.span.line}"
    return found


def _in_force(digest: str, texts: Mapping[str, str], config: Config) -> tuple[RuleSet, Model]:
    """Parsed and checked once per process for each rule set and what the configuration gives it to name."""
    key = (digest, frozenset(config.variables), frozenset(config.channels))
    if key not in _known:
        checked = stored_rule_set(texts, config)
        if checked.model is None:
            raise RulesError(
                say("the rules in force do not fit homing.toml any more"), diagnostics=checked.diagnostics
            )
        _known[key] = checked, checked.model
    return _known[key]


_known: dict[tuple[str, frozenset[str], frozenset[str]], tuple[RuleSet, Model]] = {}
