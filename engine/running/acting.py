"""The actions of a state as statements over those who have just entered it by a way, one for each action.

Messages are only wanted here, and so are benefits; the permit gate and `engine.running.granting` decide.
"""

from functools import singledispatch

import sqlalchemy as sa

from dsl.model import journeys as m
from dsl.units import Duration
from engine.conditions import moments
from engine.conditions.compiling import flag_value
from engine.conditions.moments import Sql
from engine.conditions.world import NOW, World
from engine.plans.ways import Way, state_number
from engine.plans.working import begun, picked, wanted
from engine.running.moving import ARRIVED, takers, taking
from engine.running.picking import enrolment_scene, joined
from engine.storage.benefit_tables import grant
from engine.storage.declared import column_name
from engine.storage.schema import enrolment, tag, task
from engine.storage.states import GrantStatus, TaskStatus


@singledispatch
def doing(action: m.Action, world: World, way: Way) -> sa.Executable | None:
    """The statement of an action for those who take a way; None when it is nothing to the store."""
    raise NotImplementedError(type(action).__name__, world, way)


def _intent(world: World, way: Way, action: m.Action) -> dict[str, Sql]:
    return {
        "customer": picked.c.customer,
        "journey": moments.integer(world.number("journey", way.journey.name)),
        "record": picked.c.record,
        "occurrence": picked.c.occurrence,
        "visit": picked.c.visit,
        "action": moments.integer(action.number),
    }


@doing.register
def _(action: m.Send, world: World, way: Way) -> sa.Executable | None:
    assert way.target is not None  # noqa: S101
    row = {
        **_intent(world, way, action),
        "state": moments.integer(state_number(world, way.journey, way.target)),
        "created_at": NOW,
        "refused": moments.integer(0),
        "approved": moments.integer(0),
    }
    return wanted.insert().from_select(list(row), sa.select(*row.values()).where(taking(way)))


@doing.register
def _(action: m.Task, world: World, way: Way) -> sa.Executable | None:
    assert way.target is not None  # noqa: S101
    row = {
        **_intent(world, way, action),
        "task": moments.integer(world.number("task", action.task)),
        "state": moments.integer(state_number(world, way.journey, way.target)),
        "role": sa.null() if action.role is None else moments.integer(world.number("role", action.role)),
        "status": moments.integer(TaskStatus.OPEN),
        "created_at": NOW,
        "due_at": _deadline(world, action.due),
    }
    rows = sa.select(*row.values()).where(taking(way))
    return task.insert().from_select(list(row), rows)


def _deadline(world: World, due: Duration | None) -> Sql:
    return sa.null() if due is None else world.instants.at("now", due)


@doing.register
def _(action: m.Grant, world: World, way: Way) -> sa.Executable | None:
    assert way.target is not None  # noqa: S101
    row = {
        **_intent(world, way, action),
        "benefit": moments.integer(world.number("benefit", action.benefit)),
        "state": moments.integer(state_number(world, way.journey, way.target)),
        "status": moments.integer(GrantStatus.WAITING),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return grant.insert().from_select(list(row), sa.select(*row.values()).where(taking(way)))


@doing.register
def _(action: m.SetAttribute, world: World, way: Way) -> sa.Executable | None:
    rows = enrolment.alias()
    scene = enrolment_scene(world, way.journey, rows)
    value = flag_value(action.value, scene)
    attribute = next(field for field in world.model.customer if field.name == action.attribute)
    if attribute.type.kind == "money":
        value = whole(value)
    new = sa.select(rows.c.customer, rows.c.record, value.label("value")).select_from(joined(scene, rows))
    values = new.where(*takers(world, way, rows)).subquery()
    table = world.tables.customer
    # Several records of one customer may enter at once: they count in their order, the last one stays.
    last = sa.select(values.c.value).where(values.c.customer == table.c.customer)
    update = table.update().values(
        {column_name(action.attribute): last.order_by(values.c.record.desc()).limit(1).scalar_subquery()}
    )
    return update.where(table.c.customer.in_(sa.select(picked.c.customer).where(taking(way))))


def whole(value: Sql) -> Sql:
    """Money with fractions of a minor unit as whole units, halves to the even one."""
    down = sa.cast(sa.func.floor(value), sa.BigInteger)
    over = value - down
    half: Sql = sa.literal_column("0.5", sa.Double())
    odd = down % moments.integer(2) != moments.integer(0)
    up = sa.or_(over > half, sa.and_(over == half, odd))
    # The driver's `floor` raises on a missing value; `case` never gets there.
    return sa.case((value.is_(None), sa.null()), (up, down + moments.integer(1)), else_=down)


@doing.register
def _(action: m.Tag, world: World, way: Way) -> sa.Executable | None:
    del world
    people = sa.select(picked.c.customer).where(taking(way))
    if action.remove:
        return tag.delete().where(tag.c.tag == action.tag, tag.c.customer.in_(people))
    known = sa.select(tag.c.customer).where(tag.c.customer == picked.c.customer, tag.c.tag == action.tag)
    rows = (
        sa.select(picked.c.customer, sa.literal(action.tag)).distinct().where(taking(way), ~sa.exists(known))
    )
    return tag.insert().from_select(["customer", "tag"], rows)


@doing.register
def _(action: m.Emit, world: World, way: Way) -> sa.Executable | None:
    table = world.tables.events[action.event]
    rows = enrolment.alias()
    scene = enrolment_scene(world, way.journey, rows)
    kinds = {field.name: field.type.kind for field in world.model.events[action.event].fields}
    values: dict[str, Sql] = {}
    for name, value in action.values:
        expression = flag_value(value, scene)
        values[column_name(name)] = whole(expression) if kinds[name] == "money" else expression
    seq = ARRIVED + sa.func.row_number().over(order_by=(rows.c.customer, rows.c.record))
    row = {"seq": seq, "customer": rows.c.customer, "at": NOW, "digest": seq, **values}
    found = sa.select(*row.values()).select_from(joined(scene, rows)).where(*takers(world, way, rows))
    return table.insert().from_select(list(row), found)


@doing.register
def _(action: m.Begin, world: World, way: Way) -> sa.Executable | None:
    number = moments.integer(world.number("journey", action.journey))
    of_record = world.model.journeys[action.journey].record is not None
    record = picked.c.record if of_record else moments.integer(0)
    rows = sa.select(number, picked.c.customer, record).where(taking(way))
    return begun.insert().from_select(["journey", "customer", "record"], rows)
