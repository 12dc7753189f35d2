"""The messages of one journey that count for one policy, with how the journey spaces them."""

from collections.abc import Iterator
from dataclasses import dataclass

from dsl.checks.paths import Step, Touch, steps
from dsl.checks.spans_of_time import apart, shortest, time_words
from dsl.model.conditions import Not
from dsl.model.journeys import Journey, Send
from dsl.model.model import Cap, Model, Policy
from dsl.reasoning import contradictory
from dsl.reasoning.durations import extent, family
from dsl.reasoning.terms import MINUTES_OF_DAY
from dsl.units import Duration
from dsl.wording import Phrase, say

_OFTEN = frozenset({"every day", "workdays"})


@dataclass(frozen=True, slots=True)
class Touches:
    """The touches of a journey under a policy, and under those that count with it; `steps` lead from one to the next.

    `gap`: the time that lies between two of them; None when the policy asks for none.
    """

    journey: Journey
    policy: Policy
    group: frozenset[str]
    steps: tuple[Step, ...]
    gap: Duration | None

    def all(self) -> Iterator[Touch]:
        """Every touch, in the order of the states."""
        for state in self.journey.states:
            for action in state.actions:
                if isinstance(action, Send) and action.policy in self.group:
                    yield Touch(state, action)

    def own(self, send: Send) -> bool:
        """Whether the policy limits a message, and does not only count it."""
        return send.policy == self.policy.name

    def spacing(self, step: Step) -> int:
        """The minutes after which the second message goes when the gap alone holds it."""
        return step.most if self.gap is None else max(step.most, shortest(self.gap))

    def given_up(self, minutes: int) -> bool:
        """Whether a message that has to wait so long is surely given up before."""
        return minutes - MINUTES_OF_DAY >= extent(self.policy.give_up).most

    def waiting(self, minutes: int) -> Phrase:
        """What becomes of a message that has to wait so long."""
        if not self.given_up(minutes):
            return say("it waits {time}", time=time_words(minutes))
        return say(
            "it would wait {time}, but is given up after {limit}",
            time=time_words(minutes),
            limit=time_words(extent(self.policy.give_up).least),
        )


def touches(model: Model) -> Iterator[Touches]:
    """The touches of every journey, policy by policy."""
    for journey in model.journeys.values():
        sends = [item for state in journey.states for item in state.actions if isinstance(item, Send)]
        for name in dict.fromkeys(send.policy for send in sends if send.policy in model.policies):
            policy = model.policies[name]
            counting = (other.name for other in model.policies.values() if name in other.count_with)
            group = frozenset({name, *counting})
            found = tuple(step for step in steps(journey, group) if _regular(step))
            yield Touches(journey, policy, group, found, _gap(journey, policy))


def too_close(step: Step, gap: Duration) -> int:
    """How many minutes the second message has to wait for the gap at least; 0: perhaps it need not."""
    minutes = family(gap)[1] if family(gap)[0] == "minutes" else shortest(gap)
    return max(minutes - apart(step.most, gap), 0)


def _regular(step: Step) -> bool:
    """Whether the second message may go on almost any day, so that its `during` spaces nothing."""
    during = step.then.send.during
    return not during or any(not _OFTEN.isdisjoint(window.days) for window in during)


def _gap(journey: Journey, policy: Policy) -> Duration | None:
    """The gap; none where all who are in the journey have a cap over a shorter time, which replaces it."""
    if policy.apart is None or any(_replaces(cap, policy.apart, journey) for cap in policy.caps):
        return None
    return policy.apart


def _replaces(cap: Cap, gap: Duration, journey: Journey) -> bool:
    return (
        cap.condition is not None
        and cap.per != "record"
        and shortest(cap.per) < shortest(gap)
        and journey.enter is not None
        and contradictory((journey.enter, Not(cap.condition)))
    )
