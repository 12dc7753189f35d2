"""A store of one journey in which nobody ever is, to see who would come in and whom a run would look at."""

import sqlalchemy as sa
from hypothesis import assume, note
from hypothesis import strategies as st

from dsl.check import Context, check
from dsl.model.model import Model
from dsl.printing.printer import print_node
from engine.conditions.world import Clockwork, RunValues
from engine.plans import changes, working
from engine.plans.work import RunReport, Work
from engine.plans.working import due
from engine.running import asking
from engine.running.picking import entering
from engine.storage.arrivals import arrivals
from tests.engine_side import EngineSide
from tests.oracle import history as h
from tests.strategies_conditions import condition
from tests.strategies_histories import histories
from tests.strategies_rules import ways_in
from tests.strategies_time import about_time

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")


class Watched:
    """A store whose only journey is `j`; nobody is ever in it."""

    def __init__(self, model: Model, history: h.History, zone: str = "Asia/Shanghai") -> None:
        self.side = EngineSide(model, zone)
        for moment in history:
            for step in moment.steps:
                self.side.tell(step, moment)

    def qualified(self, now: int) -> set[tuple[int, int]]:
        """Customers and records who would come in."""
        plan = self.side.plan
        found = entering(plan.world, plan.journeys[0], plan.tables.customer.alias(), qualified=True)
        with self.side.store.write() as connection:
            statement = plan.statement(("test",), lambda: found)
            assert statement is not None
            clock = Clockwork(now, now, 0)
            return {
                (row[0], row[1]) for row in statement.rows(connection, RunValues(plan.world.instants, clock))
            }

    def changed(self, before: int, now: int) -> set[int]:
        """The change set of a run at `now` after one at `before` that had seen all there is."""
        plan = self.side.plan
        with self.side.store.write() as connection:
            working.prepare(connection)
            connection.exec_driver_sql("DELETE FROM changed")
            clock = Clockwork(now, before, arrivals(connection))
            values = RunValues(plan.world.instants, clock)
            values |= changes.ranges(plan.watches, clock, plan.world.zone)
            work = Work(connection, plan, clock, values, RunReport(now, 1), full=False, first=False)
            work.do(("collect",), lambda: changes.collect(plan.world, plan.watches, plan.circles))
            asking.ask(work)
            return set(connection.scalars(sa.select(due.c.customer)))


def drawn_watched(data: st.DataObject, *, of_record: bool) -> tuple[Watched, h.History]:
    """A store whose way in is a generated condition, most often one that time changes, after a generated history."""
    form = data.draw(st.sampled_from((about_time, about_time, condition)))
    file = data.draw(ways_in(form, of_record=of_record))
    note(print_node(file.statements[-1]))
    model = check((file,), Context()).model
    assume(model is not None)
    assert model is not None
    zone, history = data.draw(st.sampled_from(ZONES)), data.draw(histories(file))
    return Watched(model, history, zone), history
