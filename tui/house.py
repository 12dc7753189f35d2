"""The project that all rooms look at, and who works there: reads and decisions, each in a short transaction.

Everything here waits for the database: rooms call it in a thread (see `tui.room`). Knows no widgets.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from engine.commands.opening import by, practice_of, time_of
from engine.delivery.pausing import pause_of_all, pauses
from engine.people.practice import Hand, Practice
from engine.people.staff import roles_held
from engine.projects.project import Project
from engine.storage.audit import By
from engine.storage.panels import roles_in
from engine.views.pauses import pause_said
from engine.views.window import Window, for_people, look

if TYPE_CHECKING:
    from engine.explaining.inquiry import Inquiry
    from engine.texts.scripts import Scripts
    from tui.made import Made

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at the store. `roles`: those of who works here; None where there is no staff, and all may do all.

    `made`: by release, what has been made for it.
    """

    window: Window
    now: int
    actor: str
    roles: frozenset[str] | None
    made: dict[int, "Made"]

    def scripts(self) -> "Scripts":
        """What fills in scripts under the release in force: its statements are made once."""
        return replace(self._made().scripts, connection=self.window.connection, now=self.now)

    def inquiry(self, customer: int) -> "Inquiry":
        """What asks why about a customer, now, under the release in force."""
        return self._made().inquiry(self.window, customer, self.now)

    def _made(self) -> "Made":
        from tui.made import Made  # noqa: PLC0415  # Today asks for none of it

        release = self.window.release
        if release not in self.made:
            self.made.clear()
            self.made[release] = Made(self.window, self.now, self.actor)
        return self.made[release]

    def is_mine(self, role: str | None) -> bool:
        """Whether what waits for a panel of roles (None: for anybody) waits for who works here."""
        return self.roles is None or (
            bool(self.roles) if role is None else not self.roles.isdisjoint(roles_in(role))
        )


@dataclass(frozen=True, slots=True)
class House:
    """`project` stays open as long as the rooms are.

    `attention`: seconds for which something must have been on the screen before a key decides on it.
    `made`: see `Sight`.
    """

    project: Project
    actor: str
    attention: float
    made: dict[int, "Made"] = field(default_factory=dict, compare=False, repr=False)

    def read(self, view: Callable[[Sight], T]) -> T:
        """What a view makes of the store as it is now. EngineError when that cannot be read."""
        self.project.store.check_place()
        now = time_of(self.project)
        with self.project.store.read() as connection:
            window = replace(for_people(look(connection, self.project.config)), offsets=False)
            return view(Sight(window, now, self.actor, roles_held(connection, self.actor), self.made))

    def write(self, verb: Callable[[Hand], T]) -> T:
        """What comes of a verb, in a transaction of its own. EngineError when it is refused."""
        who = self.who()
        with self.project.store.write() as connection:
            return verb(Hand(connection, who, self.practice))

    def standstill(self) -> str | None:
        """Why nothing leaves at all, if somebody has stopped all sending. EngineError when that cannot be read."""
        with self.project.store.read() as connection:
            found = pause_of_all(pauses(connection))
        return None if found is None else pause_said(found, self.project.config.zone)

    def who(self) -> By:
        """Who works here, now."""
        return by(self.project, self.actor)

    @property
    def practice(self) -> Practice:
        """How this house decides."""
        return practice_of(self.project)
