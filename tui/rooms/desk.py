"""What the room Calls shows: a page of open tasks, and one of them with its script, its outcomes and the customer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from engine.errors import RefusedError, UnknownNameError
from engine.explaining.following import TaskInFull, task_in_full
from engine.people.practice import Hand
from engine.people.reopening import reopen_task
from engine.people.staff import members
from engine.people.task_changes import tasks_of
from engine.people.tasks import Desk, Finish, finish_task
from engine.projects.project import Project
from engine.storage.audit import By
from engine.storage.keys import intent_of
from engine.storage.states import TaskStatus
from engine.storage.values import Surroundings
from engine.views.customer import customer
from engine.views.kinds import TASK
from engine.views.rights import objection_to
from engine.views.task_lists import Wanted, number_of
from engine.views.tasks import Item, tasks
from engine.views.titles import NAMES, Titles
from engine.views.window import look
from tui.house import Sight

PAGE = 100
"""Tasks on a page: more than a screen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown. `key`: the task with the cursor, at `place`. `everybody`: also what others are to do."""

    page: int = 0
    key: str | None = None
    place: int = 0
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A task with all there is to see. `person`: the customer; `kinds`: of which type their attributes are.

    `titles`: what names are read by. `objection`: why who works here may not finish it.
    """

    task: TaskInFull
    person: Mapping[str, Any]
    kinds: Mapping[str, str]
    titles: Titles = NAMES
    objection: RefusedError | None = None

    @property
    def key(self) -> str:
        """Its id."""
        return str(self.task.item["id"])


@dataclass(frozen=True, slots=True)
class Calls:
    """`total`: of all pages. `late`: how many of them are overdue. `shown`: the one with the cursor.

    `now`: on the wall; `today` and `tomorrow`: dates. `others`: how many others have, where there is none for who
    works here.
    """

    asked: Asked
    now: str
    tomorrow: str
    titles: Titles = NAMES
    items: tuple[Item, ...] = ()
    total: int = 0
    late: int = 0
    shown: Call | None = None
    others: int = 0

    @property
    def today(self) -> str:
        """The date of now."""
        return self.now[:10]


class Fellow(NamedTuple):
    """Somebody who may do a task, and how many they have."""

    name: str
    tasks: int


def read_calls(asked: Asked, surroundings: Surroundings, sight: Sight) -> Calls:
    """A page as it is now; the one before where it is empty by now."""
    wanted = _wanted(asked, sight)
    scripts = sight.scripts()
    page = replace(wanted, limit=PAGE, skip=asked.page * PAGE)
    none = sight.roles == frozenset() and not asked.everybody
    items = () if none else tuple(tasks(sight.window, scripts, page))
    if not items and asked.page:
        return read_calls(replace(asked, page=asked.page - 1, place=PAGE - 1), surroundings, sight)
    keys = [str(one["id"]) for one in items]
    place = keys.index(asked.key) if asked.key in keys else min(asked.place, len(keys) - 1)
    key = keys[place] if keys else None
    zone = sight.window.zone
    return Calls(
        replace(asked, key=key, place=max(0, place)),
        zone.on_the_wall(sight.now),
        zone.on_the_wall(zone.midnight(zone.day(sight.now) + 1))[:10],
        sight.window.titles,
        items,
        number_of(sight.window, wanted) if items else 0,
        number_of(sight.window, replace(wanted, overdue_at=sight.now)) if items else 0,
        None if key is None else read_call(key, surroundings, sight),
        0 if items else number_of(sight.window, _ALL),
    )


def read_next(calls: Calls, asked: Asked, surroundings: Surroundings, sight: Sight) -> Calls:
    """The same page with another task shown."""
    shown = None if asked.key is None else read_call(asked.key, surroundings, sight)
    if shown is None:
        return read_calls(asked, surroundings, sight)
    return replace(calls, asked=asked, shown=shown)


def read_call(
    key: str, surroundings: Surroundings, sight: Sight, filled: Mapping[str, object] | None = None
) -> Call | None:
    """A task, and what follows from it if that is filled in; None when it is not there any more."""
    window = sight.window
    try:
        task = task_in_full(window, sight.scripts(), surroundings, intent_of(key), filled or {})
    except UnknownNameError:
        return None
    kinds, barred = window.model.kinds, objection_to(window, TASK, task.item, By(sight.actor, sight.now))
    return Call(task, customer(window, str(task.item["customer"])), kinds, window.titles, barred)


def read_crew(call: Call, sight: Sight) -> tuple[Fellow, ...]:
    """Who may do a task; nobody where there is no staff."""
    connection, role = sight.window.connection, call.task.item["role"]
    able = (one.name for one in members(connection) if role is None or role in one.roles)
    return tuple(Fellow(name, tasks_of(connection, name)) for name in able)


def without(calls: Calls, key: str) -> Calls:
    """A page without a task that has just been done; the one after it has the cursor."""
    place = next(place for place, one in enumerate(calls.items) if one["id"] == key)
    items = calls.items[:place] + calls.items[place + 1 :]
    after = min(place, len(items) - 1)
    asked = replace(calls.asked, key=str(items[after]["id"]) if items else None, place=max(0, after))
    late = calls.late - bool(calls.items[place]["overdue"])
    return replace(calls, asked=asked, items=items, total=calls.total - 1, late=late, shown=None)


def finish(project: Project, key: str, how: Finish, hand: Hand) -> bool:
    """Finish a task, in the transaction of the hand."""
    finish_task(_desk(project, hand), intent_of(key), how, hand.by)
    return True


def reopen(project: Project, key: str, hand: Hand) -> bool:
    """Take back that a task was finished."""
    reopen_task(_desk(project, hand), intent_of(key), hand.by)
    return True


def _desk(project: Project, hand: Hand) -> Desk:
    window = look(hand.connection, project.config)
    return Desk(hand.connection, window.model, window.symbols, project.surroundings, hand.practice)


_OPEN = frozenset({TaskStatus.OPEN})
_ALL = Wanted(_OPEN, pressing=True)


def _wanted(asked: Asked, sight: Sight) -> Wanted:
    if asked.everybody:
        return _ALL
    return Wanted(_OPEN, roles=sight.roles, free_for=sight.actor, pressing=True)
