"""Conditions and values of the model as SQLAlchemy expressions.

One function per kind of node. A compiled condition is true or not true: SQL's unknown counts as not true, which is
what a positive condition means, and every `Not` is written `IS NOT TRUE`, so that a missing value never slips
through a negation. Where a condition is used as a value, `flag_value` makes it definite.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import singledispatch
from typing import Any

import sqlalchemy as sa

from dsl.model import conditions as c
from engine.conditions import moments
from engine.conditions.comparing import compared
from engine.conditions.happenings import Happening, happening
from engine.conditions.moments import EPOCH, Sql
from engine.conditions.world import NOW, THIS_YEAR, TODAY, World
from engine.storage.bad_values import BadValueError
from engine.storage.declared import column_name
from engine.storage.phones import calling_code
from engine.storage.schema import ACTIVE, ENDED, enrolment, tag
from engine.storage.values import Stored, Surroundings, reader


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the names of a condition live: the rows of the enclosing statement.

    `customer` is the customer's number. `attributes`, `record`, `enrolment` are aliases; `used` collects the names of
    those that a condition really reads, so that statements join no more than they need.
    """

    world: World
    customer: Sql
    attributes: sa.FromClause
    record: sa.FromClause | None = None
    enrolment: sa.FromClause | None = None
    event: Happening | None = None
    used: set[str] | None = None

    def read(self, name: str) -> None:
        """Note that the condition reads the rows of `attributes` or `record`."""
        if self.used is not None:
            self.used.add(name)


@singledispatch
def sql(node: c.Cond, scene: Scene) -> Sql:
    """The SQL expression of a condition or value."""
    raise NotImplementedError(type(node).__name__, scene)


def flag_value(node: c.Cond, scene: Scene) -> Sql:
    """The value of any node; conditions become a definite true or false."""
    expression = sql(node, scene)
    stored = c.Const | c.Attribute | c.RecordField | c.EventField | c.Choose | c.Aggregate
    if c.type_of(node) != c.FLAG or isinstance(_bare(node), stored):
        return expression
    return sa.case((expression, sa.true()), else_=sa.false())


def _bare(node: c.Cond) -> c.Cond:
    return _bare(node.body) if isinstance(node, c.Named) else node


@sql.register
def _(node: c.Const, scene: Scene) -> Sql:
    return constant(node, scene.world)


def constant(node: c.Const, world: World) -> Sql:
    """A literal in the store's units."""
    value: Any = node.value
    if isinstance(value, bool):
        return sa.true() if value else sa.false()
    if isinstance(value, datetime):
        value = world.zone.instant(value)
    elif isinstance(value, date):
        value = (value - EPOCH).days
    elif node.type.kind == "number":
        return sa.literal(float(value), sa.Double())
    elif node.type.kind in {"phone", "email"}:
        value = _as_stored(value, node.type, world)
    return sa.literal(value)


def _as_stored(text: str, kind: c.Type, world: World) -> Stored:
    """A phone number or address as it is kept, however rules write it; what is none stays, and is nobody's."""
    setting = world.setting
    try:
        return reader(kind, Surroundings(setting.zone, setting.country))(text)
    except BadValueError:
        return text


@sql.register
def _(node: c.Attribute, scene: Scene) -> Sql:
    scene.read("attributes")
    name = node.name if node.name == "id" else column_name(node.name)
    return scene.attributes.c[name]


@sql.register
def _(node: c.RecordField, scene: Scene) -> Sql:
    assert scene.record is not None  # noqa: S101  # the checker lets record fields stand in record journeys only
    scene.read("record")
    name = node.name if node.name == "id" else column_name(node.name)
    return scene.record.c[name]


@sql.register
def _(node: c.EventField, scene: Scene) -> Sql:
    assert scene.event is not None  # noqa: S101  # the checker lets event fields stand in a `where` only
    return scene.event.column(node.name)


@sql.register
def _(node: c.Arithmetic, scene: Scene) -> Sql:
    left, right = sql(node.left, scene), sql(node.right, scene)
    match node.operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return sa.cast(left, sa.Double) / sa.func.nullif(sa.cast(right, sa.Double), 0.0)


@sql.register
def _(node: c.Negative, scene: Scene) -> Sql:
    return -sql(node.operand, scene)


