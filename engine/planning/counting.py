"""What happened on a copy of the database in a period, and what is left waiting at its end: counted in SQL."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.model.journeys import Action, Grant
from dsl.model.model import Benefit, Model
from dsl.texts.segments import segments
from engine.calendars.zone import Zone
from engine.config import Config
from engine.storage.benefit_tables import grant
from engine.storage.customers import customer
from engine.storage.schema import enrolment, message, task
from engine.storage.states import GrantStatus, MessageStatus
from engine.storage.symbols import Symbols, load_symbols

BILLED_BY_SEGMENT = "sms"


class Entered(NamedTuple):
    """Enrolments of a business day."""

    day: int
    journey: str
    number: int


class Ended(NamedTuple):
    """Ends of a business day; `outcome` None: a watch that was over."""

    day: int
    journey: str
    outcome: str | None
    number: int


class Sent(NamedTuple):
    """Messages of a business day. `segments` are those of SMS, else 0; `cost` in major units of money."""

    day: int
    journey: str
    state: str
    message: str
    channel: str
    number: int
    segments: int
    cost: Decimal


class Opened(NamedTuple):
    """Tasks opened on a business day."""

    day: int
    journey: str
    state: str
    task: str
    role: str | None
    number: int


class Left(NamedTuple):
    """Messages that wait, are held or were dropped, and why; `by`: the policy, of held ones the role."""

    by: str | None
    because: str | None
    number: int


class Granted(NamedTuple):
    """Benefits given, or reserved for a person's word, on a business day."""

    day: int
    benefit: str
    number: int


