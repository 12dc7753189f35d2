"""Rules go live: a rule set becomes the release in force, in one transaction. What becomes of whom: `fates`."""

from dataclasses import dataclass

import sqlalchemy as sa

from dsl.tree.statements import CustomerDecl, EventDecl, File, RecordDecl
from engine.config import Config
from engine.errors import RefusedError
from engine.people.staff import members, objection
from engine.plans.plan import make_plan
from engine.projects.fates import Fate, Move, decide
from engine.projects.keeping import check_retention
from engine.projects.moving_over import Carrying, carry_over
from engine.projects.project import Project
from engine.projects.releases import find_release
from engine.projects.rule_sets import RuleSet
from engine.storage import audit
from engine.storage.audit import By, Deed
from engine.storage.migration import migrate
from engine.storage.panels import panel
from engine.storage.schema import release
from engine.storage.symbols import load_symbols
from engine.wording import say


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying did. `new` is false when these very rules were in force already: then nothing was done."""

    number: int
    new: bool
    tables: tuple[str, ...] = ()
    fates: tuple[Fate, ...] = ()


def apply(
    project: Project, rules: RuleSet, by: By, moves: tuple[Move, ...] = (), *, dry: bool = False
) -> Applied:
    """Make a rule set without errors the one that runs, in one transaction; with `dry`, take it all back.

    RefusedError when `apply_by` of the configuration says that others may. MigrationError when values would be lost,
    StrandedError when people would be, RetentionError when too little is kept for the rules.
    """
    with project.store.write() as connection:
        refusal = refusal_to_apply(connection, project.config, by)
        if refusal is not None:
            raise refusal
        applied = _apply(connection, project.config, rules, by, moves)
        if dry:
            connection.rollback()
    return applied


def refusal_to_apply(connection: sa.Connection, config: Config, by: By) -> RefusedError | None:
    """Why somebody may not apply rules; None when they may, as everybody where there is no staff or no `apply_by`."""
    if not config.apply_by:
        return None
    return objection(members(connection), by, panel(config.apply_by), say("the rules in force"))


def _apply(
    connection: sa.Connection, config: Config, rules: RuleSet, by: By, moves: tuple[Move, ...]
) -> Applied:
    model = rules.sound()
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
    make_plan(connection, number, model, config.setting)  # gives numbers to all names
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
