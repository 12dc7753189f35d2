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
from engine.storage.keys import Intent
from engine.storage.messages import given
from engine.storage.schema import SUBJECT, Number
from engine.texts.latest_grant import latest_grant
from engine.texts.rendering import Renderer, Text
from engine.texts.template_values import BENEFIT, Column

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
    _statements: dict[tuple[str, str, str | None], Statement] = field(default_factory=dict)

    def text(self, message: str, kind: str | None, intent: Intent) -> str:
        """The script of a task; `kind`: of the records of its journey.

        In parentheses, why there is none, when a value is missing.
        """
        row = self._row(message, CHANNEL, kind, intent)
        if row is None:
            return ""
        rendered = self.renderer.render_batch(message, CHANNEL, [row], kind)[0]
        return rendered.body if isinstance(rendered, Text) else f"({rendered.because})"

    def draft(self, message: str, channel: str, kind: str | None, intent: Intent) -> Text | None:
        """The text of a message with the names of missing values in their places; None where not even that."""
        row = self._row(message, channel, kind, intent)
        found = None if row is None else self.renderer.draft(message, channel, row, kind)
        return found if isinstance(found, Text) else None

    def _row(self, message: str, channel: str, kind: str | None, intent: Intent) -> tuple[Any, ...] | None:
        """What the customer has for the text; None: there is nobody."""
        columns = self.renderer.needed(message, channel, kind)
        parameters = RunValues(self.plan.world.instants, Clockwork(self.now, self.now, 0))
        parameters.update(given(intent))
        found = self._statement((message, channel, kind), columns).run(self.connection, parameters)
        row: Sequence[Any] | None = found.one_or_none()
        if row is None:
            return None
        return tuple(
            self.operator if column.name == _OPERATOR else value
            for column, value in zip(columns, row[1:], strict=True)
        )

    def _statement(self, key: tuple[str, str, str | None], columns: tuple[Column, ...]) -> Statement:
        if key not in self._statements:
            self._statements[key] = compiled(_query(self.plan, key[2], columns), self.plan.dialect)
        return self._statements[key]


def _query(plan: Plan, kind: str | None, columns: tuple[Column, ...]) -> sa.Select[tuple[int]]:
    customer, record = plan.tables.customer.alias("c"), None
    run = [sa.bindparam(f"its_{name}", type_=Number, required=True) for name in SUBJECT]
    its_customer, _, its_record, _ = run
    rows: sa.FromClause = customer
    if kind is not None:
        record = plan.tables.records[kind].alias("r")
        rows = customer.join(
            record, (record.c.customer == customer.c.customer) & (record.c.record == its_record)
        )
    scene = Scene(plan.world, customer.c.customer, customer, record)
    values = [_value(scene, one, run).label(f"x{place}") for place, one in enumerate(columns)]
    return (
        sa.select(customer.c.customer, *values).select_from(rows).where(customer.c.customer == its_customer)
    )


def _value(scene: Scene, column: Column, run: Sequence[Sql]) -> Sql:
    """A value of the customer's, or of the benefit that this run through the journey granted last."""
    if column.source is not None:
        return flag_value(column.source, scene)
    return latest_grant(scene.world, column.name, run) if column.name.startswith(BENEFIT) else sa.null()
