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
class Told:
    """A gateway tells of the first message of a customer's that has been sent, if there is one, whether it arrived.

    `at`: when, by its clock; None: it does not say.
    """

    customer: str
    arrived: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decides:
    """Somebody decides about the first benefit that is held for a customer, if there is one."""

    customer: str
    approve: bool


Step = Known | Thing | Happens | Agrees | OptsOut | Labelled | Finishes | Told | Decides


@dataclass(frozen=True, slots=True)
class Moment:
    """What happens at one instant, before the engine runs and sends at it. `refusing`: channels that take nothing."""

    at: datetime
    steps: tuple[Step, ...] = ()
    refusing: frozenset[str] = frozenset()


History = tuple[Moment, ...]
