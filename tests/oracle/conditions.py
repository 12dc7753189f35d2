"""What any condition or value of the model comes to for one customer at one time: a Python value, None if missing.

Text, choices, phones and addresses are str, numbers float or int, money int (or float between two steps),
dates `date`, times aware datetimes. Flags that are conditions are never missing.
"""

from datetime import date, datetime
from functools import singledispatch
from typing import Any

from dsl.model import conditions as c
from tests.oracle import moments
from tests.oracle.facts import Event
from tests.oracle.world import Scope


def holds(cond: c.Cond | None, scope: Scope) -> bool:
    """Whether a condition holds; no condition always does, a missing flag does not."""
    return cond is None or bool(value_of(cond, scope))


HAIR = 5e-7
"""What is closer is equal."""


@singledispatch
def value_of(cond: c.Cond, scope: Scope) -> Any:
    """The value of a node; None when it is missing."""
    raise NotImplementedError(type(cond).__name__, scope)


@value_of.register
def _(cond: c.Const, scope: Scope) -> Any:
    if cond.type.kind == "time" and isinstance(cond.value, datetime):
        return moments.instant_of(cond.value, scope.world.zone)
    return _number(str(cond.value)) if cond.type.kind == "phone" else cond.value


def _number(text: str) -> str:
    """A mobile number of China in the form in which it is kept; what is none as it is."""
    digits = text.replace(" ", "").replace("-", "")
    return f"+86{digits}" if len(digits) == 11 and digits.isdecimal() and digits[0] == "1" else text


@value_of.register
def _(cond: c.Attribute, scope: Scope) -> Any:
    return scope.customer.id if cond.name == "id" else scope.customer.attributes.get(cond.name)


@value_of.register
def _(cond: c.RecordField, scope: Scope) -> Any:
    if scope.record is None:
        return None
    return scope.record.id if cond.name == "id" else scope.record.fields.get(cond.name)


@value_of.register
def _(cond: c.EventField, scope: Scope) -> Any:
    if scope.event is None:
        return None
    return scope.event.at if cond.name == "at" else scope.event.fields.get(cond.name)


@value_of.register
def _(cond: c.Arithmetic, scope: Scope) -> Any:
    left, right = value_of(cond.left, scope), value_of(cond.right, scope)
    if left is None or right is None:
        return None
    match cond.operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return None if right == 0 else left / right


@value_of.register
def _(cond: c.Negative, scope: Scope) -> Any:
    value = value_of(cond.operand, scope)
    return None if value is None else -value


@value_of.register
def _(cond: c.Choose, scope: Scope) -> Any:
    for condition, value in cond.arms:
        if holds(condition, scope):
            return value_of(value, scope)
    return None if cond.otherwise is None else value_of(cond.otherwise, scope)


@value_of.register
def _(cond: c.Named, scope: Scope) -> Any:
    return value_of(cond.body, scope)


@value_of.register
def _(_cond: c.Now, scope: Scope) -> datetime:
    return scope.now


@value_of.register
def _(_cond: c.Today, scope: Scope) -> date:
    return moments.day_of(scope.now, scope.world.zone)


@value_of.register
def _(cond: c.Midnight, scope: Scope) -> datetime | None:
    day = value_of(cond.operand, scope)
    return None if day is None else moments.midnight(day, scope.world.zone)


@value_of.register
def _(cond: c.LocalDay, scope: Scope) -> date | None:
    return _local_date(value_of(cond.operand, scope), scope)


@value_of.register
def _(cond: c.Shift, scope: Scope) -> datetime | None:
    moment = value_of(cond.operand, scope)
    return None if moment is None else moments.shift(moment, cond.duration, scope.world.zone, back=cond.back)


@value_of.register
def _(cond: c.DaysSince, scope: Scope) -> float | None:
    day = _local_date(value_of(cond.operand, scope), scope)
    return None if day is None else float((moments.day_of(scope.now, scope.world.zone) - day).days)


@value_of.register
def _(cond: c.DaysUntil, scope: Scope) -> float | None:
    day = _local_date(value_of(cond.operand, scope), scope)
    return None if day is None else float((day - moments.day_of(scope.now, scope.world.zone)).days)


@value_of.register
def _(cond: c.NextReturn, scope: Scope) -> date | None:
    day = value_of(cond.operand, scope)
    return None if day is None else moments.next_return(day, moments.day_of(scope.now, scope.world.zone))


@value_of.register
def _(cond: c.Not, scope: Scope) -> bool:
    return not holds(cond.operand, scope)


@value_of.register
def _(cond: c.And, scope: Scope) -> bool:
    return all(holds(operand, scope) for operand in cond.operands)


@value_of.register
def _(cond: c.Or, scope: Scope) -> bool:
    return any(holds(operand, scope) for operand in cond.operands)


@value_of.register
def _(cond: c.Compare, scope: Scope) -> bool:
    left, right = value_of(cond.left, scope), value_of(cond.right, scope)
    return left is not None and right is not None and compares(cond.operator, left, right)


