"""Why a way was taken, or will be, in words that staff know: titles of audiences, events, tasks and outcomes.

A condition that cannot be worded so is left to its rule line, which stands beside these words. Asks nothing.
"""

from collections.abc import Iterable, Iterator

from dsl.model import conditions as c
from dsl.model.journeys import After, At, NotGranted, On, Split, TaskDone, Transition, When
from dsl.wording import Series
from engine.plans.ways import Way
from engine.views.titles import Titles
from engine.wording import all_of, lasting, say


def cause_of(way: Way, titles: Titles) -> str | None:
    """What leads along a way; None where only its rule line can say so."""
    if way.transition is None:
        return None if way.journey.enter is None else _holding(way.journey.enter, titles)
    return _transition(way.transition, titles)


def _transition(transition: Transition, titles: Titles) -> str | None:
    said: str | None = None
    match transition:
        case When(condition=condition):
            said = _holding(condition, titles)
        case On(event=event, where=where):
            said = _happening(event, where, titles)
        case TaskDone(task=task, outcome=outcome):
            came = titles.outcome(task, outcome)
            said = say("“{task}”: {outcome}", task=titles.of("task", task), outcome=came)
        case NotGranted(benefit=benefit):
            said = say("“{benefit}” was not to be had", benefit=titles.of("benefit", benefit))
        case After(duration=duration):
            said = say("nothing happened for {duration}", duration=lasting(duration))
        case At():
            said = say("the time had come")
        case Split():
            said = say("drawn by lot")
    return said


def _happening(event: str, where: c.Cond | None, titles: Titles) -> str:
    name = _BUILTIN.get(event) or titles.of("event", event)
    word = next(_words(where), None)
    return name if word is None else say("{event} “{word}”", event=name, word=word)


def _words(where: c.Cond | None) -> Iterator[str]:
    """The words that a condition looks for in a text."""
    match where:
        case (
            c.OneOf(items=(c.Const(value=str() as word), *_)) | c.Contains(right=c.Const(value=str() as word))
        ):
            yield word
        case c.Compare(operator="=", right=c.Const(value=str() as word)):
            yield word
        case c.And(operands=parts) | c.Or(operands=parts):
            for part in parts:
                yield from _words(part)


def _holding(condition: c.Cond, titles: Titles) -> str | None:
    """The part of a condition that has words. What must not be is left out: it says why not otherwise."""
    match condition:
        case c.Named(name=name):
            return titles.of("audience", name)
        case c.And(operands=parts):
            told = [said for part in parts if (said := _holding(part, titles)) is not None]
            return say("{all}", all=all_of(told)) if told else None
        case c.Or(operands=parts):
            either = [_holding(part, titles) for part in parts]
            return None if None in either else any_of(one for one in either if one is not None)
        case c.Compare(operator="=", left=c.Attribute(name=name), right=c.Const(value=str() as word)):
            value = titles.value(name, word)
            return say("{name} {value}", name=titles.attribute(name), value=value)
        case c.Occurs(events=c.Events(event=event, where=where)):
            return _happening(event, where, titles)
    return None


def any_of(words: Iterable[str]) -> str:
    """One of these."""
    several = tuple(words)
    return several[0] if len(several) == 1 else say("{any}", any=Series(several, say(" or ")))


_BUILTIN = {"optout": say("an opt-out"), "replied": say("a reply")}
"""Events that are known by themselves and happen to the customer."""
