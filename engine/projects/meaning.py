"""Whether parts of two models mean the same to those under way. Knows no text of rules."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from dsl.model.conditions import Cond, Type
from dsl.model.journeys import State, Task


def same(one: object, other: object) -> bool:
    """Whether they say the same; the other words that an attribute may be, which a condition knows, do not count."""
    return one == other or bool(_plain(one) == _plain(other))


def goes_on(one: State, other: State) -> bool:
    """Whether who is in the one goes on as in the other: what they are called does not count either."""
    return same(_untitled(one), _untitled(other))


def _untitled(state: State) -> State:
    actions = (_untitled_task(one) if isinstance(one, Task) else one for one in state.actions)
    return replace(state, title="", actions=tuple(actions))


def _untitled_task(task: Task) -> Task:
    asks = tuple(replace(ask, title="", choices={}) for ask in task.asks)
    return replace(task, title="", titles={}, asks=asks)


def _plain(part: Any) -> Any:
    """The part without the words that conditions know of an attribute's type; those that a task asks for stay."""
    if isinstance(part, tuple):
        return tuple(map(_plain, part))
    if not is_dataclass(part) or isinstance(part, type):
        return part
    inner = {slot.name: getattr(part, slot.name) for slot in fields(part) if slot.init and slot.compare}
    changed = {
        name: replace(value, choices=())
        if isinstance(value, Type) and isinstance(part, Cond)
        else _plain(value)
        for name, value in inner.items()
    }
    return replace(part, **changed)
