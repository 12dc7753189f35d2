"""What a leading daemon does besides, each at an interval of its own: short, and harmless when it is left out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from engine.projects.project import Project
from engine.safekeeping.anchor import note_head
from engine.safekeeping.lapsing import let_lapse
from engine.safekeeping.retention import forget
from engine.storage.search_index import catch_up

_BATCHES = 10
"""Of customers taken into the index before others get their turn: less than a second."""


@dataclass(frozen=True, slots=True)
class Chore:
    """`every`: seconds between the end of one time and the next. `do` is given the time, and is done in seconds."""

    name: str
    every: float
    do: Callable[[int], None]


@dataclass(slots=True)
class Rota:
    """When which chore comes round, in seconds of a clock that only goes forward; each at once when it begins."""

    chores: tuple[Chore, ...]
    _next: dict[str, float] = field(default_factory=dict)

    def due(self, elapsed: float) -> Iterable[Chore]:
        """Those whose time has come."""
        return [chore for chore in self.chores if self._next.get(chore.name, 0.0) <= elapsed]

    def done(self, chore: Chore, elapsed: float) -> None:
        """It has been done, or could not be."""
        self._next[chore.name] = elapsed + chore.every

    def seconds(self, elapsed: float) -> float:
        """Until the next of them."""
        return min((self._next.get(chore.name, 0.0) - elapsed for chore in self.chores), default=3600.0)


def usual_chores(
    project: Project, hear: Callable[[int], None], hear_linked: Callable[[int], None]
) -> tuple[Chore, ...]:
    """Those of every project. `hear`: fetches what gateways report; `hear_linked`: what has come over their links."""
    return (
        Chore("fetch reports", 60.0, hear),
        Chore("take what has come", 1.0, hear_linked),
        Chore("fold the log of writes", 3600.0, lambda _now: project.store.fold()),
        Chore("note the head of the trail", 600.0, lambda now: note_head(project, now)),
        Chore("take customers into the index", 10.0, lambda _now: _index(project)),
        Chore("forget old rows", 60.0, lambda now: forget(project, now, stretches=10)),
        Chore("let lapse what came over HTTP", 3600.0, lambda now: let_lapse(project, now)),
    )


def _index(project: Project) -> None:
    catch_up(project.store, _BATCHES)
