"""The gate's answers, written to messages: that they may go with which text, wait, are held, or come to their end."""

from datetime import datetime
from typing import Any

from tests.oracle.editions import take_place
from tests.oracle.facts import Message
from tests.oracle.messages import void, worded
from tests.oracle.moves import settle_one
from tests.oracle.people import let_go_beforehand
from tests.oracle.permits import Again, Answer, Drop, Go, Hold, Wait, decide, given_up_at, in_view
from tests.oracle.texts import UnknownValueError
from tests.oracle.world import World


def judge(message: Message, now: datetime, world: World, *, leaving: bool = False) -> None:
    """Write the gate's answer to a message. What was let go as another text is as if nobody had."""
    answer = decide(message, now, world)
    if isinstance(answer, Again):
        void(message)
        message.status = "waiting"
        answer = decide(message, now, world)
    if isinstance(answer, Hold) and not leaving:
        answer = _beforehand(message, answer, now, world)
    if isinstance(answer, Go):
        take_place(message, world)
    match answer:
        case Go(channel, subject, text):
            _write(message, "ready", None, (channel, subject, text))
            message.counted_at = now
        case Wait(because, until):
            _write(message, "waiting", until, (None, None, None))
            message.because = because
        case Hold():
            _hold(message, answer, now, world)
        case Drop(because):
            close(message, "dropped", now)
            message.because = because


def _beforehand(message: Message, hold: Hold, now: datetime, world: World) -> Answer:
    """It goes, or waits for its time, where it was let go before it was there and nothing is wrong with its text."""
    standing = let_go_beforehand(message, hold, world)
    if not standing:
        return hold
    message.signed, message.bound = frozenset(hold.roles), "beforehand"
    answer = decide(message, now, world)
    if not isinstance(answer, Go | Wait):
        void(message)
        return hold
    message.approved = True
    for one in standing:
        one.left -= 1
    return answer


def _hold(message: Message, hold: Hold, now: datetime, world: World) -> None:
    """Held with the text that somebody is to look at; when none can be made, with the one that there was."""
    until, channel = given_up_at(message, world), in_view(message, now, world)
    try:
        subject, text = worded(message, channel, now, world)
    except UnknownValueError:
        if (message.status, message.until) == ("held", until):
            return
        subject = text = None
    _write(message, "held", until, (channel, subject, text))
    message.because, message.asked = hold.because, hold.roles


def _write(message: Message, status: Any, until: datetime | None, words: tuple[Any, ...]) -> None:
    message.status, message.until, message.because, message.asked = status, until, None, ()
    message.channel, message.subject, message.text = words
    message.counted_at = None


def close(message: Message, status: Any, now: datetime) -> None:
    """A message comes to its end without going."""
    message.status, message.until, message.asked, message.counted_at = status, None, (), None
    settle_one(message, now)
