"""What can be decided on something that waits, by its kind: verbs of the engine, some of them asked about before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dsl.wording import Phrase
from engine.people.decisions import Note, approve, refuse
from engine.people.doubts import KIND as DOUBT
from engine.people.doubts import send_anew, was_sent
from engine.people.practice import Hand
from engine.people.reviews import Decision, decide
from engine.storage.keys import intent_of
from engine.views.held import Item
from engine.views.kinds import BENEFIT, REPLY
from tui.wording import say

MESSAGE = "message"
HELD = frozenset({MESSAGE, BENEFIT})
KINDS = HELD | {DOUBT, REPLY}
"""All that is decided on in the room Approve."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision on something of these `kinds`. `asks`: for words; `sure`: whether somebody means it.

    `do` tells who must decide as well. `revocable`: it can be taken back.
    """

    kinds: frozenset[str]
    do: Callable[[Hand, Item, str], str | None]
    asks: Phrase | None = None
    sure: Phrase | None = None
    revocable: bool = False


def _approve(hand: Hand, one: Item, _because: str) -> str | None:
    seen = one.get("digest")
    note = Note(seen=None if seen is None else str(seen))
    return approve(hand.connection, intent_of(str(one["id"])), hand.by, note, hand.practice)


def _refuse(hand: Hand, one: Item, because: str) -> None:
    refuse(hand.connection, intent_of(str(one["id"])), hand.by, because, hand.practice)


def _arrived(hand: Hand, one: Item, because: str) -> None:
    was_sent(hand.connection, intent_of(str(one["id"])), hand.by, because, hand.practice)


def _anew(hand: Hand, one: Item, because: str) -> None:
    send_anew(hand.connection, intent_of(str(one["id"])), hand.by, because, hand.practice)


def _meant(decision: Decision) -> Callable[[Hand, Item, str], None]:
    def do(hand: Hand, one: Item, because: str) -> None:
        decide(hand.connection, str(one["id"]), decision, hand.by, because or None)

    return do


VERDICTS: Mapping[str, Verdict] = {
    "approve": Verdict(HELD, _approve, revocable=True),
    "refuse": Verdict(HELD, _refuse, asks=say("Why is it refused?"), revocable=True),
    "arrived": Verdict(frozenset({DOUBT}), _arrived, asks=say("It arrived: how do you know?")),
    "anew": Verdict(
        frozenset({DOUBT}),
        _anew,
        asks=say(
            "It never came in and goes once more: how do you know? If it did, the customer gets it twice."
        ),
    ),
    "optout": Verdict(
        frozenset({REPLY}), _meant("optout"), sure=say("No more messages to this customer, by any channel?")
    ),
    "no optout": Verdict(frozenset({REPLY}), _meant("no optout")),
    "done": Verdict(frozenset({REPLY}), _meant("done")),
}


def question_of(kind: object) -> Phrase | None:
    """What is to be decided, where it is not whether something may go."""
    return _QUESTIONS.get(str(kind))


_QUESTIONS: Mapping[str, Phrase] = {
    DOUBT: say("Did it arrive?"),
    REPLY: say("Is it an opt-out?"),
}
