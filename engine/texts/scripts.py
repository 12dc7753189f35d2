"""What operators read out: the `task` variant of a message, filled in for one customer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.conditions.compiling import Scene, flag_value
from engine.conditions.moments import Sql
from engine.conditions.world import Clockwork, RunValues
from engine.plans.plan import Plan
from engine.plans.statement import Statement, compiled
from engine.storage.schema import Number
from engine.texts.rendering import Renderer, Text
from engine.texts.template_values import Column

CHANNEL = "task"
"""The variant of a message that is a script."""

_OPERATOR = "operator"


@dataclass(slots=True)
class Scripts:
    """Makes scripts at one moment for one operator; each message is compiled once."""

    connection: sa.Connection
    plan: Plan
    renderer: Renderer
    now: int
    operator: str
    _statements: dict[tuple[str, str | None], Statement] = field(default_factory=dict)

    def text(self, message: str, kind: str | None, customer: int, record: int) -> str:
        """The script for a customer and, in a journey for records of `kind`, a record.

        In parentheses, why there is none, when a value is missing.
        """
        columns = self.renderer.needed(message, CHANNEL, kind)
        parameters = RunValues(self.plan.world.instants, Clockwork(self.now, self.now, 0))
        parameters.update(its_customer=customer, its_record=record)
        found = self._statement(message, kind, columns).run(self.connection, parameters)
        row: Sequence[Any] | None = found.one_or_none()
        if row is None:
            return ""
        filled = tuple(
            self.operator if column.name == _OPERATOR else value
            for column, value in zip(columns, row[1:], strict=True)
        )
        rendered = self.renderer.render_batch(message, CHANNEL, [filled], kind)[0]
        return rendered.body if isinstance(rendered, Text) else f"({rendered.because})"

    def _statement(self, message: str, kind: str | None, columns: tuple[Column, ...]) -> Statement:
        key = (message, kind)
        if key not in self._statements:
            self._statements[key] = compiled(_query(self.plan, kind, columns), self.plan.dialect)
        return self._statements[key]


def _query(plan: Plan, kind: str | None, columns: tuple[Column, ...]) -> sa.Select[tuple[int]]:
    customer, record = plan.tables.customer.alias("c"), None
    rows: sa.FromClause = customer
    if kind is not None:
        record = plan.tables.records[kind].alias("r")
        its_record = sa.bindparam("its_record", type_=Number, required=True)
        rows = customer.join(
            record, (record.c.customer == customer.c.customer) & (record.c.record == its_record)
        )
    scene = Scene(plan.world, customer.c.customer, customer, record)
    values: list[Sql] = [
        sa.null() if one.source is None else flag_value(one.source, scene) for one in columns
    ]
    its_customer = sa.bindparam("its_customer", type_=Number, required=True)
    named = [value.label(f"x{place}") for place, value in enumerate(values)]
    return sa.select(customer.c.customer, *named).select_from(rows).where(customer.c.customer == its_customer)
