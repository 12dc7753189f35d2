"""A shop whose messages are ready to leave: a store with rules applied, customers, and a gateway that does as told."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dsl.units import Duration
from engine.calendars.setting import Setting
from engine.calendars.zone import Zone, parse_time
from engine.channels.protocol import Accepted, Capabilities, Channel, InTime, Outcome, Outgoing
from engine.delivery.delivery import Delivery
from engine.permits.permitting import Permits
from engine.permits.senders import make_permits
from engine.plans.plan import Plan, make_plan
from engine.running.run import run
from engine.storage.arrivals import mark_changed
from engine.storage.customers import customer_hash
from engine.storage.schema import enrolment, message
from engine.storage.states import MessageStatus
from engine.storage.store import Store, open_store
from engine.storage.symbols import load_symbols
from tests.checked import model_of

SHANGHAI = Zone("Asia/Shanghai")
NOW, LATER = "2026-11-23 10:00", "2026-11-23 10:05"

RULES = """
customer {
  name: text
  phone: phone
  wecom: text
  email: email
  tier: one of regular, vip
}
event visit { store: text }
message hello {
  sms: "{{ name }}您好"
  wecom: "{{ name }}您好呀"
}
policy p {
  send on every day 08:00 to 20:00
}
journey j {
  policy p
  enter when name is known
  on visit -> end came
  state s {
    send hello via wecom, sms
    after 3 days -> end over
  }
}
"""


def at(text: str) -> int:
    """The instant that a text means."""
    return parse_time(text, SHANGHAI)


@dataclass
class Gateway:
    """A channel that answers as it is told and remembers what it was handed."""

    answer: Callable[[Outgoing], Outcome] = lambda _: Accepted("R1")
    batch: int = 100
    receipts: bool = False
    got: list[Outgoing] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        """What it takes at once."""
        return Capabilities(batch=self.batch, receipts=self.receipts)

    def send(self, batch: Sequence[Outgoing], _: InTime) -> Sequence[Outcome]:
        """Remember the messages, then answer."""
        self.got += batch
        return [self.answer(item) for item in batch]

    def close(self) -> None:
        """Nothing is held."""

    @property
    def texts(self) -> list[str]:
        """What it was handed, in order."""
        return [item.text for item in self.got]


@dataclass
class Shop:
    """A store with a rule set applied and a gateway for each channel."""

    store: Store
    plan: Plan
    permits: Permits
    channels: dict[str, Channel]

    def customer(self, identity: str, **attributes: object) -> None:
        """A new customer, or what has changed of a known one."""
        table = self.plan.tables.customer
        with self.store.write() as connection:
            number = connection.scalar(sa.select(table.c.customer).where(table.c.id == identity))
            if number is None:
                own = {"id": identity, "hash": customer_hash(identity)}
                new = table.insert().values(own | attributes).returning(table.c.customer)
                number = connection.execute(new).scalar_one()
            else:
                connection.execute(table.update().where(table.c.customer == number).values(attributes))
            mark_changed(connection, [number])

    def run(self, now: str) -> None:
        """One run of the engine."""
        run(self.store, self.plan, self.permits, at(now))

    def delivery(self, **how: Any) -> Delivery:
        """A delivery of this shop."""
        return Delivery(self.store, self.plan, self.permits, self.channels, **how)

    def deliver(self, now: str, **how: Any) -> Counter[str]:
        """Deliver what is ready."""
        return self.delivery(**how)(at(now))

    def messages(self) -> list[dict[str, Any]]:
        """The messages in the order of their keys, with names for numbers."""
        with self.store.read() as connection:
            names = load_symbols(connection)
            rows = connection.execute(sa.select(message).order_by(*message.primary_key)).mappings().all()
        return [
            dict(row)
            | {"status": MessageStatus(row["status"]).word, "channel": names.name_or(row["channel"])}
            for row in rows
        ]

    def one(self) -> dict[str, Any]:
        """The only message."""
        (found,) = self.messages()
        return found

    def settled(self) -> list[int | None]:
        """When the states of the enrolments were settled."""
        with self.store.read() as connection:
            rows = sa.select(enrolment.c.settled_at).order_by(*enrolment.primary_key)
            return list(connection.scalars(rows))


def shop(
    rules: str = RULES, database: Path | str = ":memory:", channels: Mapping[str, Channel] | None = None
) -> Shop:
    """A shop with these rules in force."""
    store = open_store(database, create=True)
    with store.write() as connection:
        plan = make_plan(connection, 1, model_of(rules), Setting(SHANGHAI, Duration(3, "day"), "CN"))
        plan.tables.metadata.create_all(connection)
    given = channels or {"sms": Gateway(), "wecom": Gateway()}
    return Shop(store, plan, make_permits(plan, {"brand": "毛毛家"}, {}), dict(given))


def gateway(some: Shop, name: str = "sms") -> Gateway:
    """A gateway of a shop."""
    found = some.channels[name]
    assert isinstance(found, Gateway)
    return found


def ready(rules: str = RULES, database: Path | str = ":memory:", **attributes: object) -> Shop:
    """A shop with one message ready to leave. Two deliveries at once need a database in a file."""
    some = shop(rules, database)
    some.customer("C1", **({"name": "陈晨", "phone": "13800000001"} | attributes))
    some.run(NOW)
    return some
