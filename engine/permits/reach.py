"""By which channel a customer may be reached: address, opt-out and its silence, consent, doubts of one."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dsl.source import Span
from dsl.units import Duration
from engine.calendars.zone import Zone
from engine.permits.given import Facts, Reach
from engine.permits.limits import FOREVER, Family


@dataclass(frozen=True, slots=True, eq=False)
class Reachable:
    """There is a channel with an address, with consent where it is required, and without an opt-out.

    `silent` None: nothing may follow an opt-out ever. `consent`: whether it is required.
    """

    text: str
    span: Span
    silent: Duration | None
    consent: bool
    zone: Zone
    family: Family = field(default="reach", init=False)

    def free_at(self, facts: Facts, at: int, horizon: int) -> int:  # noqa: ARG002  # a Limit
        """When the silence after an opt-out ends on the first channel."""
        if self.channel(facts, at) is not None:
            return at
        ends = (self.heard_from(reach) for _, reach in self.usable(facts))
        return min((end for end in ends if end > at), default=FOREVER)

    def channel(self, facts: Facts, at: int) -> str | None:
        """The first channel of `via` to take at that moment; None when there is none."""
        for channel, reach in self.usable(facts):
            if (reach.consent or not self.consent) and self.heard_from(reach) <= at:
                return channel
        return None

    def channel_in_view(self, facts: Facts, at: int) -> str:
        """The channel to take at that moment, else the first with an address, else the first of all."""
        now = self.channel(facts, at)
        return now or next((channel for channel, _ in self.usable(facts)), facts.rule.via[0])

    def usable(self, facts: Facts) -> Iterator[tuple[str, Reach]]:
        """The channels with an address by which the message has not failed yet."""
        for channel, reach in zip(facts.rule.via, facts.reach, strict=True):
            if reach.address and not reach.failed:
                yield channel, reach

    def heard_from(self, reach: Reach) -> int:
        """From when on the customer may be written to again by a channel; 0 when they never opted out."""
        if reach.optout_at is None:
            return 0
        return FOREVER if self.silent is None else self.zone.shift(reach.optout_at, self.silent)

    def lacks_consent(self, facts: Facts) -> bool:
        """Whether consent is required and there is none for any channel that may ever be used."""
        if not self.consent:
            return False
        return not any(reach.consent for _, reach in self.usable(facts) if self.heard_from(reach) < FOREVER)


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """Nothing goes while a person has to say whether what the customer wrote is an opt-out."""

    text: str
    span: Span
    family: Family = field(default="reach", init=False)

    def free_at(self, facts: Facts, at: int, horizon: int) -> int:  # noqa: ARG002  # a Limit
        """Time does not help: somebody must decide."""
        return FOREVER if facts.unclear else at