@sql.register
def _(node: c.Choose, scene: Scene) -> Sql:
    arms = [(sql(condition, scene), flag_value(value, scene)) for condition, value in node.arms]
    otherwise = sa.null() if node.otherwise is None else flag_value(node.otherwise, scene)
    return sa.case(*arms, else_=otherwise) if arms else otherwise


@sql.register
def _(node: c.Named, scene: Scene) -> Sql:
    return sql(node.body, scene)


@sql.register
def _(_node: c.Now, _scene: Scene) -> Sql:
    return NOW


@sql.register
def _(_node: c.Today, _scene: Scene) -> Sql:
    return TODAY


@sql.register
def _(node: c.Midnight, scene: Scene) -> Sql:
    return moments.midnight(scene.world.zone, sql(node.operand, scene))


@sql.register
def _(node: c.LocalDay, scene: Scene) -> Sql:
    return _day_of(node.operand, scene)


@sql.register
def _(node: c.Shift, scene: Scene) -> Sql:
    if isinstance(node.operand, c.Now):
        return scene.world.instants.at("now", node.duration, back=node.back)
    return moments.shift(scene.world.zone, sql(node.operand, scene), node.duration, back=node.back)


def _day_of(node: c.Cond, scene: Scene) -> Sql:
    """The local day of a date or time."""
    expression = sql(node, scene)
    return expression if c.type_of(node).kind == "date" else moments.local_day(scene.world.zone, expression)


@sql.register
def _(node: c.DaysSince, scene: Scene) -> Sql:
    return sa.cast(TODAY - _day_of(node.operand, scene), sa.Double)


@sql.register
def _(node: c.DaysUntil, scene: Scene) -> Sql:
    return sa.cast(_day_of(node.operand, scene) - TODAY, sa.Double)


@sql.register
def _(node: c.NextReturn, scene: Scene) -> Sql:
    day = sql(node.operand, scene)
    this_year = moments.in_year(day, THIS_YEAR)
    next_year = moments.in_year(day, THIS_YEAR + moments.integer(1))
    return sa.case((this_year >= TODAY, this_year), else_=next_year)


@sql.register
def _(node: c.Not, scene: Scene) -> Sql:
    return sql(node.operand, scene).is_not(sa.true())


@sql.register
def _(node: c.And, scene: Scene) -> Sql:
    return sa.and_(*(sql(operand, scene) for operand in node.operands))


@sql.register
def _(node: c.Or, scene: Scene) -> Sql:
    return sa.or_(*(sql(operand, scene) for operand in node.operands))


@sql.register
def _(node: c.Compare, scene: Scene) -> Sql:
    left, right = flag_value(node.left, scene), flag_value(node.right, scene)
    return compared(node.operator, left, right, (node.left, node.right))


@sql.register
def _(node: c.Contains, scene: Scene) -> Sql:
    left, right = sql(node.left, scene), sql(node.right, scene)
    return sa.or_(sa.and_(right == "", left.is_not(None)), sa.func.replace(left, right, "") != left)


@sql.register
def _(node: c.StartsWith, scene: Scene) -> Sql:
    left, right = sql(node.left, scene), sql(node.right, scene)
    begins = sa.func.substr(left, 1, sa.func.length(right)) == right
    if c.type_of(node.left) != c.PHONE:
        return begins
    code = calling_code(scene.world.setting.country)
    here = sa.func.substr(left, 1, len(code)) == code
    rest = sa.func.substr(left, 1 + len(code), sa.func.length(right))
    return sa.or_(begins, sa.and_(here, rest == right))  # people leave out their own country's code


@sql.register
def _(node: c.OneOf, scene: Scene) -> Sql:
    subject = flag_value(node.subject, scene)
    items = ((item, flag_value(item, scene)) for item in node.items)
    return sa.or_(*(compared("=", subject, value, (node.subject, item)) for item, value in items))


@sql.register
def _(node: c.Missing, scene: Scene) -> Sql:
    return flag_value(node.operand, scene).is_(None)


@sql.register
def _(node: c.Between, scene: Scene) -> Sql:
    subject = sql(node.subject, scene)
    return sa.and_(
        compared(">=", subject, sql(node.low, scene), (node.subject, node.low)),
        compared("<=", subject, sql(node.high, scene), (node.subject, node.high)),
    )


@sql.register
def _(node: c.Inside, scene: Scene) -> Sql:
    subject, instants = sql(node.subject, scene), scene.world.instants
    if node.direction == "last":
        return sa.and_(subject > instants.at("now", node.duration, back=True), subject <= NOW)
    return sa.and_(subject >= NOW, subject < instants.at("now", node.duration))


