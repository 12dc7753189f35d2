"""What the gate is told about one message, and what it may answer. No rule is applied here."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from dsl.source import NOWHERE, Span

if TYPE_CHECKING:
    from engine.permits.rules import SendRule


Pilot = Literal["none", "open", "full", "failed"]
"""How the pilot of a message stands: there is none, or it has succeeded; it takes one more; all are taken; failed."""


class Reach(NamedTuple):
    """How the customer stands to one channel of `SendRule.via`.

    `consent`: a consent for the policy and the channel was given after the last opt-out from it and not
    withdrawn. `optout_at`: the latest opt-out from this channel or from every channel that was not lifted.
    `failed`: the channel has refused this very message for good.
    """

    address: bool
    consent: bool = False
    optout_at: int | None = None
    failed: bool = False


class Awaited(IntEnum):
    """How the benefits stand that a message's own state grants, if its text names one. LOST: none was given."""

    NOTHING = 0
    OPEN = 1
    LOST = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the gate looks at. Equal facts get equal verdicts at the same time, so they may be shared.

    `reach` is in the order of the rule's `via`, `conditions` in that of its conditions. `history`: the
    instants, in order, at which the customer's messages counted that count under the policy.
    `in_record`: how many counted for the same record. `approved`: a person has let this message go; `signed`:
    the roles for which somebody has. `unclear`: the customer has written what may be an opt-out, and nobody has
    decided yet. `sampled`: it is among the first of its edition, which are looked at. `stopped`: too many have opted
    out after it.
    """

    rule: "SendRule"
    created_at: int
    reach: tuple[Reach, ...]
    conditions: tuple[bool, ...] = ()
    history: tuple[int, ...] = ()
    in_record: int = 0
    approved: bool = False
    signed: frozenset[str] = frozenset()
    benefit: Awaited = Awaited.NOTHING
    unclear: bool = False
    sampled: bool = False
    pilot: Pilot = "none"
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    """It may go now, by this channel; it counts against caps from `counted` on. `piloted`: as one of the pilot."""

    channel: str
    counted: int
    piloted: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """A rule holds it. Nothing that is known now holds it longer than `until`, or it is given up then.

    `until` None: no time lets it go, for it waits for a benefit.
    """

    until: int | None
    because: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Hold:
    """A person must look. Unless somebody decides it is given up at `until`.

    `role`: the panel of those who still must (`engine.storage.panels`); None: anybody. `channel`: the one by which it
    would go now, or the first with an address. `sampled`: it is one of the sample. `watched`: not only reviews hold it.
    """

    role: str | None
    because: str
    until: int
    channel: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    sampled: bool = False
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """It will never go."""

    because: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Verdict = Go | Wait | Hold | Drop


@dataclass(frozen=True, slots=True)
class Check:
    """One rule looked at: whether it lets the message pass now.

    `verdict`: what it says by itself when it does not. `until`: when time alone will make it hold
    (None: never, or it holds).
    """

    text: str
    holds: bool
    until: int | None = None
    verdict: Verdict | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)
