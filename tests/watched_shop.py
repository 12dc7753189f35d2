"""A shop whose policy watches a message, and its customers: what goes, who hears of it, who has had enough."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from dsl.units import Duration
from engine.calendars.setting import Setting
from engine.channels.protocol import Capabilities, Channel, Receipt, Says
from engine.inbox.receipts import By as ByChannel
from engine.inbox.receipts import take_receipts
from engine.people.decisions import approve, refuse
from engine.people.optouts import OptOut, opt_out
from engine.permits.senders import make_permits
from engine.plans.plan import make_plan
from engine.storage.audit import By
from engine.storage.keys import intent_in
from engine.storage.schema import message
from engine.storage.states import MessageStatus
from engine.storage.store import open_store
from engine.storage.symbols import load_symbols
from tests.checked import model_of
from tests.deliveries import SHANGHAI, Gateway, Shop, at, shop

RULES = """
customer {{ name: text, phone: phone }}
event visit {{ store: text }}
message hello {{ sms: "{text}" }}
policy p {{
  {lines}
}}
journey j {{
  policy p
  enter when name is known
  state s {{
    send hello
    after 30 days -> end over
  }}
}}
"""


def rules(*lines: str, text: str = "{{ name }}您好") -> str:
    """A journey that sends one message to everybody, under a policy with these lines."""
    return RULES.format(lines="\n  ".join(lines), text=text)


AT_ONCE = rules("sample 15", "pilot 40 needs 98% delivered")


def watched(text: str, people: int = 0, database: Path | str = ":memory:") -> Shop:
    """A shop with these rules in force, a gateway that gives receipts, and so many customers."""
    some = shop(text, database, {"sms": Gateway(receipts=True)})
    arrive(some, range(people))
    return some


def arrive(some: Shop, numbers: Iterable[int]) -> None:
    """New customers, in this order."""
    for number in numbers:
        some.customer(f"C{number}", name=f"客{number}", phone=f"138{number:08}")


def turn(some: Shop, now: str) -> None:
    """Run and send until nothing more happens."""
    for _ in range(5):
        some.run(now)
        some.deliver(now)


def statuses(some: Shop) -> Counter[str]:
    """How many messages are in each status."""
    return Counter(one["status"] for one in some.messages())


def in_status(some: Shop, word: str) -> list[int]:
    """The customers whose message is in a status."""
    return [one["customer"] for one in some.messages() if one["status"] == word]


def because(some: Shop, word: str) -> set[str]:
    """Why messages are in a status."""
    return {one["because"] for one in some.messages() if one["status"] == word}


def tell(some: Shop, now: str, says: Says, number: int | None = None) -> None:
    """The gateway tells of the first so many messages that were sent what became of them."""
    sent = [one for one in some.messages() if one["status"] == "sent"][:number]
    receipts = [Receipt(one["key"], f"{one['key']}.1", None, says, None, at(now)) for one in sent]
    with some.store.write() as connection:
        take_receipts(connection, ByChannel("sms", Capabilities(receipts=True)), receipts, at(now))


def leave(some: Shop, now: str, customers: Iterable[int], channel: str | None = None) -> None:
    """Customers do not want any more."""
    with some.store.write() as connection:
        for one in customers:
            said = OptOut(one, f"C{one - 1}", channel, at(now), "test")
            opt_out(connection, load_symbols(connection), said, By("test", at(now)))


def decide(some: Shop, now: str, *, approved: bool = True, number: int | None = None) -> None:
    """A person approves, or refuses, the first so many that are held."""
    with some.store.write() as connection:
        rows = connection.execute(
            sa.select(message).where(message.c.status == MessageStatus.HELD).order_by(message.c.customer)
        ).all()
        for row in rows[:number]:
            (approve if approved else refuse)(connection, intent_in(row), By("li", at(now)))


def again(database: str) -> Shop:
    """A shop whose database is there already, as another process opens it."""
    store = open_store(Path(database))
    with store.write() as connection:
        plan = make_plan(connection, 1, model_of(AT_ONCE), Setting(SHANGHAI, Duration(3, "day"), "CN"))
    channels: dict[str, Channel] = {"sms": Gateway(receipts=True)}
    return Shop(store, plan, make_permits(plan, {"brand": "毛毛家"}, {}), channels)
