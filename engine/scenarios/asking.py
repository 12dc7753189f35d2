"""A condition that a scenario expects, asked of a customer or of a record of theirs: whether it holds, and why."""

from typing import Any

import sqlalchemy as sa

from dsl.model import scenarios as m
from engine.conditions.compiling import Scene
from engine.conditions.world import Clockwork, RunValues
from engine.explaining.inquiry import ITS_CUSTOMER, ITS_RECORD
from engine.explaining.leaves import Finding, columns, dissect, read
from engine.plans.plan import Plan
from engine.scenarios.finding import person


def ask(connection: sa.Connection, plan: Plan, who: m.Who, expected: m.Holds, now: int) -> Finding | None:
    """What a condition says now; None where there is no such record.

    Of several records the first is asked, unless the step names one.
    """
    about = person(connection, plan, who)
    statement = plan.statement(("expected", expected), lambda: _question(plan, expected))
    assert statement is not None  # noqa: S101
    values = RunValues(plan.world.instants, Clockwork(now, now, 0))
    values.update(its_customer=about.customer, its_record=about.record)
    row = next(iter(statement.rows(connection, values)), None)
    return None if row is None else read(dissect(expected.condition), iter(row))


def _question(plan: Plan, expected: m.Holds) -> sa.Select[Any]:
    people = plan.tables.customer.alias("p")
    if expected.record is None:
        scene = Scene(plan.world, people.c.customer, people, used=set())
        return _select(expected, scene).select_from(people).where(people.c.customer == ITS_CUSTOMER)
    records = plan.tables.records[expected.record].alias("r")
    scene = Scene(plan.world, people.c.customer, people, records, used=set())
    rows = people.join(records, records.c.customer == people.c.customer)
    named = sa.or_(ITS_RECORD == 0, records.c.record == ITS_RECORD)
    query = _select(expected, scene).select_from(rows).where(people.c.customer == ITS_CUSTOMER, named)
    return query.order_by(records.c.record).limit(1)


def _select(expected: m.Holds, scene: Scene) -> sa.Select[Any]:
    asked = columns(dissect(expected.condition), scene)
    return sa.select(*(column.label(f"x{n}") for n, column in enumerate(asked)))
