"""Customers of a simulated world write back: opt-outs in many dresses, what may be one, and anything else."""

from typing import TYPE_CHECKING

import sqlalchemy as sa

from engine.channels.protocol import Reply
from engine.inbox.replies import Writer, take_from
from engine.inbox.senders import Senders
from engine.keywords import USUAL
from engine.people.reviews import DECISIONS, decide, review_id
from engine.storage.customers import customer_number
from engine.storage.review_tables import OPEN_REVIEW, review
from engine.storage.values import Surroundings
from tests.deliveries import SHANGHAI

if TYPE_CHECKING:
    from tests.simulation.world import World

CORPUS = (
    "T", "ｔ", " TD。", "“退订”", "回TD", "Stop!", "unsubscribe", "退 订", "T T",
    "请不要再发", "别发了", "怎么退订", "T恤有吗", "please stop",
    "Y", "1", "好的", "谢谢", "", "{{7*7}}", "\x1b[2J",
)  # fmt: skip


def write_back(world: "World") -> None:
    """Somebody writes."""
    name, text = world.chance.choice(world.names), world.chance.choice(CORPUS)
    with world.people.write() as connection:
        number = customer_number(connection, name)
        senders = Senders(connection, world.template.plan.world.model, Surroundings(SHANGHAI, "CN"), "phone")
        one = Reply(str(world.step), name, text, world.now)
        take_from(senders, "sms", one, Writer(number, name), world.now)
    meaning = USUAL.meaning(text)
    if meaning == "optout":
        world.notes.optouts.setdefault(name, []).append((world.step, True))
    if meaning != "none":
        world.notes.doubts.setdefault(name, []).append((world.step, meaning == "unclear"))
    world.notes.trace.append(f"{world.step} wrote {name} {text!a}")


def read_replies(world: "World") -> None:
    """A person decides on all that is open of one customer."""
    name = world.chance.choice(world.names)
    decision = world.chance.choice(DECISIONS)
    with world.people.write() as connection:
        mine = (OPEN_REVIEW, review.c.customer == customer_number(connection, name))
        for number in connection.scalars(sa.select(review.c.review).where(*mine)).all():
            decide(connection, review_id(number), decision, world.by())
            if decision == "optout":
                world.notes.optouts.setdefault(name, []).append((world.step, True))
    world.notes.doubts.setdefault(name, []).append((world.step, False))
    world.notes.trace.append(f"{world.step} decided {name} {decision}")
