"""What can be decided on something that waits, by its kind: verbs of the engine, some of them asked about before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from dsl.wording import Phrase
from engine.people.decisions import Note, approve, refuse
from engine.people.disclosure import note_shown
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


class Said(Protocol):
    """A sentence about a customer."""

    def __call__(self, *, name: str) -> Phrase:
        """The sentence with their name."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision on something of these `kinds`. `asks`: for words; `sure`: whether somebody means it.

    `do` tells who must decide as well. `named`: what it is; `said`: what comes of it, each for a customer.
    `repeats`: the words that were given last stand there when it asks again.
    """

    kinds: frozenset[str]
    do: Callable[[Hand, Item, str], str | None]
    named: Said
    said: Said
    asks: Phrase | None = None
    sure: Phrase | None = None
    repeats: bool = False


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


def _of_reply(*, name: str) -> Phrase:
    return say("what was said of the reply of {name}", name=name)


VERDICTS: Mapping[str, Verdict] = {
    "approve": Verdict(
        HELD,
        _approve,
        lambda name: say("approval for {name}", name=name),
        lambda name: say("approved for {name}", name=name),
    ),
    "refuse": Verdict(
        HELD,
        _refuse,
        lambda name: say("refusal for {name}", name=name),
        lambda name: say("refused for {name}: it never goes", name=name),
        asks=say("Why is it refused?"),
        repeats=True,
    ),
    "arrived": Verdict(
        frozenset({DOUBT}),
        _arrived,
        lambda name: say("what was said of the doubt for {name}", name=name),
        lambda name: say("settled for {name}: it arrived", name=name),
        asks=say("It arrived: how do you know?"),
        repeats=True,
    ),
    "anew": Verdict(
        frozenset({DOUBT}),
        _anew,
        lambda name: say("what was said of the doubt for {name}", name=name),
        lambda name: say("settled for {name}: it goes once more, as the rules let it", name=name),
        asks=say(
            "It never came in and goes once more: how do you know? If it did, the customer gets it twice."
        ),
    ),
    "optout": Verdict(
        frozenset({REPLY}),
        _meant("optout"),
        _of_reply,
        lambda name: say("{name} is opted out: no more messages", name=name),
        sure=say("No more messages to this customer, by any channel?"),
    ),
    "no optout": Verdict(
        frozenset({REPLY}),
        _meant("no optout"),
        _of_reply,
        lambda name: say("no opt-out: {name} goes on getting messages", name=name),
    ),
    "done": Verdict(
        frozenset({REPLY}),
        _meant("done"),
        _of_reply,
        lambda name: say("put aside: the reply of {name} has been seen to", name=name),
    ),
}


def is_there_for(action: str, parameters: tuple[object, ...], one: Item | None) -> bool:
    """Whether a key can do something about what is shown; where nothing is, there are few."""
    kind = None if one is None else one["kind"]
    match action:
        case "decide":
            return kind in VERDICTS[str(parameters[0])].kinds
        case "edit":
            return kind == MESSAGE
        case "approve_alike":
            return kind in HELD
        case "show":
            return kind in {MESSAGE, DOUBT}
        case "skip" | "only" | "customer" | "read_on":
            return one is not None
        case _:
            return True


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision. `left`: the roles that must decide as well; None: nobody."""

    left: str | None


def shown_in_full(customer: str, hand: Hand) -> bool:
    """Note that somebody has seen the address of a customer."""
    note_shown(hand.connection, customer, hand.by)
    return True


def question_of(kind: object) -> Phrase | None:
    """What is to be decided, where it is not whether something may go."""
    return _QUESTIONS.get(str(kind))


_QUESTIONS: Mapping[str, Phrase] = {
    DOUBT: say("Did it arrive?"),
    REPLY: say("Is it an opt-out?"),
}
