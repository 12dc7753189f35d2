"""A run under way: the connection, the plan, the parameters and the counts that its phases share."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.conditions.world import Clockwork, RunValues
from engine.plans.plan import Key, Plan
from engine.plans.working import looked

People = sa.Select[Any] | sa.CompoundSelect[Any]

Steps = tuple[int, int] | None
"""The customers stirred after the first and up to the second step; None: all whom a change concerns."""


@dataclass(slots=True)
class RunReport:
    """What one run did; the counts are of this run alone.

    `grants`: benefits given. `reserved`: those held for a person, `spent`: those of which none was left.
    `left`: messages that came from a status to another, or anew to the same, by that status and when they were made.
    `let_go`: messages by journey that nothing held any more, but for those that a person had approved.
    `released`: held-out customers whose watch is over. `stuck`: moves refused to those who moved too often.
    """

    at: int
    release: int
    entered: int = 0
    moved: int = 0
    ended: int = 0
    released: int = 0
    tasks_opened: int = 0
    grants: int = 0
    reserved: int = 0
    spent: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    left: Counter[tuple[str, int]] = field(default_factory=Counter)
    let_go: Counter[str] = field(default_factory=Counter)
    stuck: int = 0
    examined: int = 0

    @property
    def idle(self) -> bool:
        """Whether nothing happened at all."""
        done = (self.entered, self.moved, self.ended, self.released, self.tasks_opened, self.messages.total())
        return not any((*done, self.grants, self.reserved, self.spent))


@dataclass(slots=True)
class Work:
    """What the phases of one run share.

    `full`: everybody is looked at. `first`: no run was before this one. `open`: the limited journeys that let
    people in now. `looking`: at whom just now, `looked` so many.
    `places`: of pilots, by edition, as many as this run has seen taken.
    """

    connection: sa.Connection
    plan: Plan
    clock: Clockwork
    values: RunValues
    report: RunReport
    full: bool
    first: bool
    step: int = 0
    open: set[str] = field(default_factory=set)
    looking: tuple[Key, Steps] | None = None
    looked: int = 0
    places: dict[int, int] = field(default_factory=dict)

    def do(self, key: Key, build: Callable[[], sa.Executable | None]) -> int:
        """Execute a statement of the plan with the run's parameters; how many rows it touched."""
        statement = self.plan.statement(key, build)
        if statement is None:
            return 0
        if self.plan.watcher is not None:
            self.plan.watcher(key, self.connection, self.values)
        return max(statement.run(self.connection, self.values).rowcount, 0)

    def rows(self, key: Key, build: Callable[[], sa.Executable]) -> list[tuple[Any, ...]]:
        """The rows of a query of the plan, asked with the run's parameters."""
        statement = self.plan.statement(key, build)
        assert statement is not None  # noqa: S101
        if self.plan.watcher is not None:
            self.plan.watcher(key, self.connection, self.values)
        return statement.rows(self.connection, self.values)

    def look(self, key: Key, steps: Steps, people: Callable[[], People]) -> int:
        """Look at the people whom a query finds, the same for the same steps, from now on; how many they are."""
        if self.looking != (key, steps):
            self.clear(looked)
            count = self.do(key, lambda: looked.insert().from_select(["customer"], people()))
            self.looking, self.looked = (key, steps), count
        return self.looked

    def clear(self, table: sa.Table) -> None:
        """Empty a temporary table."""
        self.do(("clear", table.name), table.delete)
