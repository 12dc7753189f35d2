"""What a forecast or a replay takes for granted, in words: they belong to its figures."""

from collections.abc import Iterator

from dsl.wording import Phrase
from engine.planning.planning import Planned
from engine.planning.taken_back import Standing
from engine.wording import say, say_number


def assumptions(found: Planned) -> tuple[Phrase, ...]:
    """What the figures of a plan assume."""
    return tuple(_assumed(found))


def _assumed(found: Planned) -> Iterator[Phrase]:
    days = found.days
    yield from _began(days.began) if days.began is not None else ()
    yield from _PAST if found.replayed else _COMING
    if days.hours is not None:
        yield say_number(
            "runs take place once an hour and at the clock times of rules, not at every firing of the schedule",
            "runs take place once in {n} hours and at the clock times of rules, not at every firing of the schedule",
            n=days.hours,
        )
    if days.helped or (found.helpful and days.new is not None and not found.replayed):
        yield say("the moves that would help are made")
    if any(side is not None and side.piloting for side in (days.old, days.new)):
        yield say("a pilot arrives as well, so the rest does not wait for it")
    if any(side is not None and side.granting for side in (days.old, days.new)):
        yield say("a benefit that somebody must approve is counted when it is reserved; nobody decides on it")


def _began(standing: Standing) -> Iterator[Phrase]:
    if not standing.under_way:
        yield say("at its beginning nobody is under way; what had been sent by then counts")
        return
    yield say_number(
        "at its beginning {n:,} is under way, as the trail of moves tells; what had been sent by then counts",
        "at its beginning {n:,} are under way, as the trail of moves tells; what had been sent by then counts",
        n=standing.under_way,
    )
    if standing.left_out:
        yield say_number(
            "{n:,} was in a state then that the rules in force do not have, and is left out",
            "{n:,} were in states then that the rules in force do not have, and are left out",
            n=standing.left_out,
        )
    yield say("events from before were seen then; who waited to be let in waits from its beginning on")


_COMING = (
    say(
        "nobody new responds: nothing comes in, no task is finished, nobody opts out or lets a held message go; "
        "whatever is sent arrives"
    ),
)
_PAST = (
    say("attributes, records, tags and consents are as they are today"),
    say(
        "events and opt-outs come in when they happened; a task that was finished is finished again when it is open"
    ),
    say(
        "nobody lets a held message go; whatever is sent arrives, and nobody responds to it otherwise than they did"
    ),
)
