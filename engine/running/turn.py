"""A turn of the engine: run and deliver at one moment until nothing more happens.

What delivery settles may let somebody move on at once, so the two take turns; a second turn at the same moment
finds nothing to do.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from engine.permits.permitting import Permits
from engine.plans.plan import Plan
from engine.plans.work import RunReport
from engine.running.run import How, run
from engine.storage.store import Store

MOST_PASSES = 50
"""A turn that has not come to rest by then is left to the next one."""


class Deliver(Protocol):
    """Sends what is ready at a moment; how many messages came to which status."""

    def __call__(self, now: int) -> Counter[str]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Moment:
    """When a turn takes place, and how its first run is done.

    `passed`: milliseconds since then; sending takes its time, and what is decided after it is decided at a later time.
    """

    now: int
    how: How = field(default_factory=How)
    passed: Callable[[], int] = lambda: 0


@dataclass(slots=True)
class Turn:
    """What one turn did. `messages`: how many came to each status, each counted once, as what it came to last.

    `reported`: those of which gateways have told since.
    """

    at: int
    release: int
    runs: list[RunReport] = field(default_factory=list)
    delivered: Counter[str] = field(default_factory=Counter)
    reported: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Turn") -> None:
        """Count another turn at the same moment with this one."""
        self.runs += other.runs
        self.delivered += other.delivered
        self.reported += other.reported

    @property
    def entered(self) -> int:
        """Enrolments."""
        return sum(report.entered for report in self.runs)

    @property
    def moved(self) -> int:
        """Moves from state to state or to an end."""
        return sum(report.moved for report in self.runs)

    @property
    def ended(self) -> int:
        """Moves to an end."""
        return sum(report.ended for report in self.runs)

    @property
    def tasks_opened(self) -> int:
        """Tasks opened."""
        return sum(report.tasks_opened for report in self.runs)

    @property
    def stuck(self) -> int:
        """Moves refused to those who moved too often."""
        return sum(report.stuck for report in self.runs)

    @property
    def put_off(self) -> int:
        """Messages that a channel did not take; they are tried again after a pause."""
        return self.delivered["ready"]

    @property
    def messages(self) -> Counter[str]:
        """Messages by the status they came to; one that waited or was let go before in this turn does not count so."""
        counts = sum((report.messages for report in self.runs), Counter[str]())
        for report in self.runs:
            for (status, made), number in report.left.items():
                counts[status] -= number if made >= self.at else 0
        gone = self.delivered.total()
        counts["ready"] = max(counts["ready"] - gone, 0)
        return +(counts + self.delivered + self.reported)


def turn(store: Store, plan: Plan, permits: Permits, deliver: Deliver, moment: Moment) -> Turn:
    """Run and deliver at a moment until nothing more happens."""
    done, how = Turn(moment.now, plan.release), moment.how
    for _ in range(MOST_PASSES):
        done.runs.append(run(store, plan, permits, moment.now + moment.passed(), how))
        delivered = deliver(moment.now + moment.passed())
        done.delivered += delivered
        if not delivered and done.runs[-1].idle:
            break
        how = replace(how, full=False)
    return done