class Example(NamedTuple):
    """The first message of its kind in a period: whom it went to, when, and how it read."""

    journey: str
    state: str
    message: str
    customer: str
    at: int
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What a period brought, and what was left at its end. `granting`: whether rules grant anything.

    `piloting`: whether policies ask for pilots.
    """

    entered: tuple[Entered, ...]
    ended: tuple[Ended, ...]
    sent: tuple[Sent, ...]
    tasks: tuple[Opened, ...]
    waiting: tuple[Left, ...]
    held: tuple[Left, ...]
    dropped: tuple[Left, ...]
    grants: tuple[Granted, ...]
    examples: tuple[Example, ...]
    granting: bool
    benefits: Mapping[str, Benefit]
    piloting: bool


def count(connection: sa.Connection, config: Config, model: Model, since: int) -> Counts:
    """Everything after `since`."""
    counting = _Counting(connection, load_symbols(connection), config, model, since)
    changed = message.c.changed_at > since
    return Counts(
        entered=tuple(counting.entered()),
        ended=tuple(counting.ended()),
        sent=tuple(counting.sent()),
        tasks=tuple(counting.tasks()),
        waiting=tuple(counting.left(message.c.policy, MessageStatus.WAITING)),
        held=tuple(counting.left(message.c.role, MessageStatus.HELD)),
        dropped=tuple(counting.left(message.c.policy, MessageStatus.DROPPED, changed)),
        grants=tuple(counting.grants()),
        examples=tuple(counting.examples()),
        granting=any(isinstance(action, Grant) for action in _actions(model)),
        benefits=model.benefits,
        piloting=any(policy.pilot for policy in model.policies.values()),
    )


@dataclass(frozen=True, slots=True)
class _Counting:
    connection: sa.Connection
    symbols: Symbols
    config: Config
    model: Model
    since: int

    def entered(self) -> Iterable[Entered]:
        found = self._by_day(enrolment.c.entered_at, enrolment.c.journey)
        return (Entered(day, self._name(journey), number) for (day, journey), number in found)

    def ended(self) -> Iterable[Ended]:
        found = self._by_day(enrolment.c.ended_at, enrolment.c.journey, enrolment.c.outcome)
        for (day, journey, outcome), number in found:
            yield Ended(day, self._name(journey), self.symbols.name_or(outcome), number)

    def sent(self) -> Iterable[Sent]:
        segmented = self._segments()
        key = (message.c.state, message.c.message, message.c.channel)
        for (day, state, name, channel), number in self._by_day(message.c.sent_at, *key):
            journey, _, own = self._name(state).partition("/")
            via, parts = self._name(channel), segmented[day, state, name, channel]
            known = self.config.channels.get(via)
            cost = (known.cost if known else Decimal(0)) * (parts or number)
            yield Sent(day, journey, own, self._name(name), via, number, parts, cost)

    def tasks(self) -> Iterable[Opened]:
        for (day, state, name, role), number in self._by_day(
            task.c.created_at, task.c.state, task.c.task, task.c.role
        ):
            journey, _, own = self._name(state).partition("/")
            yield Opened(day, journey, own, self._name(name), self.symbols.name_or(role), number)

    def left(
        self, by: sa.Column[Any], status: MessageStatus, *these: sa.ColumnElement[bool]
    ) -> Iterable[Left]:
        key = (by, message.c.because)
        rows = sa.select(*key, sa.func.count()).where(message.c.status == status, *these).group_by(*key)
        found = [Left(self.symbols.name_or(own), why, n) for own, why, n in self.connection.execute(rows)]
        return sorted(found, key=lambda left: (-left.number, left.by or "", left.because or ""))

    def grants(self) -> Iterable[Granted]:
        """What was given, and what is reserved for those about whom somebody must decide."""
        at = sa.func.coalesce(grant.c.granted_at, grant.c.changed_at)
        reserved = grant.c.status.in_((GrantStatus.HELD, GrantStatus.GRANTED))
        for (day, benefit), number in self._by_day(at, grant.c.benefit, where=reserved):
            yield Granted(day, self._name(benefit), number)

    def examples(self) -> Iterable[Example]:
        kind, at = (message.c.state, message.c.message), sa.func.min(message.c.sent_at).label("at")
        first = sa.select(*kind, at).where(message.c.sent_at > self.since).group_by(*kind)
        for row in self.connection.execute(first.order_by(*kind)).all():
            same = (
                message.c.state == row.state,
                message.c.message == row.message,
                message.c.sent_at == row.at,
            )
            columns = sa.select(customer.c.id, message.c.channel, message.c.text)
            joined = columns.join_from(message, customer, customer.c.customer == message.c.customer)
            who, via, text = self.connection.execute(
                joined.where(*same).order_by(customer.c.customer).limit(1)
            ).one()
            journey, _, own = self._name(row.state).partition("/")
            yield Example(journey, own, self._name(row.message), who, row.at, self._name(via), text or "")

    def _segments(self) -> Counter[tuple[int, ...]]:
        """SMS segments by day, state, message and channel."""
        found: Counter[tuple[int, ...]] = Counter()
        channel = self.symbols.find("channel", BILLED_BY_SEGMENT)
        columns = (message.c.sent_at, message.c.state, message.c.message, message.c.text)
        rows = sa.select(*columns).where(message.c.sent_at > self.since, message.c.channel == channel)
        day = _days(self.config.zone)
        for at, state, name, text in self.connection.execute(rows) if channel else ():
            found[day(at), state, name, channel or 0] += segments(text or "")
        return found

    def _by_day(
        self, at: sa.ColumnElement[Any], *key: sa.Column[Any], where: sa.ColumnElement[bool] | None = None
    ) -> list[tuple[tuple[Any, ...], int]]:
        """How many rows after `since`, by business day and key."""
        rows = sa.select(at, *key, sa.func.count()).where(at > self.since).group_by(at, *key)
        found: Counter[tuple[Any, ...]] = Counter()
        day = _days(self.config.zone)
        for row in self.connection.execute(rows if where is None else rows.where(where)):
            found[day(row[0]), *row[1:-1]] += row[-1]
        return sorted(found.items(), key=lambda item: [part or 0 for part in item[0]])

    def _name(self, number: int | None) -> str:
        return self.symbols.name_or(number) or ""


def _actions(model: Model) -> Iterable[Action]:
    states = (state for journey in model.journeys.values() for state in journey.states)
    return (action for state in states for action in state.actions)


def _days(zone: Zone) -> Callable[[int], int]:
    """The business day of an instant; there are few of them, for they are the times of runs."""
    known: dict[int, int] = {}

    def day(at: int) -> int:
        if at not in known:
            known[at] = zone.day(at)
        return known[at]

    return day
