"""A copy of the database taken back to an earlier moment, as far as a store can that keeps events with their dates.

Those are under way who were then (`engine.planning.taken_back`). Attributes, records, tags and consents are as they are
today, for the store does not know what they were. Later events lie in the future of the copy and happen as time passes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from dsl.model.model import Model
from engine.errors import EngineError
from engine.people.optouts import OptOut, suppress
from engine.people.tasks import Desk, Finish, finish_task
from engine.planning.taken_back import Standing, take_back
from engine.planning.trial import News
from engine.projects.project import Project
from engine.projects.project_turn import Engine
from engine.storage.audit import By
from engine.storage.declared import declared_tables
from engine.storage.keys import Intent
from engine.storage.schema import changed, entry_queue, optout, run, task
from engine.storage.staff_tables import staff
from engine.storage.states import TaskStatus
from engine.storage.symbols import load_symbols

REPLAYER = "replay"


@dataclass(frozen=True, slots=True)
class Rewound:
    """`news`: what people said and did since then, to happen again, in order. `standing`: how the time began."""

    news: list[News]
    standing: Standing


def rewind(copy: Project, model: Model, at: int) -> Rewound:
    """Take a copy back to an instant; `model` is that of the rules in force."""
    tables = declared_tables(model)
    with copy.store.write() as connection:
        news = sorted([*_optouts(connection, at), *_finished(connection, at)], key=lambda item: item.at)
        standing = take_back(connection, load_symbols(connection), model, at)
        for table in (entry_queue, run, changed):
            connection.execute(table.delete())
        connection.execute(optout.delete().where(optout.c.at > at))
        for kind, events in tables.events.items():
            # What rules recorded themselves they will record again; such events are known by their numbers.
            own = sa.true() if kind in _AGAIN else events.c.digest == events.c.seq
            connection.execute(events.delete().where(events.c.at > at, own))
    return Rewound(news, standing)


_AGAIN = frozenset({"task_done"})
"""Events that come of what happens again."""


def _optouts(connection: sa.Connection, since: int) -> Iterator[News]:
    symbols = load_symbols(connection)
    for row in connection.execute(sa.select(optout).where(optout.c.at > since)):
        said = OptOut(row.customer, "", symbols.name_or(row.channel), row.at, row.source or "")
        yield News(row.at, partial(_opt_out, said))


def _opt_out(said: OptOut, engine: Engine, now: int) -> None:
    with engine.project.store.write() as connection:
        suppress(connection, load_symbols(connection), said, now)


def _finished(connection: sa.Connection, since: int) -> Iterator[News]:
    symbols = load_symbols(connection)
    done = sa.select(task).where(task.c.status == TaskStatus.DONE, task.c.closed_at > since)
    for row in connection.execute(done):
        outcome = symbols.name_or(row.outcome) or ""
        yield News(row.closed_at, partial(_finish, row.customer, symbols.name(row.task), outcome))


def _finish(customer: int, name: str, outcome: str, engine: Engine, now: int) -> None:
    """Finish the task of that name that is open for the customer, if there is one and it knows the outcome."""
    with engine.project.store.write() as connection:
        symbols = load_symbols(connection)
        number = symbols.find("task", name)
        mine = (task.c.customer == customer, task.c.task == number, task.c.status == TaskStatus.OPEN)
        row = connection.execute(sa.select(task).where(*mine).limit(1)).one_or_none()
        if row is None:
            return
        connection.execute(staff.delete())  # of the copy: who did it then may be gone by now
        desk = Desk(connection, engine.release.model, symbols, engine.project.surroundings)
        try:
            finish_task(desk, Intent(*row[: len(Intent._fields)]), Finish(outcome), By(REPLAYER, now))
        except EngineError:
            return  # these rules have another outcome instead
