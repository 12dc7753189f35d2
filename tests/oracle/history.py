"""What happens to customers, as steps that both the interpreter and the engine can be told.

Values are as in `tests.oracle.facts`: money whole minor units, times aware datetimes, None missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Known:
    """A customer becomes known, or some of their attributes change."""

    customer: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thing:
    """A record of a customer's becomes known, or some of its fields change."""

    kind: str
    id: str
    customer: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Happens:
    """An event arrives; `at` None: dated with the moment of its arrival."""

    kind: str
    customer: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Agrees:
    """A consent; None: for every policy, on every channel."""

    customer: str
    policy: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Withdraws:
    """A consent is taken back; None: for every policy, on every channel."""

    customer: str
    policy: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class OptsOut:
    """An opt-out; None: from every channel."""

    customer: str
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A tag is put on a customer, or taken off."""

    customer: str
    tag: str
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Finishes:
    """The first open task of that name of a customer's, if there is one, is done with its `outcome`-th outcome."""

    customer: str
    task: str
    outcome: int = 0
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reopens:
    """The first task of that name of a customer's that was done at this very moment, if there is one, is open again."""

    customer: str
    task: str


@dataclass(frozen=True, slots=True)
class Told:
    """A gateway tells of the first message of a customer's that has been sent, if there is one, whether it arrived.

    `at`: when, by its clock; None: it does not say.
    """

    customer: str
    arrived: bool
    at: datetime | None = None


STAFF: Mapping[str, frozenset[str]] = {
    "Ann": frozenset({"advisor", "boss", "manager"}),
    "Bo": frozenset({"boss"}),
    "Mei": frozenset({"manager"}),
}
"""Who works there, and in which roles."""


@dataclass(frozen=True, slots=True)
class Decides:
    """Somebody decides about the first benefit that is held for a customer, if there is one that is for them."""

    customer: str
    approve: bool
    who: str = "Ann"


@dataclass(frozen=True, slots=True)
class Looks:
    """Somebody decides about the first message that is held for a customer, if there is one that is for them."""

    customer: str
    approve: bool
    who: str


@dataclass(frozen=True, slots=True)
class Rewrites:
    """Somebody writes a message anew: a customer's first that is held, or was let go and is still here.

    For the `via`-th of its channels. What breaks its policy is refused.
    """

    customer: str
    text: str
    via: int
    who: str


@dataclass(frozen=True, slots=True)
class Foresees:
    """Somebody lets the next so many messages of a name go before they are there, if they are for them."""

    message: str
    count: int
    who: str


@dataclass(frozen=True, slots=True)
class Hints:
    """A customer writes what may be an opt-out: a person must say."""

    customer: str


@dataclass(frozen=True, slots=True)
class Clears:
    """Somebody says of the first such reply of a customer's, if there is one, whether it is an opt-out."""

    customer: str
    optout: bool
    who: str


ByCustomer = (
    Known | Thing | Happens | Agrees | Withdraws | OptsOut | Labelled | Finishes | Reopens | Told | Decides | Looks
    | Rewrites | Hints | Clears
)  # fmt: skip
Step = ByCustomer | Foresees


@dataclass(frozen=True, slots=True)
class Moment:
    """What happens at one instant, before the engine runs and sends at it. `refusing`: channels that take nothing."""

    at: datetime
    steps: tuple[Step, ...] = ()
    refusing: frozenset[str] = frozenset()


History = tuple[Moment, ...]
