"""Which rooms there are: their keys and names, and what is dealt with in each. Rooms load when they are entered."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dsl.wording import Phrase
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
    Door("3", "calls", say("Calls"), ("tui.rooms.calls", "CallsRoom"), frozenset({"task"})),
    Door("5", "journeys", say("Journeys"), ("tui.rooms.journeys", "JourneysRoom")),
    Door("6", "rules", say("Rules"), ("tui.rooms.rules", "RulesRoom")),
    Door("7", "deliveries", say("Deliveries"), ("tui.rooms.deliveries", "DeliveriesRoom")),
)  # fmt: skip

COMMANDS: Mapping[str, Phrase] = {
    "unknown": say("`homing queue list --kind unknown` lists them, `homing queue resolve` settles one"),
    "reply": say("`homing queue list --kind reply` lists them, `homing queue resolve` settles one"),
}
"""What does it from outside, by what waits, where no room does so far."""


def door_for(kind: str) -> Door | None:
    """Where something that waits is dealt with; None: in no room so far."""
    return next((door for door in DOORS if kind in door.kinds), None)
