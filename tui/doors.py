"""Which rooms there are: their keys and names, and what is dealt with in each. Rooms load when they are entered."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tui.wording import say

if TYPE_CHECKING:
    from tui.house import House
    from tui.room import Room


@dataclass(frozen=True, slots=True)
class Door:
    """`place`: module and class of the room. `kinds`: what that waits for people is dealt with in it."""

    key: str
    name: str
    title: str
    place: tuple[str, str]
    kinds: frozenset[str] = frozenset()

    def open(self, house: "House") -> "Room[Any]":
        """The room behind it."""
        module, name = self.place
        room: Room[Any] = getattr(import_module(module), name)(house)
        return room


DOORS = (
    Door("1", "today", say("Today"), ("tui.rooms.today", "TodayRoom")),
    Door("2", "approve", say("Approve"), ("tui.rooms.approve", "ApproveRoom"), frozenset({"message", "benefit"})),
)  # fmt: skip


def door_for(kind: str) -> Door | None:
    """Where something that waits is dealt with; None: in no room so far."""
    return next((door for door in DOORS if kind in door.kinds), None)
