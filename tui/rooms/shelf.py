"""What the room Approve shows: a page of what waits, and one of it with all there is to see."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.errors import RefusedError, UnknownNameError
from engine.explaining.approving import once_approved
from engine.people.many import Choice, Picked, pick, unwritten
from engine.storage.audit import By
from engine.storage.keys import intent_of
from engine.storage.panels import roles_in
from engine.views.agenda import to_decide
from engine.views.approvals import approval, called, draft
from engine.views.customer import customer
from engine.views.held import Item, Page, queue
from engine.views.kinds import BENEFIT
from engine.views.rights import objection_to
from engine.views.titles import NAMES, Titles
from engine.views.wordings import Wording, wordings
from tui.house import Sight
from tui.rooms.verdicts import MESSAGE

PAGE = 100
"""Items on a page: more than a screen, and read in milliseconds however many wait."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown. `pages`: the items after which pages begin, up to this one. `place`: where the cursor is.

    `key`: the item with the cursor. `everybody`: also what waits for roles of others. `kind`: only this; None: all.
    """

    pages: tuple[str | None, ...] = (None,)
    key: str | None = None
    place: int = 0
    everybody: bool = False
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """`total`: of all pages. `more`: whether another page follows. `shown`: the item with the cursor.

    `names`: what customers are called, by their ids. `others`: how much more waits for other roles. `objection`: why
    who works here may not decide on the item with the cursor.
    """

    asked: Asked
    items: tuple[Item, ...] = ()
    total: int = 0
    more: bool = False
    titles: Titles = NAMES
    names: Mapping[str, str] = field(default_factory=dict)
    shown: Item | None = None
    others: int = 0
    objection: RefusedError | None = None

    @property
    def called(self) -> Mapping[str, str]:
        """What the customers of the items are called, by the ids of these."""
        customers = {str(one["id"]): str(one["customer"]) for one in self.items}
        return {key: self.names.get(customer, customer) for key, customer in customers.items()}


def read_shelf(asked: Asked, sight: Sight) -> Shelf:
    """A page as it is now; the first one where nobody knows any more where it began."""
    window, roles = sight.window, None if asked.everybody else sight.roles or None
    try:
        found = list(queue(window, asked.kind, roles, Page(PAGE + 1, asked.pages[-1])))
    except UnknownNameError:
        asked = replace(asked, pages=(None,))
        found = list(queue(window, asked.kind, roles, Page(PAGE + 1)))
    if not found and len(asked.pages) > 1:
        return read_shelf(replace(asked, pages=asked.pages[:-1], place=PAGE - 1), sight)
    if not found and asked.kind is not None:  # nothing of it is left: on to the rest
        return read_shelf(replace(asked, kind=None), sight)
    items = tuple(found[:PAGE])
    keys = [str(one["id"]) for one in items]
    place = keys.index(asked.key) if asked.key in keys else min(asked.place, len(keys) - 1)
    key = keys[place] if keys else None
    waiting = [one for one in to_decide(window) if asked.kind in (None, one.kind)]
    shown = None if key is None else approval(window, key)
    total = sum(one.number for one in waiting if _is_here(one.role, roles))
    return Shelf(
        replace(asked, key=key, place=max(0, place)),
        items,
        total,
        len(found) > PAGE,
        window.titles,
        called(window, [str(one["customer"]) for one in items]),
        shown,
        sum(one.number for one in waiting) - total,
        _objection(shown, sight),
    )


def read_next(shelf: Shelf, asked: Asked, sight: Sight) -> Shelf:
    """The same page with another item shown: a read that takes no longer however much waits."""
    shown = None if asked.key is None else approval(sight.window, asked.key)
    if shown is None:
        return read_shelf(asked, sight)
    return replace(shelf, asked=asked, shown=shown, objection=_objection(shown, sight))


def _objection(shown: Item | None, sight: Sight) -> RefusedError | None:
    if shown is None:
        return None
    return objection_to(sight.window, str(shown["kind"]), shown, By(sight.actor, sight.now))


@dataclass(frozen=True, slots=True)
class Beside:
    """What is told beside an item: its customer, and what becomes of it once it is approved."""

    person: Mapping[str, Any]
    kinds: Mapping[str, str]
    now: str
    onward: str | None


def read_beside(one: Item, sight: Sight) -> Beside:
    """The rest about an item, which takes longer to read than what has to be decided."""
    window, onward = sight.window, None
    if one["kind"] == MESSAGE:
        intent = intent_of(str(one["id"]))
        onward = once_approved(sight.inquiry(intent.customer), intent)
    kinds = window.model.kinds
    person = customer(window, str(one["customer"]))
    return Beside(person, kinds, window.zone.on_the_wall(sight.now), onward)


def read_draft(one: Item, sight: Sight) -> Item:
    """A message with words to begin with, where it has none because a value is missing."""
    found = draft(sight.window, sight.scripts(), one)
    return one if found is None else one | {"subject": found.subject, "text": found.body}


def without(shelf: Shelf, key: str) -> Shelf:
    """A page without an item that has just been decided on; the one after it has the cursor."""
    place = next(place for place, one in enumerate(shelf.items) if one["id"] == key)
    items = shelf.items[:place] + shelf.items[place + 1 :]
    after = min(place, len(items) - 1)
    asked = replace(shelf.asked, key=str(items[after]["id"]) if items else None, place=max(0, after))
    return replace(shelf, asked=asked, items=items, total=shelf.total - 1, shown=None)


def _is_here(role: str | None, roles: frozenset[str] | None) -> bool:
    return roles is None or role is None or not roles.isdisjoint(roles_in(role))


@dataclass(frozen=True, slots=True)
class Alike:
    """All that is held of one message or benefit, as it was picked; how it reads, and whose it is, by id.

    `left_out`: so many more were written anew by somebody, and are looked at one by one; `others`: so many other roles
    must let go.
    """

    picked: tuple[Picked, ...]
    left_out: int
    others: int
    wordings: tuple[Wording, ...]
    names: Mapping[str, str]


def read_alike(like: Item, sight: Sight) -> Alike:
    """All that is held and is alike."""
    window, name = sight.window, str(like["what"])
    is_benefit = like["kind"] == BENEFIT
    number = window.symbols.known("benefit" if is_benefit else "message", name)
    held = pick(window.connection, Choice(benefit=number) if is_benefit else Choice(message=number))
    mine = [one for one in held if sight.is_mine(window.name(one.role))]
    picked = tuple(unwritten(mine))
    found = wordings(window, picked)
    shown = {str(one["customer"]) for wording in found for one in wording.examples}
    left_out, others = len(mine) - len(picked), len(held) - len(mine)
    return Alike(picked, left_out, others, found, called(window, list(shown)))
