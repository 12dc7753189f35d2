"""What a report looks at: a period, and by what customers are told apart. Knows no report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.model import conditions as c
from dsl.model.conditions import Kind
from engine.conditions.compiling import Scene, flag_value
from engine.conditions.moments import Sql
from engine.conditions.world import Clockwork, RunValues
from engine.errors import UnknownNameError
from engine.plans.plan import Plan
from engine.storage.declared import column_name
from engine.views.window import Window
from engine.wording import all_of, near_or, say

Row = dict[str, Any]
"""A line of a report: values by the names of the JSON contract; shares as fractions of one."""


@dataclass(frozen=True, slots=True)
class Study:
    """From `since` until just before `until`. `by`: an attribute, value or audience of the rules; None: all in one.

    Customers are told apart by what they are now: the store does not know what they were.
    """

    window: Window
    plan: Plan
    now: int
    since: int
    until: int
    by: str | None = None

    def ask(self, query: sa.Executable) -> list[tuple[Any, ...]]:
        """The rows of a query, which may hold conditions of the rules."""
        instants = self.plan.world.instants
        values = RunValues(instants, Clockwork(self.now, self.now, 0))
        values.update({name: values[name] for name in instants.wanted})
        return [tuple(row) for row in self.window.connection.execute(query, values)]

    def within(self, at: sa.ColumnElement[Any]) -> Sql:
        """That an instant lies in the period."""
        return sa.and_(at >= self.since, at < self.until)

    def group(self, customer: sa.Column[Any]) -> Sql:
        """By what a customer is told apart."""
        if self.by is None:
            return sa.null()
        people = self.plan.tables.customer.alias()
        attribute = people.c.get(column_name(self.by)) if self.by in self._attributes else None
        value = attribute if attribute is not None else self._value(people)
        return (
            sa.select(value).where(people.c.customer == customer).correlate(customer.table).scalar_subquery()
        )

    def told(self, stored: Any) -> dict[str, Any]:
        """The value of a group, under its name; nothing where all are in one."""
        if self.by is None:
            return {}
        return {self.by: self.window.value(stored, self._kind)}

    @property
    def _attributes(self) -> Mapping[str, Kind]:
        return self.window.model.kinds

    @property
    def _kind(self) -> Kind:
        named = str(self.by)
        return self._attributes[named] if named in self._attributes else c.type_of(self._node).kind

    @property
    def _node(self) -> c.Cond:
        model, named = self.window.model, str(self.by)
        found = model.values.get(named) or model.audiences.get(named)
        if found is None:
            raise self._unknown({*model.values, *model.audiences, *self._attributes})
        return found

    def _value(self, people: sa.FromClause) -> Sql:
        return flag_value(self._node, Scene(self.plan.world, people.c.customer, people))

    def _unknown(self, known: Iterable[str]) -> UnknownNameError:
        names = sorted(known)
        return UnknownNameError(
            say("the rules have no attribute, value or audience {name!r}", name=self.by),
            near_or(str(self.by), names, say("known are: {names}", names=all_of(names))),
        )


def share(number: float, base: float) -> float | None:
    """A share, to a hundredth of a percent; None of nothing."""
    return round(number / base, 4) if base else None
