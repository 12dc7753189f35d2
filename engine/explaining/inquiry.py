"""Whom an explanation asks about: one customer, at a moment, in the store as it is now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.conditions.world import Clockwork, RunValues, World
from engine.permits.permitting import Permits
from engine.plans.plan import Plan
from engine.storage.schema import Number
from engine.storage.schema import run as runs
from engine.views.window import Window

ITS_CUSTOMER = sa.bindparam("its_customer", type_=Number, required=True)
ITS_RECORD = sa.bindparam("its_record", type_=Number, required=True)
ITS_OCCURRENCE = sa.bindparam("its_occurrence", type_=Number, required=True)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Everything that is needed to ask. `before`: the last run's time and what it had seen, if there was one."""

    window: Window
    plan: Plan
    permits: Permits
    customer: int
    at: int
    before: tuple[int, int] | None

    @property
    def connection(self) -> sa.Connection:
        """Where the store is read."""
        return self.window.connection

    @property
    def world(self) -> World:
        """What conditions refer to."""
        return self.plan.world

    @property
    def past(self) -> bool:
        """Whether runs have been since: what was then is known only as far as the trail tells."""
        return self.before is not None and self.at < self.before[0]

    def values(self, **more: int) -> RunValues:
        """The parameters of a run at that moment, which all events would concern."""
        last = self.before or (self.at, 0)
        values = RunValues(self.world.instants, Clockwork(self.at, last[0], last[1]))
        values.update({f"live_{kind}": 1 for kind in self.plan.heard}, its_customer=self.customer, **more)
        return values

    def rows(
        self, key: tuple[object, ...], build: Callable[[], sa.Executable], **more: int
    ) -> list[tuple[Any, ...]]:
        """The rows of a statement of the plan, which is built when it is first asked for."""
        statement = self.plan.statement(("why", *key), build)
        assert statement is not None  # noqa: S101
        return statement.rows(self.connection, self.values(**more))


def inquire(window: Window, plan: Plan, permits: Permits, customer: int, at: int) -> Inquiry:
    """An inquiry after the last run that there was."""
    last = window.connection.execute(
        sa.select(runs.c.at, runs.c.seq).order_by(runs.c.run.desc()).limit(1)
    ).one_or_none()
    return Inquiry(window, plan, permits, customer, at, None if last is None else (last.at, last.seq))
