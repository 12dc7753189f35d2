"""What the reference interpreter knows: everything in lists, searched from the front.

Instants are aware datetimes in UTC, money whole minor units, a missing value None.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

MessageStatus = Literal[
    "waiting", "held", "ready", "sending", "unknown", "sent", "delivered", "failed", "dropped", "cancelled"
]
TAKEN_BACK = ("waiting", "held", "ready")
COUNTED = ("ready", "sending", "unknown", "sent", "delivered")


@dataclass(slots=True)
class Customer:
    """`number` is the order in which customers became known."""

    number: int
    id: str
    attributes: dict[str, Any] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Record:
    """A thing of a customer's; `number` is the order in which the records of its kind became known."""

    kind: str
    number: int
    id: str
    customer: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """`seq` is the order of arrival over all kinds."""

    kind: str
    customer: str
    at: datetime
    seq: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Consent:
    """A word on the matter: yes, or no. `policy` and `channel` None: for every one."""

    customer: str
    policy: str | None
    channel: str | None
    at: datetime
    given: bool = True


@dataclass(slots=True)
class Optout:
    """`channel` None: from everything."""

    customer: str
    channel: str | None
    at: datetime
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A state entered, or an end (`state` None)."""

    at: datetime
    state: str | None
    outcome: str | None = None


@dataclass(slots=True)
class Enrolment:
    """One run of a customer, or of one of their records, through a journey.

    `cursor`: (at, seq) of the last happening that was history when the state was entered.
    """

    journey: str
    customer: str
    record: Record | None
    occurrence: int
    status: Literal["active", "ended", "watched"]
    entered_at: datetime
    stage_entered_at: datetime
    state_entered_at: datetime
    cursor: tuple[datetime, int]
    held_out: bool = False
    state: str | None = None
    visit: int = 0
    settled_at: datetime | None = None
    pending: int = 0
    goal_at: datetime | None = None
    outcome: str | None = None
    ended_at: datetime | None = None
    visits: list[Visit] = field(default_factory=list)

    @property
    def record_number(self) -> int:
        """0 when the journey runs for the customer as such."""
        return self.record.number if self.record else 0


Bound = tuple[str | None, str | None, str | None] | Literal["beforehand"]
"""What somebody has let go: a channel, a subject and a text; or whatever the rules make of it."""


@dataclass(slots=True)
class Message:
    """A message wanted, and what became of it. `refused_by`: channels that have refused it for good.

    `asked`: the roles that must let it go; `signed`: those for which somebody has; `approved`: nobody is left who must.
    What they let go is `bound`. `written`: what people wrote in the place of its text, by channel.
    """

    enrolment: Enrolment
    visit: int
    action: int
    message: str
    policy: str
    created_at: datetime
    status: MessageStatus = "waiting"
    channel: str | None = None
    until: datetime | None = None
    because: str | None = None
    asked: tuple[str, ...] = ()
    signed: frozenset[str] = frozenset()
    approved: bool = False
    bound: Bound | None = None
    written: dict[str, str] = field(default_factory=dict)
    counted_at: datetime | None = None
    sent_at: datetime | None = None
    subject: str | None = None
    text: str | None = None
    refused_by: set[str] = field(default_factory=set)
    sampled: bool = False
    piloted: bool = False
    opted_out: bool = False


@dataclass(slots=True)
class Task:
    """Work for a person."""

    enrolment: Enrolment
    visit: int
    action: int
    task: str
    role: str | None
    created_at: datetime
    due_at: datetime | None
    status: Literal["open", "done", "expired", "cancelled"] = "open"
    rank: float | None = None
    outcome: str | None = None
    closed_at: datetime | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    told: Event | None = None


@dataclass(slots=True)
class Grant:
    """A benefit that a state grants, and what became of it. `last_day`: on which it may be used; None: for ever."""

    enrolment: Enrolment
    visit: int
    action: int
    benefit: str
    has_else: bool
    created_at: datetime
    status: Literal["waiting", "held", "granted", "refused", "spent", "cancelled"] = "waiting"
    granted_at: datetime | None = None
    last_day: date | None = None
    code: str | None = None


@dataclass(slots=True)
class Beforehand:
    """So many messages of a name that somebody lets go before they are there, for their roles."""

    message: str
    roles: frozenset[str]
    left: int


@dataclass(slots=True)
class Facts:
    """Everything. `stopped`, `pilots`, `places`: of policies that watch, by policy and message; see `editions`.

    `doubts`: who has written what may be an opt-out and waits for a person, once for each time.
    """

    customers: dict[str, Customer] = field(default_factory=dict)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    optouts: list[Optout] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    arrivals: int = 0
    stopped: set[tuple[str, str]] = field(default_factory=set)
    pilots: dict[tuple[str, str], str] = field(default_factory=dict)
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    heard: set[int] = field(default_factory=set)
    beforehand: list[Beforehand] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def arrive(self, kind: str, customer: str, at: datetime, fields: dict[str, Any]) -> Event:
        """Take an event in, under the next arrival number."""
        self.arrivals += 1
        event = Event(kind, customer, at, self.arrivals, fields)
        self.events.setdefault(customer, []).append(event)
        return event

    def events_of(self, customer: str, kind: str, now: datetime) -> list[Event]:
        """A customer's events of a kind that have happened, in the order of (at, seq)."""
        events = [e for e in self.events.get(customer, ()) if e.kind == kind and e.at <= now]
        return sorted(events, key=lambda event: (event.at, event.seq))

    def records_of(self, customer: str, kind: str) -> list[Record]:
        """A customer's records of a kind, by number."""
        return [r for r in self.records.values() if r.kind == kind and r.customer == customer]

    def enrolments_of(self, customer: str, journey: str | None = None) -> list[Enrolment]:
        """A customer's enrolments, in the order in which they began."""
        return [e for e in self.enrolments if e.customer == customer and journey in (None, e.journey)]

    def messages_of(self, customer: str) -> list[Message]:
        """A customer's messages, in the order in which they were wanted."""
        return [m for m in self.messages if m.enrolment.customer == customer]
