"""Scenarios as they are played: what is given, what happens when, what is expected; every name and value resolved.

Times are those of the wall clock in the business zone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dsl.model.conditions import Cond
from dsl.source import NOWHERE, Span
from dsl.units import Duration

Values = tuple[tuple[str, Cond], ...]
"""What is said of something, by the names of its fields."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a step is about: a customer by id, and where records are told apart, one of theirs."""

    customer: str
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What is known before the clock starts. `name`: the kind of event or record; `id`: the record's own."""

    family: Literal["customer", "record", "event"]
    name: str
    who: Who
    values: Values
    id: str | None = None
    at: datetime | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Happens:
    """An event comes in."""

    event: str
    values: Values


@dataclass(frozen=True, slots=True)
class Change:
    """An attribute gets a value, or with `record`, of that kind, a field of a record."""

    record: str | None
    name: str
    value: Cond


@dataclass(frozen=True, slots=True)
class Reply:
    """The customer answers."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """A person finishes a task."""

    task: str
    outcome: str
    values: Values


@dataclass(frozen=True, slots=True)
class Decide:
    """A person approves what waits for them, a message or a benefit, or refuses it."""

    what: str
    approve: bool


@dataclass(frozen=True, slots=True)
class Fail:
    """From now on a channel takes nothing for the customer."""

    channel: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The gateway tells what became of a message."""

    message: str
    says: Literal["delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Agree:
    """The customer agrees to be written to, or with `withdrawn` takes that back. None: every policy, every channel."""

    policy: str | None
    channel: str | None
    withdrawn: bool


Act = Happens | Change | Reply | Finish | Decide | Fail | Receipt | Agree


@dataclass(frozen=True, slots=True)
class Sent:
    """A message has gone since it was last expected; `negated`: it has not."""

    message: str
    via: str | None = None
    containing: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InState:
    """The customer is in a state or a stage, named by as many of journey, stage and state as are needed."""

    name: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The journey gone through last has ended like this."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A task is open."""

    task: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message is held up; `because` is a piece of the reason."""

    message: str
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A benefit has been given."""

    benefit: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing has been sent, asked or granted since the step before."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """So many messages within any time of that length, from the start on."""

    count: int
    per: Duration


@dataclass(frozen=True, slots=True)
class Holds:
    """A condition holds of the customer, or of a record of this kind of theirs."""

    condition: Cond
    record: str | None = None


Expectation = Sent | InState | Ended | Asked | Waiting | Granted | Nothing | AtMost | Holds


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens at a time, or is expected then; with `until`, all the time from the step before."""

    at: datetime
    who: Who
    does: Act | Expectation
    until: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario; the clock starts at `start`, None when it tells no time at all.

    The steps are in the order of their times, else as written.
    """

    title: str
    start: datetime | None
    givens: tuple[Given, ...]
    steps: tuple[Step, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)
