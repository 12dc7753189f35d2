"""The demonstration: made-up people who live with the starter rules. A small town and a few weeks stand for it here."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from dsl.check import Context, check
from dsl.model.journeys import Task
from dsl.model.model import Model
from dsl.syntax.load import load
from engine.demo.demo import FIRST_DAY, Extent, make_demo
from engine.demo.history import make_history
from engine.demo.ledger import FIELDS, Ledger
from engine.demo.people import HISTORY_ENDS, make_people
from engine.demo.reactions import COMES, LOGS_IN, PAYS, USES
from engine.demo.staff import WORK
from engine.demo.summary import Summary
from engine.errors import ProjectExistsError
from engine.imports import Request, import_file
from engine.projects.project import Project, open_project
from engine.projects.releases import current_release
from engine.projects.starting import starter_rules
from engine.projects.virtual_time import last_run_at, virtual_time
from engine.storage.audit import By
from engine.storage.benefit_tables import grant
from engine.views.messages import Wanted, messages
from engine.views.window import look
from tests.projects import ran

SMALL = Extent(people=60, last_day=date(2025, 12, 17))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the town is made."""
    return tmp_path_factory.mktemp("demo") / "town"


@pytest.fixture(scope="module")
def told() -> list[tuple[int, int]]:
    """What the progress bar was told."""
    return []


@pytest.fixture(scope="module")
def summary(folder: Path, told: list[tuple[int, int]]) -> Summary:
    """What came of it."""
    return make_demo(folder, lambda done, total: told.append((done, total)), SMALL)


@pytest.fixture
def town(folder: Path, summary: Summary) -> Iterator[Project]:
    """The project as the demonstration leaves it."""
    assert summary.customers == SMALL.people
    project = open_project(folder)
    yield project
    project.store.close()


def starter() -> Model:
    """The model of the starter rules."""
    files, flaws = load(starter_rules())
    model = check(files, Context(), flaws).model
    assert model is not None
    return model


def said(project: Project) -> list[tuple[object, ...]]:
    """Every message with what became of it; keys for gateways and codes differ between installations."""
    with project.store.read() as connection:
        codes = [code for code in connection.scalars(sa.select(grant.c.code)) if code]
        found = messages(look(connection, project.config), Wanted())
        return [
            tuple(_without(value, codes) for name, value in item.items() if name != "key") for item in found
        ]


def _without(value: object, codes: list[str]) -> object:
    return (
        next((value.replace(code, "CODE") for code in codes if code in value), value)
        if isinstance(value, str)
        else value
    )


def test_there_is_something_to_see(summary: Summary) -> None:
    """Reminders, recall and greetings went out, staff worked, people came back."""
    assert {journey for journey, counts in summary.messages.items() if counts.get("sent")} >= {
        "retention",
        "bill_reminder",
        "special_day",
    }
    assert summary.tasks["done"] > 0
    assert summary.recalled > 0
    assert summary.warned > 0


def test_who_opts_out_is_left_alone(summary: Summary) -> None:
    """No message goes to anybody who has opted out."""
    assert summary.after_optout == 0


def test_the_same_town_lives_the_same_life(town: Project, summary: Summary, tmp_path: Path) -> None:
    """Nothing depends on the clock, on the machine or on the moment: a second demonstration is equal to the first."""
    assert make_demo(tmp_path / "again", extent=SMALL) == summary
    again = open_project(tmp_path / "again")
    assert said(again) == said(town)
    again.store.close()


def test_time_has_stopped_at_the_last_run(town: Project) -> None:
    """Commands after the demonstration go on from its virtual time."""
    with town.store.read() as connection:
        last = last_run_at(connection)
        assert last is not None
        assert virtual_time(connection) == last
    assert town.config.zone.iso(last) == "2025-12-17T15:00:00+08:00"


def test_days_are_told(summary: Summary, told: list[tuple[int, int]]) -> None:
    """A progress bar hears of every day."""
    assert summary.customers
    days = (SMALL.last_day - FIRST_DAY).days + 1
    assert told == [(done, days) for done in range(1, days + 1)]


@pytest.mark.parametrize("kind", ["visit", "login", "consents"])
def test_the_history_can_be_imported_again(town: Project, kind: str, tmp_path: Path) -> None:
    """The CSV files in `data` are examples of what `homing import` takes; taken twice they add nothing."""
    with town.store.read() as connection:
        model = current_release(connection, town.config).model
    file = town.folder / "data" / f"{kind}.csv"
    now = town.config.zone.instant(datetime(2025, 12, 18))  # noqa: DTZ001  # in the business zone
    request = Request(kind, file, tmp_path / "rejects.csv", By("somebody", now))
    result = import_file(town.store, model, town.surroundings, request)
    assert result.read > 0
    assert (result.added, result.rejected) == (0, 0)


def test_a_project_is_not_overwritten(town: Project) -> None:
    """Where a project is already, there is no demonstration."""
    with pytest.raises(ProjectExistsError):
        make_demo(town.folder)


def test_it_stops_on_a_day_that_it_has() -> None:
    """`--until` names one of its days; for others it says which there are."""
    said = ran("demo", "nowhere", "--until", "2027-01-01")
    assert (said.status, said.err.splitlines()[1]) == (2, "  hint: name one from 2025-12-01 to 2026-05-05")


def test_people_know_the_messages_they_react_to() -> None:
    """Every message that people react to in their own way is one of the starter rules."""
    assert {*COMES, *PAYS, *USES, *LOGS_IN} - starter().messages.keys() == set()


def test_staff_know_every_task() -> None:
    """The staff know how to do each task that the starter rules can open, and no other."""
    journeys = starter().journeys.values()
    actions = (action for journey in journeys for state in journey.states for action in state.actions)
    assert {action.task for action in actions if isinstance(action, Task)} == WORK.keys()


def test_the_shop_exports_what_is_declared() -> None:
    """The columns of the shop's files are attributes and fields of the starter rules."""
    model = starter()
    kinds = {"customers": model.customer} | {name: kind.fields for name, kind in model.records.items()}
    kinds |= {name: kind.fields for name, kind in model.events.items()}
    own = {"id", "customer", "at", "source"}
    for kind, columns in FIELDS.items():
        declared = {field.name for field in kinds.get(kind, ())}
        assert set(columns) - own - declared == set(), kind


def test_the_past_is_past() -> None:
    """The history ends before virtual time begins, but for scores and solutions that come days later."""
    ledger = Ledger()
    make_history(make_people(50), ledger)
    rows = dict(ledger.take())
    assert max(row["at"].date() for row in rows["visit"]) <= HISTORY_ENDS  # type: ignore[attr-defined]  # times