_SINCE = {"entry": "entered_at", "stage": "stage_entered_at", "state": "state_entered_at"}


def events_of(events: c.Events, scene: Scene) -> tuple[Happening, list[Sql]]:
    """The rows of some events of the scene's customer, and the conditions that choose them."""
    rows = happening(scene.world, events.event)
    chosen = [rows.customer == scene.customer, *rows.visible()]
    window = events.window
    if isinstance(window, c.LastWindow):
        chosen.append(rows.at > scene.world.instants.at("now", window.duration, back=True))
    elif isinstance(window, c.SinceWindow):
        assert scene.enrolment is not None  # noqa: S101  # the checker lets `since` stand in journeys only
        chosen.append(rows.at >= scene.enrolment.c[_SINCE[window.scope]])
    if events.where is not None:
        chosen.append(sql(events.where, replace(scene, event=rows)))
    return rows, chosen


@sql.register
def _(node: c.Occurs, scene: Scene) -> Sql:
    rows, chosen = events_of(node.events, scene)
    return sa.exists(_among(rows.rows, sa.literal_column("1"), chosen))


@sql.register
def _(node: c.Aggregate, scene: Scene) -> Sql:
    rows, chosen = events_of(node.events, scene)
    if node.function in ("last", "first") and node.field is not None:
        order = (rows.at, rows.seq) if node.function == "first" else (rows.at.desc(), rows.seq.desc())
        picked = _among(rows.rows, rows.column(node.field), chosen)
        return picked.order_by(*order).limit(1).scalar_subquery()
    value = rows.at if node.field is None else rows.column(node.field)
    return _among(rows.rows, _total(node, value), chosen).scalar_subquery()


def _among(rows: sa.FromClause, value: Sql, chosen: list[Sql]) -> sa.Select[Any]:
    """A question about rows of its own; all else it names is that of the statement around, however far out."""
    return sa.select(value).select_from(rows).where(*chosen).correlate_except(rows)


def _total(node: c.Aggregate, value: Sql) -> Sql:
    match node.function:
        case "count":
            return sa.cast(sa.func.count(), sa.Double)
        case "sum":
            if node.type.kind != "money":
                return sa.func.coalesce(sa.func.sum(value), sa.literal(0.0, sa.Double()))
            # Sums of integers that are too large are an error, and one customer's would stop all others.
            total = sa.cast(sa.func.sum(sa.cast(value, sa.Double)), sa.BigInteger)
            return sa.func.coalesce(total, sa.literal(0))
        case "avg":
            return sa.func.avg(value)
        case "max" | "last":
            return sa.func.max(value)
        case "min" | "first":
            return sa.func.min(value)


@sql.register
def _(node: c.Tagged, scene: Scene) -> Sql:
    rows = tag.alias()
    return sa.exists(_among(rows, rows.c.tag, [rows.c.customer == scene.customer, rows.c.tag == node.tag]))


@sql.register
def _(node: c.InJourney, scene: Scene) -> Sql:
    rows, world = enrolment.alias(), scene.world
    chosen = [
        rows.c.customer == scene.customer,
        rows.c.journey == moments.integer(world.number("journey", node.journey)),
        rows.c.status == moments.integer(ACTIVE),
    ]
    if node.stage is not None:
        states = world.model.journeys[node.journey].states
        numbers = [
            moments.integer(world.number("state", f"{node.journey}/{state.name}"))
            for state in states
            if state.stage == node.stage
        ]
        chosen.append(rows.c.state.in_(numbers))
    return sa.exists(_among(rows, rows.c.state, chosen))


@sql.register
def _(node: c.Ended, scene: Scene) -> Sql:
    rows, world = enrolment.alias(), scene.world
    chosen = [
        rows.c.customer == scene.customer,
        rows.c.journey == moments.integer(world.number("journey", node.journey)),
        rows.c.status == moments.integer(ENDED),
        rows.c.ended_at <= NOW,
    ]
    if node.outcome is None:
        chosen.append(rows.c.outcome.is_not(None))
    else:
        chosen.append(rows.c.outcome == moments.integer(world.number("outcome", node.outcome)))
    if node.duration is not None:
        chosen.append(rows.c.ended_at > world.instants.at("now", node.duration, back=True))
    return sa.exists(_among(rows, rows.c.state, chosen))
