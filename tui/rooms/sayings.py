"""What a customer may have said about messages to them, and the verbs of the engine that put it down."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from dsl.wording import Phrase
from engine.people.consents import Consent, give, withdraw
from engine.people.optouts import Lift, lift
from engine.people.practice import Hand
from engine.people.refusals import Refusal, refuse_messages
from engine.projects.project import Project
from engine.projects.releases import current_release
from engine.reasons import IN_ROOM
from engine.storage.customers import customer_number
from engine.storage.symbols import load_symbols
from engine.views.agreed import Agreed, Standing
from tui.dialogs import AskWords, Confirm, Pick
from tui.room import Room
from tui.rooms.person import name_of
from tui.rooms.register import Somebody
from tui.widgets.rows import Row
from tui.wording import say, say_number, told

Kind = Literal["refuse", "lift", "give", "withdraw"]


@dataclass(frozen=True, slots=True)
class Saying:
    """`what`: the channel or the policy; None: every one. `words`: how it is offered. `stands`: how it is so far."""

    kind: Kind
    what: str | None
    words: Phrase
    stands: str = ""


def refusals_of(one: Agreed) -> list[Saying]:
    """Messages again, where there is an opt-out; no more messages, at all or by a channel."""
    return [
        *(_offer("lift", each) for each in one.channels if each.is_open),
        *(_offer("refuse", each) for each in one.channels if not each.is_open),
    ]


def consents_of(one: Agreed) -> list[Saying]:
    """That they agree, for every purpose or one; below that, that they do no longer."""
    return [
        *(_offer("give", each) for each in one.policies),
        *(_offer("withdraw", each) for each in one.policies if each.is_open),
    ]


def about(one: Somebody) -> str:
    """Whom a question is about."""
    return f"{name_of(one.facts['attributes'], one.id)} · {told(one.id)}"


@dataclass(frozen=True, slots=True)
class Hearing:
    """Asks what somebody said and how it is known, puts it down, and asks for what must go with it."""

    room: Room[Any]
    one: Somebody
    offered: Sequence[Saying]

    def ask(self, question: Phrase) -> None:
        """Ask which of it they said."""
        self.room.app.push_screen(Pick(question, _standing(self.one), _rows(self.offered)), self._picked)

    def _picked(self, place: str | None) -> None:
        if place is not None:
            saying = self.offered[int(place)]
            words = AskWords(say("Where, and how, was it said?"), _what(self.one, saying))
            self.room.app.push_screen(words, partial(self._heard, saying))

    def _heard(self, saying: Saying, because: str | None) -> None:
        if because is not None:
            self.room.run_worker(self._put_down(saying, because, last=False), group="decide")

    async def _put_down(self, saying: Saying, because: str, *, last: bool) -> None:
        told_back = await self.room.act(partial(said, self.room.house.project, self.one.id, saying, because))
        if told_back is None:
            return
        self.room.tell(told_back)
        self.room.reload()
        more = None if last else wanting(saying, self.one.agreed)
        if more is not None:
            also, question = more
            dialog = Confirm(question, _what(self.one, also))
            self.room.app.push_screen(dialog, partial(self._also, also, because))

    def _also(self, saying: Saying, because: str, yes: bool | None) -> None:  # noqa: FBT001  # an answer
        if yes:
            self.room.run_worker(self._put_down(saying, because, last=True), group="decide")


def _what(one: Somebody, saying: Saying) -> str:
    return f"{about(one)}\n{told(saying.words)}"


def _rows(offered: Iterable[Saying]) -> list[Row]:
    return [Row(str(place), (told(each.words), each.stands)) for place, each in enumerate(offered)]


def _standing(one: Somebody) -> str:
    """Who it is; and the opt-outs that stand: whatever they agree to, these hold."""
    out = [say("! opted out ({channel})", channel=each.title) for each in one.agreed.channels if each.is_open]
    return "\n".join([about(one), *map(told, out)])


def wanting(saying: Saying, before: Agreed) -> tuple[Saying, Phrase] | None:
    """What must be put down as well for messages to go, if they said that too; and the question. None: nothing."""
    every_channel, every_policy = before.channels[0], before.policies[0]
    if saying.kind == "give" and every_channel.is_open:
        return _offer("lift", every_channel), say(
            "They have opted out of every channel, so nothing goes all the same. Do they want messages again?"
        )
    if saying.kind == "lift" and not any(each.holds for each in before.policies if each.needed):
        return _offer("give", every_policy), say(
            "The opt-out has ended what they had agreed to, so nothing goes that needs it. Do they agree again?"
        )
    return None


def said(project: Project, identity: str, saying: Saying, because: str, hand: Hand) -> Phrase:
    """Put it down; what came of it."""
    connection, by = hand.connection, hand.by
    if saying.kind == "refuse":
        model = current_release(connection, project.config).model
        refusal = Refusal(identity, saying.what, IN_ROOM(), because)
        taken = refuse_messages(connection, project.config, model, refusal, by)
        return _refused(taken)
    number, symbols = customer_number(connection, identity), load_symbols(connection)
    if saying.kind == "lift":
        done = lift(connection, symbols, Lift(number, saying.what, because), by)
    else:
        agreed = Consent(number, saying.what, None, by.now, because)
        done = (give if saying.kind == "give" else withdraw)(connection, symbols, agreed, by)
    return say("put down: {what}", what=saying.words) if done else say("it was so already")


def _refused(taken: int) -> Phrase:
    if not taken:
        return say("put down: no more messages")
    return say_number(
        "put down; {n} waiting message taken back", "put down; {n} waiting messages taken back", n=taken
    )


def _offer(kind: Kind, each: Standing) -> Saying:
    sign = "✓" if each.holds else "✗"
    stands = "" if kind == "withdraw" else f"{sign} {told(each.said)}"
    return Saying(kind, each.what, _OFFERS[kind](each.title), stands)


_OFFERS: Mapping[Kind, Callable[[str], Phrase]] = {
    "refuse": lambda what: say("no more messages: {what}", what=what),
    "lift": lambda what: say("messages again: {what}", what=what),
    "give": lambda what: say("agrees: {what}", what=what),
    "withdraw": lambda what: say("agrees no longer: {what}", what=what),
}
