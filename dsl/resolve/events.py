"""What is asked of events, tags and other journeys."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from dsl.model.conditions import (
    NUMBER,
    TIME,
    Aggregate,
    Cond,
    EventWindow,
    EverWindow,
    LastWindow,
    Not,
    Occurs,
    SinceWindow,
    Tagged,
    Type,
)
from dsl.model.conditions import Events as EventsCond
from dsl.model.model import EventKind
from dsl.model.type_words import type_words
from dsl.report import hint_for
from dsl.resolve.core import AMOUNTS, MOMENTS, Broken, condition, typed
from dsl.resolve.references import peek
from dsl.resolve.scope import Scope, field_type
from dsl.tree.expressions import Aggregate as AggregateExpr
from dsl.tree.expressions import Events, Ever, Inside, Last, Name, Next, Ref, Since, Within
from dsl.tree.expressions import Occurs as OccursExpr
from dsl.tree.expressions import Tagged as TaggedExpr
from dsl.wording import say


def event_inside(expr: Inside, scope: Scope) -> Cond | None:
    """`visit within last 90 days` when `visit` is an event; a date or time of that name comes first."""
    subject = expr.subject
    if not isinstance(subject, Ref) or len(subject.parts) != 1:
        return None
    name = subject.parts[0]
    known = peek(subject, scope)
    if name.text not in scope.catalog.events or (known is not None and known.kind in MOMENTS):
        return None
    return _occurs(OccursExpr(Events(name, window=expr.window, span=expr.span), span=expr.span), scope, None)


def event_kind(name: Name, scope: Scope) -> EventKind | None:
    """The event kind of that name; None, and reported, when there is none."""
    kind = scope.catalog.events.get(name.text)
    if kind is None:
        scope.report.unknown(say("event"), name, scope.catalog.events)
    return kind


def where_condition(kind: EventKind, events: Events, scope: Scope) -> Cond | None:
    """The condition inside `where (…)`, which sees the fields of the event."""
    return None if events.where is None else condition(events.where, replace(scope, event=kind))


@typed.register
def _occurs(expr: OccursExpr, scope: Scope, _like: Type | None) -> Cond:
    events = _events(expr.events, scope)
    if events is None:
        return Broken(span=expr.span)
    occurs = Occurs(events, span=expr.span)
    return Not(occurs, span=expr.span) if expr.negated else occurs


@typed.register
def _aggregate(expr: AggregateExpr, scope: Scope, _like: Type | None) -> Cond:
    kind = event_kind(expr.events.event, scope)
    events = None if kind is None else _events(expr.events, scope)
    if kind is None or events is None:
        return Broken(span=expr.span)
    name = expr.events.field
    if expr.function == "count" and name is not None:
        return _counts_events(expr, name, scope)
    if expr.function == "count" or (name is None and expr.function in {"last", "first"}):
        return Aggregate(
            expr.function, events, None, NUMBER if expr.function == "count" else TIME, span=expr.span
        )
    if name is None:
        return _no_field(expr, kind, scope)
    found = field_type(kind, name.text)
    if found is None:
        message = say("The event `{event}` has no field `{name}`.", event=kind.name, name=name.text)
        known = tuple(field.name for field in kind.fields)
        scope.report.error("unknown-name", name.span, message, hint_for(name.text, (*known, "at")))
        return Broken(span=expr.span)
    return _of_field(expr, name, events, found, scope)


@typed.register
def _tagged(expr: TaggedExpr, _scope: Scope, _like: Type | None) -> Cond:
    return Tagged(expr.tag.value, span=expr.span)


def _events(events: Events, scope: Scope) -> EventsCond | None:
    """The events meant, with every part checked; None when a part was reported that makes them unknown."""
    kind = event_kind(events.event, scope)
    window = _window(events.window, scope)
    if kind is None:
        return None
    where = where_condition(kind, events, scope)
    return None if window is None else EventsCond(kind.name, where, window)


def _window(window: Within | None, scope: Scope) -> EventWindow | None:
    """The window of events; an aggregate without one means ever."""
    match window:
        case Last(duration=duration):
            return LastWindow(duration)
        case Since(scope=since):
            if since in scope.since:
                return SinceWindow(since)
            _report_since(window, scope)
            return None
        case Next():
            message = say("Events have happened: `within next` is for dates and times, not for an event.")
            hint = say("Write `within last {duration}`.", duration=window.duration)
            scope.report.error("type-mismatch", window.span, message, hint)
            return None
        case Ever() | None:
            return EverWindow()


def _report_since(window: Since, scope: Scope) -> None:
    """Report a window that starts with something that has not begun where the expression stands."""
    if scope.since:
        message = say("`since {scope}` means nothing here.", scope=window.scope)
        hint = say(
            "Here it can be {scopes}.", scopes=", ".join(f"`since {item}`" for item in sorted(scope.since))
        )
    else:
        message = say(
            "`since {scope}` has a meaning only inside a journey that is under way.", scope=window.scope
        )
        hint = say("Write `within last 90 days` or `ever`.")
    scope.report.error("syntax", window.span, message, hint)


def _counts_events(expr: AggregateExpr, name: Name, scope: Scope) -> Broken:
    message = say("`count` counts events, not their fields.")
    scope.report.error(
        "syntax", name.span, message, say("Write `count({event})`.", event=expr.events.event.text)
    )
    return Broken(span=expr.span)


def _no_field(expr: AggregateExpr, kind: EventKind, scope: Scope) -> Broken:
    """Report `sum(visit)`, which does not say of what."""
    fields = [field.name for field in kind.fields if field.type.kind in AMOUNTS]
    message = say("`{function}` needs a field of `{event}`.", function=expr.function, event=kind.name)
    hint = say(
        "Write `{function}({event}.{field})`.",
        function=expr.function,
        event=kind.name,
        field=fields[0] if fields else "…",
    )
    scope.report.error("syntax", expr.span, message, hint)
    return Broken(span=expr.span)


_TAKES = {
    "sum": AMOUNTS,
    "avg": AMOUNTS,
    "min": AMOUNTS | MOMENTS,
    "max": AMOUNTS | MOMENTS,
}
_AT: Mapping[str, Literal["first", "last"]] = {
    "min": "first",
    "max": "last",
    "first": "first",
    "last": "last",
}


def _of_field(expr: AggregateExpr, name: Name, events: EventsCond, found: Type, scope: Scope) -> Cond:
    """An aggregate of a field of that type. The time of an event, `at`, is its first or last."""
    takes = _TAKES.get(expr.function)
    if takes is not None and found.kind not in takes:
        message = say(
            "`{function}` needs {wanted}, but `{event}.{name}` is {type}.",
            function=expr.function,
            wanted=say("a number or an amount of money")
            if takes == AMOUNTS
            else say("numbers, amounts, dates or times"),
            event=events.event,
            name=name.text,
            type=type_words(found),
        )
        scope.report.error("type-mismatch", name.span, message)
        return Broken(span=expr.span)
    if name.text == "at":
        return Aggregate(_AT[expr.function], events, None, TIME, span=expr.span)
    return Aggregate(expr.function, events, name.text, found, span=expr.span)
