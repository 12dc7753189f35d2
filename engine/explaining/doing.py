"""What a state does when it is entered, in words that staff know. Asks nothing."""

from collections.abc import Callable, Mapping
from functools import singledispatch

from dsl.model.journeys import Action, Begin, Emit, Grant, Send, SetAttribute, Tag, Task
from dsl.units import Duration, Unit
from dsl.wording import Phrase
from engine.storage.values import Stored
from engine.views.window import Window
from engine.wording import all_of, say, say_number


@singledispatch
def done_by(action: Action, window: Window, value: Stored = None) -> Phrase:
    """What an action does. `value`: what it gives to the attribute that it sets."""
    raise NotImplementedError(type(action).__name__, window, value)


@done_by.register
def _(action: Send, window: Window, _value: Stored = None) -> Phrase:
    message = window.model.messages[action.message]
    channels = all_of(one for one in action.via if message.variant(one) is not None)
    sends = say("sends “{title}” via {channels}", title=message.title or message.name, channels=channels)
    return sends if action.review is None else _approved(sends, action.review)


@done_by.register
def _(action: Task, _window: Window, _value: Stored = None) -> Phrase:
    role, title = action.role or say("anybody"), action.title or action.task
    if action.due is None:
        return say("a task for {role}: {title}", role=role, title=title)
    due = lasting(action.due)
    return say("a task for {role}, within {duration}: {title}", role=role, duration=due, title=title)


@done_by.register
def _(action: Grant, window: Window, _value: Stored = None) -> Phrase:
    benefit = window.model.benefits[action.benefit]
    gives = say("gives “{title}”", title=benefit.title or benefit.name)
    return gives if benefit.approve_by is None else _approved(gives, benefit.approve_by)


@done_by.register
def _(action: SetAttribute, window: Window, value: Stored = None) -> Phrase:
    kind = next(one.type.kind for one in window.model.customer if one.name == action.attribute)
    return say("{name} becomes {value}", name=action.attribute, value=_shown(window.value(value, kind)))


@done_by.register
def _(action: Tag, _window: Window, _value: Stored = None) -> Phrase:
    return (
        say("takes off the tag “{tag}”", tag=action.tag)
        if action.remove
        else say("tags “{tag}”", tag=action.tag)
    )


@done_by.register
def _(action: Emit, _window: Window, _value: Stored = None) -> Phrase:
    return say("notes that `{event}` has happened", event=action.event)


@done_by.register
def _(action: Begin, window: Window, _value: Stored = None) -> Phrase:
    journey = window.model.journeys[action.journey]
    return say("begins “{journey}”", journey=journey.title or journey.name)


def _approved(what: Phrase, role: str) -> Phrase:
    return say("{what}, once {role} has approved it", what=what, role=role)


def _shown(value: object) -> object:
    return "—" if value is None else value


def lasting(duration: Duration) -> Phrase:
    """A duration as people say it."""
    return _LONG[duration.unit](duration.amount)


_LONG: Mapping[Unit, Callable[[int], Phrase]] = {
    "minute": lambda n: say_number("{n} minute", "{n} minutes", n=n),
    "hour": lambda n: say_number("{n} hour", "{n} hours", n=n),
    "day": lambda n: say_number("{n} day", "{n} days", n=n),
    "week": lambda n: say_number("{n} week", "{n} weeks", n=n),
    "month": lambda n: say_number("{n} month", "{n} months", n=n),
    "year": lambda n: say_number("{n} year", "{n} years", n=n),
}
