"""What a state does when it is entered, in words that staff know. Asks nothing."""

from functools import singledispatch

from dsl.model.journeys import Action, Begin, Emit, Grant, Send, SetAttribute, Tag, Task
from dsl.wording import Phrase
from engine.storage.values import Stored
from engine.views.window import Window
from engine.wording import all_of, lasting, say


@singledispatch
def done_by(action: Action, window: Window, value: Stored = None) -> Phrase:
    """What an action does. `value`: what it gives to the attribute that it sets."""
    raise NotImplementedError(type(action).__name__, window, value)


@done_by.register
def _(action: Send, window: Window, _value: Stored = None) -> Phrase:
    message = window.model.messages[action.message]
    via = (one for one in action.via if message.variant(one) is not None)
    channels = all_of(window.titles.of("channel", one) for one in via)
    sends = say("sends “{title}” via {channels}", title=message.title or message.name, channels=channels)
    return sends if action.review is None else _approved(sends, action.review, window)


@done_by.register
def _(action: Task, window: Window, _value: Stored = None) -> Phrase:
    role, title = window.titles.of("role", action.role) or say("anybody"), action.title or action.task
    if action.due is None:
        return say("a task for {role}: {title}", role=role, title=title)
    due = lasting(action.due)
    return say("a task for {role}, within {duration}: {title}", role=role, duration=due, title=title)


@done_by.register
def _(action: Grant, window: Window, _value: Stored = None) -> Phrase:
    benefit = window.model.benefits[action.benefit]
    gives = say("gives “{title}”", title=benefit.title or benefit.name)
    return gives if benefit.approve_by is None else _approved(gives, benefit.approve_by, window)


@done_by.register
def _(action: SetAttribute, window: Window, value: Stored = None) -> Phrase:
    kind = next(one.type.kind for one in window.model.customer if one.name == action.attribute)
    shown = window.titles.value(action.attribute, window.value(value, kind))
    return say("{name} becomes {value}", name=window.titles.attribute(action.attribute), value=_shown(shown))


@done_by.register
def _(action: Tag, _window: Window, _value: Stored = None) -> Phrase:
    return (
        say("takes off the tag “{tag}”", tag=action.tag)
        if action.remove
        else say("tags “{tag}”", tag=action.tag)
    )


@done_by.register
def _(action: Emit, window: Window, _value: Stored = None) -> Phrase:
    return say("notes that `{event}` has happened", event=window.titles.of("event", action.event))


@done_by.register
def _(action: Begin, window: Window, _value: Stored = None) -> Phrase:
    journey = window.model.journeys[action.journey]
    return say("begins “{journey}”", journey=journey.title or journey.name)


def _approved(what: Phrase, role: str, window: Window) -> Phrase:
    return say("{what}, once {role} has approved it", what=what, role=window.titles.of("role", role))


def _shown(value: object) -> object:
    return "—" if value is None else value
