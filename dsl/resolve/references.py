"""Bare and dotted names in expressions. The words of a choice come first where a choice is wanted."""

from collections.abc import Mapping

from dsl.model.conditions import Cond, Const, Type, type_of
from dsl.near import nearest
from dsl.numerals import percent_of
from dsl.report import hint_for
from dsl.resolve.core import Broken, mismatch, typed
from dsl.resolve.scope import Scope
from dsl.tree.expressions import Expr, Name, Ref
from dsl.wording import Phrase, listed, say


def peek(expr: Expr, scope: Scope) -> Type | None:
    """The type of a bare name, without complaint when it stands for nothing by itself."""
    if not isinstance(expr, Ref) or len(expr.parts) != 1:
        return None
    found = scope.lookup(expr.parts[0].text, expr.span)
    return None if found is None or isinstance(found, Broken) else type_of(found)


@typed.register
def _ref(expr: Ref, scope: Scope, like: Type | None) -> Cond:
    if len(expr.parts) > 1:
        return _dotted(expr, scope)
    name = expr.parts[0].text
    if like is not None and name in like.choices:
        return Const(name, like, span=expr.span)
    return scope.lookup(name, expr.span) or _unknown(expr, scope, like)


def _dotted(expr: Ref, scope: Scope) -> Cond:
    owner, name = expr.parts[0], expr.parts[1]
    if scope.record is not None and owner.text == scope.record.name:
        found = scope.record_field(name.text, expr.span)
        if found is not None:
            return found
        known = tuple(field.name for field in scope.record.fields)
        message = say("The record `{owner}` has no field `{name}`.", owner=owner.text, name=name.text)
        return _lost(expr, scope, message, hint_for(name.text, (*known, "id")))
    return _lost(expr, scope, *_why_no_owner(owner, name, scope))


def _why_no_owner(owner: Name, name: Name, scope: Scope) -> tuple[Phrase, Phrase]:
    catalog = scope.catalog
    if owner.text == "customer" or owner.text in catalog.customer:
        message = say("`{owner}.{name}` names nothing.", owner=owner.text, name=name.text)
        return message, say("Attributes of the customer are named alone: `tier`, `name`.")
    if scope.event is not None and owner.text == scope.event.name:
        message = say("Inside `where` the fields of `{owner}` are named alone.", owner=owner.text)
        return message, say("Write `{name}`.", name=name.text)
    if owner.text in catalog.events:
        message = say("`{owner}.{name}` is a field of many events.", owner=owner.text, name=name.text)
        hint = say(
            "Say which: `last({owner}.{name})`, `sum({owner}.{name})`.", owner=owner.text, name=name.text
        )
        return message, hint
    if owner.text in catalog.records:
        message = say("Here no record `{owner}` is at hand.", owner=owner.text)
        return message, say("Its fields can be named in a journey with `for {owner}`.", owner=owner.text)
    message = say("There is no record or event `{name}`.", name=owner.text)
    return message, hint_for(owner.text, (*catalog.records, *catalog.events))


def _unknown(expr: Ref, scope: Scope, like: Type | None) -> Cond:
    """Report a bare name that stands for no value; another kind of thing with that name explains itself."""
    name, catalog = expr.parts[0].text, scope.catalog
    if name in catalog.events:
        message = say("`{name}` is an event; {wanted} is needed here.", name=name, wanted=_wanted(like))
        hint = say(
            "Write `{name} ever`, `{name} within last 30 days`, or `last({name})` for its time.", name=name
        )
        if like is not None and like.kind == "flag":
            hint = say(
                "Write `{name} ever` or `{name} within last 30 days`; to go on when one arrives, `on {name} -> …`.",
                name=name,
            )
        return mismatch(expr, scope, message, hint)
    if like is not None and like.choices:
        message = say("`{name}` is not one of {words}.", name=name, words=listed(like.choices))
        return _lost(expr, scope, message, hint_for(name, like.choices))
    message = say("There is no attribute, audience or value `{name}`.", name=name)
    return _lost(expr, scope, message, _elsewhere(name, scope) or _near(name, scope, like))


def _wanted(like: Type | None) -> Phrase:
    return say("a condition") if like is not None and like.kind == "flag" else say("a value")


def _near(name: str, scope: Scope, like: Type | None) -> Phrase:
    meant = _value_of(name, like)
    if meant is not None:
        return meant
    near = nearest(name, scope.names())
    if near is not None:
        return say("Did you mean `{name}`?", name=near)
    if like is not None and like.kind == "text":
        return say('For the text itself use quotes: "{name}".', name=name)
    return say("Declare it, or write a text in quotes.")


_ABSENT = frozenset({"null", "none", "nil", "undefined", "missing", "空", "空值", "缺失", "没有"})
_OTHERWISE = frozenset({"else", "default", "other", "others", "否则", "其他", "其它"})
_FLAGS: Mapping[str, str] = {
    **dict.fromkeys(("true", "yes", "on", "是", "真", "对", "有"), "true"),
    **dict.fromkeys(("false", "no", "off", "否", "假", "不是", "没有"), "false"),
}


def _value_of(name: str, like: Type | None) -> Phrase | None:
    """A hint for a value that is written otherwise: `否`, `null`, `百分之六十`."""
    word, kind = name.casefold(), like.kind if like is not None else ""
    flag = _FLAGS.get(word) if kind in ("flag", "") else None
    if flag is not None:
        return say("Write `{name}`.", name=flag)
    if kind == "flag" and word in _OTHERWISE:
        return say("Write `otherwise`.")
    if word in _ABSENT:
        return say("Whether there is a value is asked with `is missing` or `is known`.")
    share = percent_of(name)
    return None if share is None else say("Write `{name}`.", name=f"{share}%")


def _elsewhere(name: str, scope: Scope) -> Phrase | None:
    """A hint for a name that means something, but not here."""
    catalog = scope.catalog
    if name in catalog.journeys:
        return say("To ask about the journey write `in journey {name}`.", name=name)
    for record in catalog.records.values():
        if name == record.name or any(field.name == name for field in record.fields):
            return say("Fields of `{owner}` can be named in a journey with `for {owner}`.", owner=record.name)
    for event in catalog.events.values():
        if any(field.name == name for field in event.fields):
            return say(
                "It is a field of `{event}`: `{event} where ({name} …) ever`, `last({event}.{name})`.",
                event=event.name,
                name=name,
            )
    return None


def _lost(expr: Ref, scope: Scope, message: Phrase, hint: Phrase) -> Broken:
    if not scope.open:
        scope.report.error("unknown-name", expr.span, message, hint)
    return Broken(span=expr.span)
