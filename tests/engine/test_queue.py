"""The queue of a journey that lets so many in a day: who waits, and since when."""

import sqlalchemy as sa

from engine.storage.schema import entry_queue
from tests.deliveries import Shop, at, shop

RULES = """
customer {
  name: text
  phone: phone
  points: number
}
event visit { store: text }
message hello { sms: "{{ name }}您好" }
journey j {
  enter when points > 1
  enter at most 1 per day
  state s {
    after 30 days -> end over
  }
}
"""

FIRST, LATER, NEXT = "2026-11-23 10:00", "2026-11-23 15:00", "2026-11-24 10:00"


def waiting(some: Shop) -> dict[int, int]:
    """Who stands in the queue, by number, and since when."""
    with some.store.read() as connection:
        rows = connection.execute(sa.select(entry_queue.c.customer, entry_queue.c.since)).all()
    return {row.customer: row.since for row in rows}


def test_who_stays_in_the_queue_keeps_their_place() -> None:
    """Also while others come in: only who comes in, or qualifies no more, leaves it."""
    some = shop(RULES)
    for name in ("C1", "C2", "C3"):
        some.customer(name, name="陈晨", points=5)
    some.run(FIRST)
    assert waiting(some) == {2: at(FIRST), 3: at(FIRST)}
    some.customer("C3", name="陈辰")
    some.run(LATER)
    assert waiting(some) == {2: at(FIRST), 3: at(FIRST)}
    some.customer("C3", name="陈晨")
    some.run(NEXT)
    assert waiting(some) == {3: at(FIRST)}
    some.customer("C3", points=0)
    some.run(NEXT)
    assert waiting(some) == {}
