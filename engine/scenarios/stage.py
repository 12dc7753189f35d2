"""Where scenarios are played: a store in memory with a rule set in force and channels that take everything.

Made once for many scenarios: what is compiled stays, what was stored goes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from dsl.model.model import Model
from engine.channels.protocol import Accepted, Capabilities, InTime, Outcome, Outgoing, Rejected
from engine.config import Config
from engine.delivery.delivery import Delivery
from engine.permits.permitting import Permits
from engine.permits.senders import permits_of
from engine.plans.plan import Plan, make_plan
from engine.running.next_due import next_due
from engine.running.turn import Moment, turn
from engine.scenarios.witness import Witness
from engine.storage.schema import meta, metadata
from engine.storage.sqlite import MEMORY
from engine.storage.store import Store, open_store
from engine.storage.values import Surroundings
from engine.wording import say

PLAYER = "scenario"
"""Who does what a scenario says, in the trail."""

_KEPT = frozenset({"meta", "symbol", "rule", "release", "calendar_day", "zone_step"})
"""Tables of what is the same for every scenario."""

_FIRST_RELEASE = 1


@dataclass(slots=True)
class Line:
    """A channel on stage: takes everything but what it has been told to fail."""

    failing: set[str] = field(default_factory=set)

    @property
    def capabilities(self) -> Capabilities:
        """Any number at once; receipts come when the scenario tells them."""
        return Capabilities(batch=1000, receipts=True)

    def send(self, batch: Sequence[Outgoing], _: InTime) -> Sequence[Outcome]:
        """Take the messages of everybody for whom the channel does not fail."""
        return [
            Rejected(say("the scenario lets the channel fail"))
            if item.customer in self.failing
            else Accepted()
            for item in batch
        ]

    def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class Stage:
    """A rule set ready to be played with."""

    config: Config
    store: Store
    plan: Plan
    permits: Permits
    lines: Mapping[str, Line]
    deliver: Delivery
    witness: Witness | None = None

    @property
    def model(self) -> Model:
        """The rules."""
        return self.plan.model

    @property
    def surroundings(self) -> Surroundings:
        """What reading values needs."""
        return Surroundings(self.config.zone, self.config.country, self.config.keywords)

    def clear(self) -> None:
        """Forget everything that was played."""
        for line in self.lines.values():
            line.failing.clear()
        if self.witness is not None:
            self.witness.forget()
        tables = [*metadata.sorted_tables, *self.plan.tables.metadata.sorted_tables]
        with self.store.write() as connection:
            for table in tables:
                if table.name not in _KEPT:
                    connection.execute(table.delete())
            counters = meta.c.key.in_(("arrivals", "customers", "records"))
            connection.execute(meta.update().where(counters).values(value="0"))

    def turn(self, now: int) -> None:
        """Run and deliver at a moment until nothing more happens."""
        turn(self.store, self.plan, self.permits, self.deliver, Moment(now))

    def next_due(self, after: int, until: int) -> int | None:
        """The next moment at which there may be something to do."""
        with self.store.read() as connection:
            return next_due(connection, self.plan, after, until)


def set_stage(model: Model, config: Config, channels: Collection[str], *, watched: bool = False) -> Stage:
    """A stage for a rule set. `channels`: all that rules may name. `watched`: note which conditions are asked."""
    store = open_store(MEMORY)
    with store.write() as connection:
        plan = make_plan(connection, _FIRST_RELEASE, model, config.setting)
        plan.tables.metadata.create_all(connection)
        for name in channels:
            plan.world.symbols.number(connection, "channel", name)
    permits = permits_of(plan, config)
    lines = {name: Line() for name in channels}
    plan.watcher = witness = Witness(plan, permits.by_place) if watched else None
    delivery = Delivery(store, plan, permits, lines, alone=True)
    return Stage(config, store, plan, permits, lines, delivery, witness)
