"""What somebody has done in the room, one after the other, so that the last of it can be taken back."""

from dataclasses import dataclass, field

from dsl.wording import Phrase
from engine.people.decisions import Done
from engine.people.many import undo_all
from engine.people.reviews import ask_again
from engine.storage.keys import Intent, intent_of
from engine.views.held import Item
from engine.views.kinds import REPLY
from engine.views.titles import Titles
from tui.house import House
from tui.rooms.held_item import name_of
from tui.rooms.verdicts import VERDICTS, Verdict
from tui.wording import say, say_number


@dataclass(frozen=True, slots=True)
class Act:
    """`what`: what was done, and for whom. On what: `intents`, or the `reply` of this id."""

    what: Phrase
    intents: tuple[Intent, ...] = ()
    reply: str | None = None


@dataclass(slots=True)
class Acts:
    """What can be taken back, the last first. `words`: what was said last to each question that repeats."""

    words: dict[Phrase | None, str] = field(default_factory=dict)
    _done: list[Act] = field(default_factory=list)

    def add(self, act: Act) -> None:
        """Somebody has done this."""
        self._done.append(act)

    def decide(self, one: Item, verdict: Verdict, because: str) -> None:
        """Somebody has decided, with these words."""
        self.add(_decided(one, verdict))
        if verdict.repeats:
            self.words[verdict.asks] = because

    def take_last(self) -> Act | None:
        """The last one; None: nothing was done."""
        return self._done.pop() if self._done else None


def take_back(act: Act, house: House) -> Done:
    """Take it back, each that it can be; EngineError where it is a reply and cannot."""
    reply = act.reply
    if reply is None:
        return undo_all(house.project.store, act.intents, house.who(), house.practice, None)
    house.write(lambda hand: ask_again(hand.connection, reply, hand.by, None, hand.practice))
    return Done([], [], {})


def _decided(one: Item, verdict: Verdict) -> Act:
    """A decision."""
    what, key = verdict.named(name=name_of(one)), str(one["id"])
    return Act(what, reply=key) if one["kind"] == REPLY else Act(what, (intent_of(key),))


def edited(name: str, intent: Intent) -> Act:
    """A text written anew."""
    return Act(say("edit for {name}", name=name), (intent,))


def approved_together(title: str, intents: tuple[Intent, ...]) -> Act:
    """Many approvals at once."""
    return Act(
        say_number("approval of {n:,} {title}", "approval of {n:,} {title}", n=len(intents), title=title),
        intents,
    )


def decided_said(one: Item, verdict: Verdict, left: str, onward: str | None) -> str:
    """What was decided, what comes of it, and how it is taken back.

    `left`: who must decide as well, nobody where that is empty; `onward`: what comes of it once it is approved.
    """
    said: str = verdict.said(name=name_of(one))
    if left:
        said = say("{done}; now it waits for {role}", done=said, role=left)
    elif onward is not None and verdict is VERDICTS["approve"]:
        said = say("{done}: {onward}", done=said, onward=onward)
    return say("{done} · u takes it back", done=said)


def approved_said(done: Done, titles: Titles) -> list[Phrase]:
    """What came of many approvals at once."""
    number = len(done.decided)
    said = [say_number("{n:,} approved; u takes them back", "{n:,} approved; u takes them back", n=number)]
    if done.onward:
        others = "; ".join(map(titles.roles, sorted(set(done.onward.values()))))
        said.append(
            say_number(
                "{n:,} of them waits for {role} now", "{n:,} of them wait for {role} now",
                n=len(done.onward), role=others,
            )
        )  # fmt: skip
    return said


def undone_said(act: Act, done: Done) -> list[Phrase]:
    """What was taken back: by its name, where that is all of it."""
    if not done.decided and act.reply is None:
        return []
    if done.passed_over:
        return [say_number("{n:,} taken back", "{n:,} taken back", n=len(done.decided))]
    return [say("taken back: {what}", what=act.what)]
