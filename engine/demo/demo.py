"""`homing demo`: a project with made-up customers, run through five months of virtual time.

Everything follows from constants: the same Homing makes the same demonstration anywhere. The customers are
`engine.demo.people` and `engine.demo.history`; what they and the staff do is `engine.demo.life`,
`engine.demo.reactions` and `engine.demo.staff`; they meet the engine in `engine.demo.feed` and `engine.demo.sight`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from engine.demo.feed import feed, import_history
from engine.demo.history import make_history
from engine.demo.ledger import Ledger
from engine.demo.life import Life, people_by_id
from engine.demo.people import HISTORY_ENDS, SEED, make_people
from engine.demo.reactions import react
from engine.demo.sight import Sight
from engine.demo.staff import Staff
from engine.demo.summary import Summary, summarise
from engine.projects.applying import apply
from engine.projects.project import Project, open_project
from engine.projects.project_turn import Engine, deliverer, lock, ready, take_turn
from engine.projects.releases import current_release
from engine.projects.rule_files import read_rule_set
from engine.projects.starting import start_project
from engine.projects.virtual_time import go_to
from engine.running.turn import Deliver
from engine.storage.audit import By

BRAND = "归途汽车"
PEOPLE = 400
FIRST_DAY = HISTORY_ENDS + timedelta(days=1)
LAST_DAY = date(2026, 5, 5)
"""The last of the May holidays: there is something to see of what waits, and why."""

_RUNS = (time(10), time(15))
_WEEKEND_RUNS = (time(10),)

Told = Callable[[int, int], None]
"""Is told the days done and their total."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a demonstration: how many customers, until which day."""

    people: int = PEOPLE
    last_day: date = LAST_DAY
    seed: str = SEED


def make_demo(folder: Path, told: Told = lambda _done, _total: None, extent: Extent | None = None) -> Summary:
    """Make the project and let time pass. ProjectExistsError when the folder has one already."""
    extent = extent or Extent()
    start_project(folder, BRAND)
    project = open_project(folder)
    try:
        with lock(project):
            life = _begin(project, extent)
            engine = ready(project)
            _let_time_pass(_Town(engine, deliverer(engine, None), life), extent, told)
            return summarise(engine)
    finally:
        project.store.close()


def _begin(project: Project, extent: Extent) -> Life:
    """Apply the starter rules and import the history."""
    now = _instant(project, datetime.combine(FIRST_DAY, time(8)))
    apply(project, read_rule_set(project.rules, project.config), By("demo", now))
    with project.store.read() as connection:
        release = current_release(connection, project.config)
    people, ledger = make_people(extent.people, extent.seed), Ledger()
    make_history(people, ledger, extent.seed)
    import_history(project, release, ledger, now)
    life = Life(people_by_id(people), ledger, seed=extent.seed)
    life.begin(FIRST_DAY, extent.last_day)
    return life


class _Town:
    """The engine among its made-up people."""

    def __init__(self, engine: Engine, deliver: Deliver, life: Life) -> None:
        self.engine, self.deliver, self.life = engine, deliver, life
        self.staff, self.sight = Staff(life), Sight(engine)

    def live_until(self, at: datetime) -> None:
        """What people do until then comes in, the engine takes its turn, people notice what it did."""
        now = _instant(self.engine.project, at)
        self.life.agenda.do_until(at)
        feed(self.engine, self.life.ledger, self.staff.take_done(), now)
        take_turn(self.engine, now, self.deliver)
        for sent in self.sight.sent(now):
            react(self.life, sent, at)
        self.staff.open = self.sight.open()
        for task in self.sight.opened(now):
            self.staff.take_up(task, at)


def _let_time_pass(town: _Town, extent: Extent, told: Told) -> None:
    days = (extent.last_day - FIRST_DAY).days + 1
    for done in range(days):
        for at in _runs(FIRST_DAY + timedelta(days=done)):
            town.live_until(at)
        told(done + 1, days)
    project = town.engine.project
    last = datetime.combine(extent.last_day, _RUNS[-1])
    with project.store.write() as connection:
        go_to(connection, _instant(project, last), project.config.zone)
    project.store.analyse()


def _runs(day: date) -> Iterator[datetime]:
    """When the engine runs on a day."""
    for clock in _WEEKEND_RUNS if day.weekday() >= 5 else _RUNS:
        yield datetime.combine(day, clock)


def _instant(project: Project, at: datetime) -> int:
    return project.config.zone.instant(at)
