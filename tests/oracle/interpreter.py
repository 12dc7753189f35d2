"""The reference interpreter: customer by customer, row by row, as the contract of the language says it.

`Interpreter` takes in what happens, runs at given times and sends what may go. It decides what is right.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dsl.model import journeys as m
from dsl.model.model import Model
from dsl.units import Duration
from tests.oracle import granting, moments, people
from tests.oracle.conditions import holds, value_of
from tests.oracle.editions import oversee
from tests.oracle.entry import (
    Queue,
    admissions,
    door_is_open,
    enrol,
    may_start,
    qualifies,
    subject_of,
    subjects_of,
)
from tests.oracle.facts import (
    TAKEN_BACK,
    Consent,
    Customer,
    Enrolment,
    Facts,
    Grant,
    Message,
    Optout,
    Record,
    Task,
)
from tests.oracle.moves import LONG_AGO, Run, move, pick, scope_of, settle_one
from tests.oracle.outbox import close, judge
from tests.oracle.permits import elsewhere
from tests.oracle.world import Address, World, address_by_type

LATENESS = Duration(3, "day")
MOST_MOVES = 50
MOST_ROUNDS = 50


class Interpreter:
    """A rule set with what is known, at the instant of its last run."""

    def __init__(
        self,
        model: Model,
        zone: str = "Asia/Shanghai",
        lateness: Duration = LATENESS,
        address: Address = address_by_type,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        self.world = World(model, ZoneInfo(zone), lateness, address, dict(variables or {"brand": "Homing"}))
        self.queue = Queue()
        self.last: tuple[datetime, int] | None = None
        self.stuck: set[tuple[str, str]] = set()
        self.moved: dict[int, int] = {}

    @property
    def facts(self) -> Facts:
        """Everything that is known."""
        return self.world.facts

    def customer(self, key: str, attributes: Mapping[str, Any] | None = None) -> Customer:
        """Make a customer known, or change the attributes named."""
        number = len(self.facts.customers) + 1
        customer = self.facts.customers.setdefault(key, Customer(number, key))
        customer.attributes.update(attributes or {})
        return customer

    def record(self, kind: str, key: str, customer: str, fields: Mapping[str, Any] | None = None) -> Record:
        """Make a record known, or change the fields named."""
        number = 1 + sum(record.kind == kind for record in self.facts.records.values())
        record = self.facts.records.setdefault((kind, key), Record(kind, number, key, customer))
        record.fields.update(fields or {})
        return record

    def arrive(self, kind: str, customer: str, at: datetime, fields: Mapping[str, Any] | None = None) -> None:
        """Take an event in; it may be dated in the past or the future."""
        self.facts.arrive(kind, customer, at, dict(fields or {}))

    def consent(
        self, customer: str, at: datetime, policy: str | None = None, channel: str | None = None
    ) -> None:
        """Record a consent."""
        self.facts.consents.append(Consent(customer, policy, channel, at))

    def withdraw(
        self, customer: str, at: datetime, policy: str | None = None, channel: str | None = None
    ) -> None:
        """Record that a consent was taken back."""
        self.facts.consents.append(Consent(customer, policy, channel, at, given=False))

    def optout(self, customer: str, at: datetime, channel: str | None = None) -> None:
        """Record an opt-out; one from everything takes back everything that waits."""
        self.facts.optouts.append(Optout(customer, channel, at))
        if not any(
            event.at == at and event.fields == {"channel": channel}
            for event in self.facts.events_of(customer, "optout", at)
        ):
            self.facts.arrive("optout", customer, at, {"channel": channel})
        if channel is not None:
            return
        for message in self.facts.messages_of(customer):
            if message.status in TAKEN_BACK:
                close(message, "cancelled", at)

    def finish(
        self, task: Task, outcome: str, at: datetime, answers: Mapping[str, Any] | None = None
    ) -> None:
        """A person has done a task that was open."""
        assert task.status == "open"
        task.status, task.outcome, task.closed_at, task.answers = "done", outcome, at, dict(answers or {})
        customer = self.facts.customers[task.enrolment.customer]
        for ask in self.action_of(task).asks:
            if ask.attribute and ask.name in task.answers:
                task.before[ask.name] = customer.attributes.get(ask.name)
                customer.attributes[ask.name] = task.answers[ask.name]
        task.told = self.facts.arrive("task_done", customer.id, at, {"task": task.task, "outcome": outcome})

    def reopen(self, task: Task) -> None:
        """A person takes back that a task was done, unless a run has seen it; what has changed since stays."""
        assert task.told is not None
        if self.last is not None and task.told.seq <= self.last[1]:
            return
        attributes = self.facts.customers[task.enrolment.customer].attributes
        for name, value in task.before.items():
            if attributes[name] == task.answers[name]:
                attributes[name] = value
        self.facts.events[task.enrolment.customer].remove(task.told)
        task.status, task.outcome, task.closed_at, task.before, task.told = "open", None, None, {}, None

    def action_of(self, task: Task) -> m.Task:
        """The action of the rules that asked for a task."""
        journey = self.world.model.journeys[task.enrolment.journey]
        state = journey.state(task.enrolment.visits[task.visit - 1].state or "")
        action = next(action for action in state.actions if action.number == task.action)
        assert isinstance(action, m.Task)
        return action

    def label(self, customer: str, tag: str, *, remove: bool = False) -> None:
        """A person puts a tag on a customer, or takes it off."""
        tags = self.facts.customers[customer].tags
        tags.discard(tag) if remove else tags.add(tag)

    def look(self, message: Message, roles: frozenset[str], at: datetime, *, approve: bool) -> None:
        """Somebody with these roles decides about a held message; the next run decides when it goes."""
        if approve:
            people.approve(message, roles, at)
        elif people.may(message, roles):
            close(message, "dropped", at)

    def hint(self, customer: str) -> None:
        """The customer writes what may be an opt-out."""
        self.facts.doubts.append(customer)

    def clear(self, customer: str, at: datetime, *, optout: bool) -> None:
        """Somebody says what such a reply meant."""
        self.facts.doubts.remove(customer)
        if optout:
            self.optout(customer, at)

    def decide(self, grant: Grant, roles: frozenset[str], at: datetime, *, approve: bool) -> None:
        """Somebody with these roles decides about a benefit that is held."""
        assert grant.status == "held"
        if self.world.model.benefits[grant.benefit].approve_by not in roles:
            return
        if approve:
            granting.give(grant, at, self.world)
        else:
            granting.lose(grant, "refused", at, self.world)

    def receipt(self, message: Message, now: datetime, at: datetime | None = None, *, arrived: bool) -> None:
        """A gateway tells what became of a message that was sent; that ends it, and it counts on."""
        assert message.status == "sent"
        assert message.sent_at is not None
        message.status = "delivered" if arrived else "failed"
        self._tell(message.status, message, max(min(at or now, now), message.sent_at))

    def run(self, now: datetime) -> None:
        """One run: moves and entries until nobody moves, then permits, then goals."""
        before, seq = self.last or (LONG_AGO, 0)
        if now < before:
            raise ValueError(f"the last run was at {before}")
        run = Run(now, before, seq, first=self.last is None)
        if now == before:
            run.moved = self.moved
        oversee(now, self.world, begins=True)
        admitted = admissions(self.queue, run, self.world)
        for customer in list(self.facts.customers.values()):
            self._end_watches(customer, now)
            self._until_nothing_moves(customer, admitted, run)
            self._permit(customer, now)
            self._watch_goals(customer, now)
        self._rank_tasks(now)
        granting.allot(now, self.world)
        self.stuck = {
            (item.journey, item.customer)
            for item in self.facts.enrolments
            if run.moved.get(id(item), 0) >= MOST_MOVES
        }
        self.last, self.moved = (now, self.facts.arrivals), run.moved

    def deliver(self, now: datetime, refusing: Collection[str] = ()) -> int:
        """Send what is ready, checked once more; some channels may refuse everything for good. How many.

        What goes counts for those after it, not for those before it.
        """
        oversee(now, self.world, begins=False)
        ready = [message for message in self._in_order(self.facts.messages) if message.status == "ready"]
        for message in ready:
            message.status, message.counted_at = "waiting", None
        for message in ready:
            judge(message, now, self.world, leaving=True)
        for message in ready:
            if message.status == "ready" and message.channel in refusing:
                self._refused(message, now)
            elif message.status == "ready":
                message.status, message.sent_at, message.counted_at = "sent", now, now
                self._tell("sent", message, now)
                settle_one(message, now)
        return len(ready)

    def settle(self, now: datetime, refusing: Collection[str] = ()) -> None:
        """What `homing run` does: run and deliver at one time until nothing changes any more."""
        for _ in range(MOST_ROUNDS):
            before = self._picture()
            self.run(now)
            self.deliver(now, refusing)
            if self._picture() == before:
                return

    def _until_nothing_moves(self, customer: Customer, admitted: dict[str, Any], run: Run) -> None:
        while True:
            moved = [self._turn(j, customer, admitted, run) for j in self.world.model.ordered_journeys()]
            if not any(moved):
                return

    def _turn(self, journey: m.Journey, customer: Customer, admitted: dict[str, Any], run: Run) -> bool:
        """A journey's turn for a customer: who is under way moves, then who qualifies enters and moves."""
        under_way = self.facts.enrolments_of(customer.id, journey.name)
        moved = self._move(under_way, run)
        entered = self._enter(journey, customer, admitted, run)
        self._move(entered, run)
        return moved or entered != []

    def _move(self, enrolments: list[Enrolment], run: Run) -> bool:
        """Step by step: all look at the same facts, then all move, in the order of their records."""
        moved = False
        enrolments = sorted(enrolments, key=lambda item: item.record_number)
        while True:
            picked = []
            for enrolment in enrolments:
                if enrolment.status == "active" and run.moved.get(id(enrolment), 0) < MOST_MOVES:
                    choice = pick(enrolment, run, self.world)
                    if choice is not None:
                        picked.append((enrolment, *choice))
            for enrolment, transition, event in picked:
                move(enrolment, transition, event, run, self.world)
            if not picked:
                return moved
            moved = True

    def _enter(
        self, journey: m.Journey, customer: Customer, admitted: dict[str, Any], run: Run
    ) -> list[Enrolment]:
        """Who was begun, or qualifies and is let in, enters; all are chosen before the first enters."""
        chosen = []
        for record in subjects_of(journey, customer, self.world):
            if (journey.name, customer.id, record) in run.begun:
                if may_start(journey, customer, record, run, self.world):
                    chosen.append(record)
            elif qualifies(journey, customer, record, run, self.world):
                subject = subject_of(journey, customer, record)
                limited = journey.at_most is not None
                if subject in admitted[journey.name] if limited else door_is_open(journey, run, self.world):
                    chosen.append(record)
        run.begun = [item for item in run.begun if item[:2] != (journey.name, customer.id)]
        return [enrol(journey, customer, record, run, self.world) for record in chosen]

    def _in_order(self, messages: list[Message]) -> list[Message]:
        """Who goes first when several compete for one customer."""

        def place(message: Message) -> tuple[Any, ...]:
            enrolment = message.enrolment
            priority = self.world.model.journeys[enrolment.journey].priority
            return (
                -priority, message.created_at, enrolment.journey, enrolment.record_number,
                enrolment.occurrence, message.visit, message.action,
            )  # fmt: skip

        return sorted(messages, key=place)

    def _permit(self, customer: Customer, now: datetime) -> None:
        for message in self._in_order(self.facts.messages_of(customer.id)):
            if message.status in ("waiting", "held"):
                judge(message, now, self.world)

    def _refused(self, message: Message, now: datetime) -> None:
        """A channel will never take the message: the next run finds another one, or it has failed."""
        assert message.channel is not None
        message.refused_by.add(message.channel)
        if elsewhere(message, now, self.world):
            message.status, message.until, message.counted_at = "waiting", now, None
        else:
            close(message, "failed", now)
            self._tell("failed", message, now)

    def _tell(self, kind: str, message: Message, now: datetime) -> None:
        enrolment = message.enrolment
        fields = {"message": message.message, "channel": message.channel, "journey": enrolment.journey}
        self.facts.arrive(kind, enrolment.customer, now, fields)

    def _end_watches(self, customer: Customer, now: datetime) -> None:
        """Who was held out is watched until the goal can no longer be met."""
        for enrolment in self.facts.enrolments_of(customer.id):
            over = self._goal_ends(enrolment)
            if enrolment.status == "watched" and over is not None and now > over:
                enrolment.status, enrolment.ended_at = "ended", over

    def _watch_goals(self, customer: Customer, now: datetime) -> None:
        """Goals are looked at when all have moved, of those who have left too."""
        for enrolment in self.facts.enrolments_of(customer.id):
            goal, over = self.world.model.journeys[enrolment.journey].goal, self._goal_ends(enrolment)
            if goal is None or over is None or enrolment.goal_at is not None or now > over:
                continue
            if holds(goal.condition, scope_of(enrolment, now, self.world)):
                enrolment.goal_at = now

    def _rank_tasks(self, now: datetime) -> None:
        """What is to be done has the rank that its journey gives it now."""
        for task in self.facts.tasks:
            rank = self.world.model.journeys[task.enrolment.journey].rank
            if task.status == "open" and rank is not None:
                task.rank = value_of(rank, scope_of(task.enrolment, now, self.world))

    def _goal_ends(self, enrolment: Enrolment) -> datetime | None:
        goal = self.world.model.journeys[enrolment.journey].goal
        return None if goal is None else moments.shift(enrolment.entered_at, goal.duration, self.world.zone)

    def _picture(self) -> tuple[Any, ...]:
        """All that a run or a delivery can change."""
        facts = self.facts
        return (
            facts.arrivals,
            [(len(e.visits), e.status, e.settled_at, e.goal_at) for e in facts.enrolments],
            [(item.status, item.until, len(item.refused_by)) for item in facts.messages],
            [item.status for item in facts.grants],
        )
