"""The made-up shop's export, taken in as `homing import` takes files; while time runs, without the files."""

import csv
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from engine.demo.ledger import FIELDS, Ledger, Row, written
from engine.demo.staff import Done
from engine.imports import Request, import_file
from engine.imports.intake import Intake
from engine.people.tasks import Desk, Finish, finish_task
from engine.projects.project import Project
from engine.projects.project_turn import Engine
from engine.projects.releases import Release
from engine.storage.audit import By

SHOP = "shop"
"""Who imports, in the trail."""


def import_history(project: Project, release: Release, ledger: Ledger, now: int) -> None:
    """Write the history as CSV files into the project's folder `data`, and import them."""
    folder = project.folder / "data"
    folder.mkdir(exist_ok=True)
    for kind, rows in ledger.take():
        file = folder / f"{kind}.csv"
        with file.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            writer.writerow(FIELDS[kind])
            writer.writerows(_cells(kind, row) for row in rows)
        import_file(project.store, release.model, project.surroundings, _request(project, file, now))


def feed(engine: Engine, ledger: Ledger, done: Sequence[Done], now: int) -> None:
    """Take in what has happened since the last time, in one transaction."""
    rows = ledger.take()
    if not rows and not done:
        return
    with engine.project.store.write() as connection:
        project, by = engine.project, By(SHOP, now)
        channels = tuple(project.config.channels)
        intake = Intake(connection, engine.release.model, project.surroundings, by, channels)
        for kind, some in rows:
            intake.written(kind, FIELDS[kind], [_cells(kind, row) for row in some])
        _finish(connection, engine, done)


def _finish(connection: sa.Connection, engine: Engine, done: Sequence[Done]) -> None:
    project = engine.project
    desk = Desk(connection, engine.release.model, engine.plan.world.symbols, project.surroundings)
    for work in done:
        by = By(work.by, project.config.zone.instant(work.at))
        finish_task(desk, work.key, Finish(work.outcome, work.answers), by)


def _request(project: Project, file: Path, now: int) -> Request:
    rejects = project.rejects / f"{file.stem}.csv"
    return Request(file.stem, file, rejects, By(SHOP, now), channels=tuple(project.config.channels))


def _cells(kind: str, row: Row) -> list[str]:
    return [written(row.get(name)) for name in FIELDS[kind]]
