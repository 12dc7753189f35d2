"""A run that would write to an unusual share of all customers: its journey is paused until somebody lets it go.

The last resort against a rule that meets everybody by mistake. Nothing of a run leaves before the run is over, so that
none of its messages has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from dsl.model.model import Model
from engine.config import Config, Most
from engine.delivery.pausing import stop
from engine.plans.work import Work
from engine.reasons import AT_ONCE
from engine.storage.audit import By
from engine.storage.customers import customer
from engine.storage.schema import pause

_GUARD = "[guard]"
"""Who pauses."""


def held_back(config: Config) -> Callable[[Work], None]:
    """What a run calls in each of its transactions, after it has let messages go; by `[guard]`."""
    most = config.most_in_a_run
    return (lambda _: None) if most is None else _Limit(most).look


@dataclass(slots=True)
class _Limit:
    """`known`: for the run at an instant, how many messages of a journey it may let go."""

    most: Most
    known: tuple[int, int] = (-1, 0)

    def look(self, work: Work) -> None:
        """Pause journeys of which this run has let too many go, in the transaction under way."""
        if not work.report.let_go:
            return
        if self.known[0] != work.report.at:
            people = sa.select(sa.func.count()).select_from(customer)
            self.known = work.report.at, self.most.among(work.connection.scalar(people) or 0)
        limit = self.known[1]
        for name, count in work.report.let_go.items():
            if count > limit:
                _pause(work, name, {"number": f"{count:,}", "most": f"{limit:,}"})


def _pause(work: Work, name: str, numbers: Mapping[str, str]) -> None:
    by = By(_GUARD, work.report.at)
    because = str(AT_ONCE(**numbers, place=_place(work.plan.world.model, name)))
    if not stop(work.connection, "journey", name, by, because):
        own = (pause.c.what == "journey", pause.c.name == name, pause.c.by == _GUARD, pause.c.since == by.now)
        work.connection.execute(pause.update().where(*own).values(because=because))


def _place(model: Model, name: str) -> str:
    """Where it says who comes in; a journey that others begin, where it begins itself."""
    journey = model.journeys[name]
    span = journey.span if journey.enter is None else journey.enter.span
    return f"{span.source.name}:{span.line}"
