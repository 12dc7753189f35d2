"""What a forecast or a replay takes for granted, in words: they belong to its figures."""

from collections.abc import Iterator

from dsl.wording import Phrase
from engine.planning.planning import Planned
from engine.wording import say, say_number


def assumptions(found: Planned) -> tuple[Phrase, ...]:
    """What the figures of a plan assume."""
    return tuple(_assumed(found))


def _assumed(found: Planned) -> Iterator[Phrase]:
    yield from _PAST if found.replayed else _COMING
    days = found.days
    if days.hours is not None:
        yield say_number(
            "runs take place once an hour and at the clock times of rules, not at every firing of the schedule",
            "runs take place once in {n} hours and at the clock times of rules, not at every firing of the schedule",
            n=days.hours,
        )
    if found.helpful and days.new is not None and not found.replayed:
        yield say("the moves that would help are made")
    if any(side is not None and side.granting for side in (days.old, days.new)):
        yield say(
            "`grant` is not carried out yet: it is counted when its state is entered, and nobody waits for it"
        )


_COMING = (
    say(
        "nobody new responds: nothing comes in, no task is finished, nobody opts out or lets a held message go; "
        "whatever is sent arrives"
    ),
)
_PAST = (
    say("at its beginning nobody is under way and nothing was sent; events from before are history"),
    say("attributes, records, tags and consents are as they are today"),
    say(
        "events and opt-outs come in when they happened; a task that was finished is finished again when it is open"
    ),
    say(
        "nobody lets a held message go; whatever is sent arrives, and nobody responds to it otherwise than they did"
    ),
)
