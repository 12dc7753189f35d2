"""A real purchase history, imported and run daily for fifteen months, against a plain computation over its rows.

Of every fifth customer; `make soak` takes all.
"""

import csv
import gzip
import json
import os
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.channels.building import build_channels
from engine.cli import run as run_command
from engine.delivery.delivery import Delivery
from engine.projects.project import open_project
from engine.projects.project_turn import Engine, ready, take_turn
from engine.storage.schema import enrolment
from tests.oracle.cdnow import (
    FIRST_RUN,
    LAST_RUN,
    PURCHASES,
    RULES,
    TOUCHES,
    WinBack,
    days_by_customer,
    purchases,
    win_backs,
)

EVERY = int(os.environ.get("HOMING_EVERY", "5"))
CHANNEL = '\n[channels.webhook]\nkind = "file"\npath = "outbox.jsonl"\n'


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The shop after its last run."""
    folder = tmp_path_factory.mktemp("cdnow") / "shop"
    homing_do("init", str(folder))
    shutil.rmtree(folder / "rules")
    (folder / "rules").mkdir()
    shutil.copy(RULES, folder / "rules")
    with (folder / "homing.toml").open("a", encoding="utf-8") as file:
        file.write(CHANNEL)
    write_purchases(folder / "purchases.csv")
    homing_do("--project", str(folder), "apply")
    homing_do("--project", str(folder), "import", "purchase", str(folder / "purchases.csv"))
    project = open_project(folder)
    found = ready(project)
    channels = build_channels(project.config.channels, folder)
    deliver = Delivery(project.store, found.plan, found.permits, channels, alone=True)
    for day in range((LAST_RUN - FIRST_RUN).days + 1):
        take_turn(found, nine(FIRST_RUN + timedelta(day), found), deliver)
    yield found
    project.store.close()


def is_taken(customer: str) -> bool:
    """Whether a customer is among those of this test."""
    return int(customer) % EVERY == 0


def write_purchases(path: Path) -> None:
    """Their rows of the file."""
    with (
        gzip.open(PURCHASES, "rt", encoding="utf-8", newline="") as packed,
        path.open("w", newline="") as plain,
    ):
        rows = csv.DictReader(packed)
        writer = csv.DictWriter(plain, rows.fieldnames or [])
        writer.writeheader()
        writer.writerows(row for row in rows if is_taken(row["customer"]))


@pytest.fixture(scope="module")
def expected_runs() -> list[WinBack]:
    """Every run of theirs through the ladder, worked out."""
    bought = days_by_customer(row for row in purchases() if is_taken(row.customer))
    return [run for customer, days in bought.items() for run in win_backs(customer, days)]


def homing_do(*words: str) -> None:
    """A command that must go well."""
    assert run_command(list(words)) == 0


def nine(day: date, engine: Engine) -> int:
    """09:00 of a day, as stored."""
    return engine.plan.world.zone.instant(datetime(day.year, day.month, day.day, 9))  # noqa: DTZ001


def day_of(instant: int | None, engine: Engine) -> date | None:
    """The local date of a stored instant."""
    return None if instant is None else engine.plan.world.zone.local(instant).date()


def test_every_enrolment_return_and_loss_is_that_of_the_rows(
    engine: Engine, expected_runs: list[WinBack]
) -> None:
    """Customer by customer: the day of entry, of the end and its kind, and of the goal."""
    symbols, customers = engine.plan.world.symbols, engine.plan.tables.customer
    with engine.project.store.read() as connection:
        rows = connection.execute(
            sa.select(customers.c.id, enrolment).join(customers, customers.c.customer == enrolment.c.customer)
        ).all()
    found = {
        (row.id, day_of(row.entered_at, engine), symbols.name_or(row.outcome), day_of(row.ended_at, engine),
         day_of(row.goal_at, engine))
        for row in rows
    }  # fmt: skip
    outcomes = {True: "won", False: "lost"}
    expected = {
        (run.customer, run.entered, None if run.ended is None else outcomes[run.won is not None], run.ended,
         run.goal_at)
        for run in expected_runs
    }  # fmt: skip
    assert len(rows) == len(found)
    assert found == expected


def test_every_message_left_once_and_on_its_day(engine: Engine, expected_runs: list[WinBack]) -> None:
    """The lines of the outbox are the touches of the computation, each once."""
    lines = (engine.project.folder / "outbox.jsonl").read_text(encoding="utf-8").splitlines()
    sent = [json.loads(line) for line in lines]
    texts = {message.variants[0].body.strip(): name for name, message in engine.plan.model.messages.items()}
    found = sorted((item["customer"], item["at"][:10], texts[item["text"]]) for item in sent)
    expected = sorted(
        (run.customer, day.isoformat(), touch)
        for run in expected_runs
        for day, touch in zip(run.touches, TOUCHES, strict=False)
    )
    assert found == expected
    assert len({item["key"] for item in sent}) == len(sent)
