"""Which rooms there are: their keys and names, and what is dealt with in each. A room loads when it is wanted."""

from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError
from engine.views.kinds import BENEFIT, KINDS, REPLY, TASK
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

    def foresee(self, house: "House") -> None:
        """Load the room, and read what it shows first, before anybody comes in; what cannot be read is told then."""
        module, name = self.place
        look = getattr(import_module(module), name).first_look(house)
        if look is not None:
            with suppress(EngineError):
                house.read(look)


_DECISIONS = frozenset({*KINDS.values(), BENEFIT, REPLY})

CUSTOMER = "customer"

DOORS = (
    Door("1", "today", say("Today"), ("tui.rooms.today", "TodayRoom")),
    Door("2", "approve", say("Approve"), ("tui.rooms.approve", "ApproveRoom"), _DECISIONS),
    Door("3", "calls", say("Calls"), ("tui.rooms.calls", "CallsRoom"), frozenset({TASK})),
    Door("4", "customers", say("Customers"), ("tui.rooms.customers", "CustomersRoom"), frozenset({CUSTOMER})),
    Door("5", "journeys", say("Journeys"), ("tui.rooms.journeys", "JourneysRoom")),
    Door("6", "rules", say("Rules"), ("tui.rooms.rules", "RulesRoom")),
    Door("7", "deliveries", say("Deliveries"), ("tui.rooms.deliveries", "DeliveriesRoom")),
)  # fmt: skip


def door_for(kind: str) -> Door:
    """Where something that waits is dealt with; KeyError when there is nowhere."""
    return _BY_KIND[kind]


_BY_KIND = {kind: door for door in DOORS for kind in door.kinds}
