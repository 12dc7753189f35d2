"""The palette: whatever can be done here, the other rooms, and any customer, by typing a part of the name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen

from engine.errors import EngineError
from engine.views.finding import Found, Person, find
from tui.doors import CUSTOMER, DOORS, door_for
from tui.help import is_ours
from tui.house import Sight
from tui.room import Room
from tui.wording import say, told

if TYPE_CHECKING:
    from tui.app import ReviewRoom

MOST = 20
"""Customers that are offered for what is typed."""


def palette() -> CommandPalette:
    """A new one, over the screen that is shown."""
    return CommandPalette((Deeds, Customers), placeholder=told(say("What do you want to do, or who is it?")))


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done, and the key that does it."""

    name: str
    key: str
    do: Callable[[], Any]

    @property
    def shown(self) -> Content:
        """Its line."""
        return Content.assemble(self.name, (f"  {self.key}", "$foreground 75%"))


class Deeds(Provider):
    """What has a key here, then the rooms."""

    async def discover(self) -> Hits:
        """All of it."""
        for one in self._all():
            yield DiscoveryHit(one.shown, one.do, one.name)

    async def search(self, query: str) -> Hits:
        """What is called so, or nearly."""
        matcher = self.matcher(query)
        for one in self._all():
            if (score := matcher.match(one.name)) > 0:
                yield Hit(score, one.shown, one.do, one.name)

    def _all(self) -> Iterator[Deed]:
        app = cast("ReviewRoom", self.app)
        yield from _bound(app, self.screen)
        for door in DOORS:
            name = told(say("Go to {room}", room=door.title))
            yield Deed(name, door.key, partial(app.action_enter, door.name))


def _bound(app: "ReviewRoom", screen: Screen[Any]) -> Iterator[Deed]:
    """What keys of the house do here: what is the room's own first."""
    found = [one for one in screen.active_bindings.values() if one.enabled and is_ours(one.binding)]
    seen: set[str] = set()
    for one in sorted(found, key=lambda one: one.node is not screen):
        binding = one.binding
        if binding.action not in seen and not binding.action.startswith("enter("):
            seen.add(binding.action)
            act = partial(app.run_action, binding.action, one.node)
            yield Deed(told(binding.description), app.get_key_display(binding), act)


class Customers(Provider):
    """Whoever has what is typed in a name, a number or an id; and the way to all who have."""

    async def search(self, query: str) -> Hits:
        """The best first, below whatever can be done."""
        room = self.screen
        if not isinstance(room, Room):
            return
        try:
            found = await room.ask(partial(_found, query))
        except EngineError:
            return  # the room tells what is wrong
        for place, one in enumerate(found.people):
            yield self._hit(-1.0 - place, room, _told(one), one.id)
        if found.more or not found.people:
            words = say("search customers for {text}", text=query)
            yield self._hit(-1.0 - MOST, room, Content(told(words)), query)

    def _hit(self, score: float, room: Room[Any], shown: Content, text: str) -> Hit:
        return Hit(score, shown, partial(room.go_to, CUSTOMER, text), shown.plain)


def _found(text: str, sight: Sight) -> Found:
    return find(sight.window, text, MOST)


def _told(one: Person) -> Content:
    room = door_for(CUSTOMER).title
    return Content.assemble(
        (told(one.name), "bold"), f"  {told(one.id)}", (f"  {told(room)}", "$foreground 75%")
    )
