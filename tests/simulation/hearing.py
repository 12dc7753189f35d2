"""What the observer of a simulated world concludes from what an inbox has taken: who wants no more since when.

What was taken is asked of the database, what it means is worked out anew from what the gateway had told.
"""

from typing import TYPE_CHECKING

from engine.keywords import USUAL
from engine.storage.states import Fate

if TYPE_CHECKING:
    from engine.channels.protocol import Receipt
    from tests.simulation.notes import Channel
    from tests.simulation.world import World


def note_heard(world: "World") -> None:
    """After somebody has listened, whether or not it died of it."""
    _receipts(world)
    _replies(world)


def _receipts(world: "World") -> None:
    taken = world.ask("SELECT id FROM receipt WHERE opted_out AND fate <> ?", int(Fate.ORPHAN))
    told = {receipt.id: (channel, receipt) for channel, receipt in world.gateway.told}
    for row in taken:
        if ("receipt", row["id"]) not in world.notes.heard:
            world.notes.heard.add(("receipt", row["id"]))
            channel, receipt = told[row["id"]]
            whose = told_of(world, receipt)
            if whose is not None:
                _opted_out(world, whose, channel, receipt.at)


def told_of(world: "World", receipt: "Receipt") -> str | None:
    """The customer of whose message the gateway has told."""
    hits = world.gateway.hits
    if receipt.reference is not None:
        return hits[int(receipt.reference[1:]) - 1].message.customer
    key = (receipt.ref or "").partition(".")[0]
    return next((hit.message.customer for hit in hits if hit.message.key == key), None)


def _replies(world: "World") -> None:
    taken = {row["id"] for row in world.ask("SELECT id FROM reply")}
    for reply in world.gateway.written:
        if reply.id in taken and ("reply", reply.id) not in world.notes.heard:
            world.notes.heard.add(("reply", reply.id))
            for row in world.ask("SELECT id FROM customer WHERE phone = ?", reply.sender):
                wrote(world, row["id"], reply.text, reply.at)


def wrote(world: "World", name: str, text: str, at: int | None) -> None:
    """What a customer wrote has been taken."""
    meaning = USUAL.meaning(text)
    if meaning == "optout":
        _opted_out(world, name, None, at)
    if meaning != "none":
        world.notes.doubts.setdefault(name, []).append((world.step, meaning == "unclear"))


def _opted_out(world: "World", name: str, channel: "Channel", at: int | None) -> None:
    """Unless it is older than the word that took it back."""
    said = world.now if at is None else min(at, world.now)
    if said >= world.now or said > world.notes.lifted.get((name, channel), -1):
        world.notes.opted_out(name, channel, world.step)
