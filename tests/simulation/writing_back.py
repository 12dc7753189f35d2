"""Customers of a simulated world write back: opt-outs in many dresses, what may be one, and anything else."""

from typing import TYPE_CHECKING

import sqlalchemy as sa

from engine.channels.protocol import Reply
from engine.inbox.replies import Writer, take_from
from engine.inbox.senders import Senders
from engine.people.reviews import DECISIONS, decide, review_id
from engine.storage.customers import customer_number
from engine.storage.review_tables import OPEN_REVIEW, review
from engine.storage.values import Surroundings
from tests.deliveries import SHANGHAI
from tests.simulation.hearing import wrote

if TYPE_CHECKING:
    from tests.simulation.world import World

CORPUS = (
    "T", "ｔ", " TD。", "“退订”", "回TD", "Stop!", "unsubscribe", "退 订", "T T",
    "请不要再发", "别发了", "怎么退订", "T恤有吗", "please stop",
    "Y", "1", "好的", "谢谢", "", "{{7*7}}", "\x1b[2J",
)  # fmt: skip


def write_back(world: "World") -> None:
    """Somebody writes: to the gateway, where it is fetched later, or it is put down at once."""
    name, text = world.chance.choice(world.names), world.chance.choice(CORPUS)
    found = world.ask("SELECT customer, phone FROM customer WHERE id = ?", name)
    if not found:
        return
    number, phone = found[0]
    world.note("wrote", name, ascii(text))
    if world.chance.random() < 0.5:
        number_of_it = f"{len(world.gateway.written)}@{world.step}"
        world.gateway.written.append(Reply(number_of_it, phone, text, world.now))
        return
    with world.people.write() as connection:
        senders = Senders(connection, world.template.plan.world.model, Surroundings(SHANGHAI, "CN"), "phone")
        one = Reply(str(world.step), name, text, world.now)
        take_from(senders, "sms", one, Writer(number, name), world.now)
    wrote(world, name, text, world.now)


def read_replies(world: "World") -> None:
    """A person decides on all that is open of one customer."""
    name = world.chance.choice(world.names)
    decision = world.chance.choice(DECISIONS)
    if name in world.notes.gone:
        return
    with world.people.write() as connection:
        mine = (OPEN_REVIEW, review.c.customer == customer_number(connection, name))
        for number in connection.scalars(sa.select(review.c.review).where(*mine)).all():
            decide(connection, review_id(number), decision, world.by())
            if decision == "optout":
                world.notes.opted_out(name, None, world.step)
        # What is decided of a reply is decided of all whose it may have been, whoever has that number by now.
        doubted = sa.select(review.c.customer).where(OPEN_REVIEW, review.c.unclear)
        decided = sa.select(review.c.customer).where(
            review.c.decided_at == world.now, review.c.customer.not_in(doubted)
        )
        settled = set(connection.scalars(decided))
    for other in {name, *(world.notes.numbers[number] for number in settled)}:
        world.notes.doubts.setdefault(other, []).append((world.step, False))
    world.note("decided", name, decision)
