"""What the room Customers shows: those who were found, and one of them with all there is to see."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dsl.model.journeys import Journey
from engine.errors import UnknownNameError
from engine.explaining.inquiry import Inquiry
from engine.explaining.plainly import comes_next
from engine.explaining.verdicts import explain
from engine.storage.customers import customer_number
from engine.views.agreed import Agreed, agreed
from engine.views.customer import Run, customer, steps
from engine.views.finding import Found, find
from engine.views.titles import Titles
from tui.house import Sight
from tui.rooms.reasons import Reason, reasons

MOST = 100
"""Customers in the list: more than anybody reads before they type another character."""

RUNS, WHY = "runs", "why"
"""The parts of somebody of which some is only read when they are looked at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown: whoever has the text, of them the one with that id, and of that one a part."""

    text: str = ""
    key: str | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A customer: as `homing customer` has them, the states of their runs, how they stand to messages, and why.

    `ahead`: what time alone leads to, by journey and record.
    """

    facts: Mapping[str, Any]
    steps: Mapping[Run, Mapping[str, str]]
    agreed: Agreed
    why: tuple[Reason, ...] | None = None
    ahead: Mapping[tuple[str, str | None], str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The user's key."""
        return str(self.facts["id"])


@dataclass(frozen=True, slots=True)
class Register:
    """`kinds`: of which type attributes are. `now`: on the wall."""

    asked: Asked
    found: Found
    shown: Somebody | None
    kinds: Mapping[str, str]
    journeys: Mapping[str, Journey]
    now: str
    titles: Titles


def read_register(asked: Asked, sight: Sight) -> Register:
    """Whoever has the text. The cursor stays with its customer, or goes to the first."""
    window = sight.window
    found = find(window, asked.text, MOST)
    ids = [one.id for one in found.people]
    key = asked.key if asked.key in ids else next(iter(ids), None)
    shown = None if key is None else _somebody(key, asked.part, sight)
    return Register(
        replace(asked, key=key),
        found,
        shown,
        window.model.kinds,
        window.model.journeys,
        str(window.time(sight.now)),
        window.titles,
    )


def read_next(register: Register, asked: Asked, sight: Sight) -> Register:
    """The same list with another of them shown, or another part of one."""
    shown = None if asked.key is None else _somebody(asked.key, asked.part, sight)
    if asked.key is not None and shown is None:
        return read_register(asked, sight)
    return replace(register, asked=asked, shown=shown)


def _somebody(identity: str, part: str, sight: Sight) -> Somebody | None:
    """None: erased meanwhile."""
    window = sight.window
    try:
        why = _why(identity, sight) if part == WHY else None
        ahead = comes_next(_inquiry(identity, sight)) if part == RUNS else {}
        facts = customer(window, identity)
        return Somebody(facts, steps(window, identity), agreed(window, identity), why, ahead)
    except UnknownNameError:
        return None


def _why(identity: str, sight: Sight) -> tuple[Reason, ...]:
    """As `homing explain` has it."""
    inquiry = _inquiry(identity, sight)
    return reasons(explain(inquiry, identity, inquiry.plan.journeys), sight.window)


def _inquiry(identity: str, sight: Sight) -> Inquiry:
    return sight.inquiry(customer_number(sight.window.connection, identity))