def compares(operator: str, left: Any, right: Any) -> bool:
    """Whether two values compare so; numbers to six decimals."""
    if isinstance(left, float) or isinstance(right, float):
        left, right = (0.0, 0.0) if abs(left - right) < HAIR else (left, right)
    match operator:
        case "=":
            return bool(left == right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
    return bool(left >= right)


@value_of.register
def _(cond: c.Contains, scope: Scope) -> bool:
    left, right = value_of(cond.left, scope), value_of(cond.right, scope)
    return left is not None and right is not None and right in left


@value_of.register
def _(cond: c.StartsWith, scope: Scope) -> bool:
    left, right = value_of(cond.left, scope), value_of(cond.right, scope)
    if left is None or right is None:
        return False
    begins = (right, f"+86{right}") if c.type_of(cond.left) == c.PHONE else right
    return bool(left.startswith(begins))


@value_of.register
def _(cond: c.OneOf, scope: Scope) -> bool:
    subject = value_of(cond.subject, scope)
    items = (value_of(item, scope) for item in cond.items)
    return subject is not None and any(item is not None and compares("=", subject, item) for item in items)


@value_of.register
def _(cond: c.Missing, scope: Scope) -> bool:
    return value_of(cond.operand, scope) is None


@value_of.register
def _(cond: c.Between, scope: Scope) -> bool:
    low, subject, high = (value_of(part, scope) for part in (cond.low, cond.subject, cond.high))
    return None not in (low, subject, high) and compares("<=", low, subject) and compares("<=", subject, high)


@value_of.register
def _(cond: c.Inside, scope: Scope) -> bool:
    moment = value_of(cond.subject, scope)
    if moment is None:
        return False
    if cond.direction == "last":
        return bool(
            moments.shift(scope.now, cond.duration, scope.world.zone, back=True) < moment <= scope.now
        )
    return bool(scope.now <= moment < moments.shift(scope.now, cond.duration, scope.world.zone))


@value_of.register
def _(cond: c.Occurs, scope: Scope) -> bool:
    return events_in(cond.events, scope) != []


@value_of.register
def _(cond: c.Aggregate, scope: Scope) -> Any:
    events = events_in(cond.events, scope)
    if cond.function == "count":
        return float(len(events))
    values = [
        event.at if cond.field in (None, "at") else event.fields.get(cond.field or "") for event in events
    ]
    if cond.function in ("first", "last"):
        return values[0 if cond.function == "first" else -1] if values else None
    return _aggregate(cond.function, [value for value in values if value is not None])


@value_of.register
def _(cond: c.Tagged, scope: Scope) -> bool:
    return cond.tag in scope.customer.tags


@value_of.register
def _(cond: c.InJourney, scope: Scope) -> bool:
    model, facts = scope.world.model, scope.world.facts
    for enrolment in facts.enrolments_of(scope.customer.id, cond.journey):
        if enrolment.status == "active" and enrolment.state is not None:
            stage = model.journeys[cond.journey].state(enrolment.state).stage
            if cond.stage is None or cond.stage == stage:
                return True
    return False


@value_of.register
def _(cond: c.Ended, scope: Scope) -> bool:
    for enrolment in scope.world.facts.enrolments_of(scope.customer.id, cond.journey):
        if enrolment.status != "ended" or enrolment.held_out or enrolment.ended_at is None:
            continue
        if cond.outcome is not None and enrolment.outcome != cond.outcome:
            continue
        if cond.duration is None:
            return True
        start = moments.shift(scope.now, cond.duration, scope.world.zone, back=True)
        if start < enrolment.ended_at <= scope.now:
            return True
    return False


def events_in(events: c.Events, scope: Scope) -> list[Event]:
    """The events that a condition means, in the order of (at, seq)."""
    return [
        event
        for event in scope.world.facts.events_of(scope.customer.id, events.event, scope.now)
        if _in_window(event, events.window, scope) and holds(events.where, _looking_at(scope, event))
    ]


def _looking_at(scope: Scope, event: Event) -> Scope:
    return Scope(scope.world, scope.now, scope.customer, scope.record, scope.enrolment, event)


def _in_window(event: Event, window: c.EventWindow, scope: Scope) -> bool:
    match window:
        case c.EverWindow():
            return True
        case c.LastWindow(duration):
            return event.at > moments.shift(scope.now, duration, scope.world.zone, back=True)
        case c.SinceWindow(word):
            enrolment = scope.enrolment
            if enrolment is None:
                return False
            match word:
                case "entry":
                    return event.at >= enrolment.entered_at
                case "stage":
                    return event.at >= enrolment.stage_entered_at
                case "state":
                    return event.at >= enrolment.state_entered_at


def _aggregate(function: str, values: list[Any]) -> Any:
    match function:
        case "sum":
            return sum(values)
        case "avg":
            return sum(values) / len(values) if values else None
        case "min":
            return min(values, default=None)
        case "max":
            return max(values, default=None)


def _local_date(value: datetime | date | None, scope: Scope) -> date | None:
    return moments.day_of(value, scope.world.zone) if isinstance(value, datetime) else value
