"""The engine as the differential test drives it: an in-memory store told the same steps, run and read back.

Steps are written straight into the tables: imports are tested elsewhere.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dsl.model.conditions import Kind
from dsl.model.model import Field, Model
from dsl.units import Duration
from engine.calendars.setting import Setting
from engine.calendars.zone import Zone
from engine.channels.protocol import Accepted, Capabilities, Channel, Outgoing, Receipt, Rejected, Says
from engine.channels.protocol import Outcome as Answer
from engine.delivery.delivery import Delivery
from engine.errors import RefusedError
from engine.inbox.receipts import By as ByChannel
from engine.inbox.receipts import take_receipts
from engine.people.consents import Consent, give
from engine.people.optouts import OptOut, opt_out
from engine.people.reopening import reopen_task
from engine.people.tasks import Desk, Finish, declared_task, finish_task
from engine.permits.permitting import Permits
from engine.permits.senders import make_permits
from engine.plans.plan import Plan, make_plan
from engine.running.run import How
from engine.running.turn import Moment, turn
from engine.storage import schema as s
from engine.storage.arrivals import mark_changed, take
from engine.storage.audit import By
from engine.storage.benefit_tables import grant
from engine.storage.customers import customer_hash
from engine.storage.declared import column_name
from engine.storage.keys import intent_in
from engine.storage.states import Fate, GrantStatus, MessageStatus, TaskStatus
from engine.storage.store import Store, open_store
from engine.storage.symbols import load_symbols
from engine.storage.values import Surroundings
from tests.deliveries import Gateway
from tests.engine_people import Office, decide, first, hire
from tests.oracle import history as h
from tests.oracle.outcomes import Outcome, Row, in_order, plain, values_of

CHANNELS = ("sms", "email", "wecom", "push", "webhook")
_EPOCH, _DAY_ZERO = datetime(1970, 1, 1, tzinfo=UTC), date(1970, 1, 1)
_STATUS = {s.ACTIVE: "active", s.ENDED: "ended", s.WATCHED: "watched"}
_KEY = ("customer", "journey", "record", "occurrence")

Dump = dict[str, tuple[Row, ...]]
"""The rows of tables by name."""


def ms(instant: datetime) -> int:
    """An instant as it is stored."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def instant_of(stored: int | None) -> Any:
    """The same back, in the form of outcomes."""
    return None if stored is None else plain(_EPOCH + timedelta(milliseconds=stored))


class EngineSide:
    """A store with one rule set applied, from its start."""

    def __init__(self, model: Model, zone: str, how: How | None = None) -> None:
        self.model, self.how = model, how or How()
        self.store: Store = open_store(":memory:")
        with self.store.write() as connection:
            self.plan: Plan = make_plan(connection, 1, model, Setting(Zone(zone), Duration(3, "day"), "CN"))
            self.plan.tables.metadata.create_all(connection)
            hire(connection)
        permits = make_permits(self.plan, {"brand": "Homing"}, {})
        channels: dict[str, Channel] = {name: Gateway(self._answer, receipts=True) for name in CHANNELS}
        self.refusing: frozenset[str] = frozenset()
        self.permits: Permits = permits
        self.deliver = Delivery(self.store, self.plan, permits, channels, alone=True)
        self.customers: dict[str, int] = {}
        self.records: dict[tuple[str, str], int] = {}

    def tell(self, step: h.Step, moment: h.Moment) -> None:
        """One step of a history."""
        now = ms(moment.at)
        with self.store.write() as connection:
            match step:
                case h.Known():
                    self._customer(connection, step)
                case h.Thing():
                    self._record(connection, step)
                case h.Happens():
                    at = now if step.at is None else ms(step.at)
                    self._event(connection, step.kind, step.customer, at, step.fields)
                    return
                case h.Labelled():
                    self._label(connection, step)
                case h.Agrees():
                    self._consent(connection, step, now)
                case h.OptsOut():
                    self._optout(connection, step, now)
                case h.Finishes():
                    self._finish(connection, step, now)
                case h.Reopens():
                    self._reopen(connection, step, now)
                    return
                case h.Told():
                    self._told(connection, step, now)
                    return
                case _:
                    decide(self._office(connection, now), step)
                    return
            mark_changed(connection, [self.customers[step.customer]])

    def live(self, moment: h.Moment) -> None:
        """Tell all that happens at a moment, then do what `homing run` does."""
        for step in moment.steps:
            self.tell(step, moment)
        self.settle(moment)

    def settle(self, moment: h.Moment) -> None:
        """What `homing run` does: run and send until nothing changes any more."""
        self.refusing = moment.refusing
        turn(self.store, self.plan, self.permits, self.deliver, Moment(ms(moment.at), self.how))

    def _answer(self, message: Outgoing) -> Answer:
        return Rejected("refused") if message.channel in self.refusing else Accepted()

    def _customer(self, connection: sa.Connection, step: h.Known) -> None:
        table, fields = self.plan.tables.customer, _by_name(self.model.customer)
        values = {column_name(name): _stored(value, fields[name]) for name, value in step.attributes.items()}
        number = self.customers.get(step.customer)
        if number is None:
            number = self.customers[step.customer] = len(self.customers) + 1
            own = {"customer": number, "id": step.customer, "hash": customer_hash(step.customer)}
            connection.execute(table.insert().values(own | values))
        elif values:
            connection.execute(table.update().where(table.c.customer == number).values(values))

    def _record(self, connection: sa.Connection, step: h.Thing) -> None:
        table, fields = self.plan.tables.records[step.kind], _by_name(self.model.records[step.kind].fields)
        values = {column_name(name): _stored(value, fields[name]) for name, value in step.fields.items()}
        number = self.records.get((step.kind, step.id))
        if number is None:
            number = self.records[step.kind, step.id] = len(self.records) + 1
            own = {"record": number, "id": step.id, "customer": self.customers[step.customer]}
            connection.execute(table.insert().values(own | values))
        elif values:
            connection.execute(table.update().where(table.c.record == number).values(values))

    def _event(
        self, connection: sa.Connection, kind: str, customer: str, at: int, fields: Mapping[str, Any]
    ) -> None:
        types, seq = _by_name(self.model.events[kind].fields), take(connection, 1)
        own = {"customer": self.customers[customer], "at": at, "seq": seq, "digest": seq}
        values = {column_name(name): _stored(value, types[name]) for name, value in fields.items()}
        connection.execute(self.plan.tables.events[kind].insert().values(own | values))

    def _label(self, connection: sa.Connection, step: h.Labelled) -> None:
        row = {"customer": self.customers[step.customer], "tag": step.tag}
        connection.execute(s.tag.delete().filter_by(**row))
        if not step.remove:
            connection.execute(s.tag.insert().values(row))

    def _consent(self, connection: sa.Connection, step: h.Agrees, now: int) -> None:
        given = Consent(self.customers[step.customer], step.policy, step.channel, now)
        give(connection, self.plan.world.symbols, given, By("test", now))

    def _optout(self, connection: sa.Connection, step: h.OptsOut, now: int) -> None:
        said = OptOut(self.customers[step.customer], step.customer, step.channel, now, "test")
        opt_out(connection, self.plan.world.symbols, said, By("test", now))

    def _finish(self, connection: sa.Connection, step: h.Finishes, now: int) -> None:
        """Done is the first open one by journey, record, occurrence, visit and action."""
        symbols, task = self.plan.world.symbols, s.task
        which = (task.c.task == self._number("task", step.task), task.c.status == TaskStatus.OPEN)
        row = first(self._office(connection, now), task, step.customer, *which)
        if row is None:
            return
        declared = declared_task(self.model, symbols, row)
        assert declared is not None
        outcome = declared.outcomes[step.outcome % len(declared.outcomes)]
        asked = {ask.name for ask in declared.asks}
        answers = {name: value for name, value in step.answers.items() if name in asked}
        finish_task(self._desk(connection), intent_in(row), Finish(outcome, answers), By("Ann", now))

    def _reopen(self, connection: sa.Connection, step: h.Reopens, now: int) -> None:
        """Open again is the first one that was done at this moment; where a run has seen it, none."""
        of = s.task.c
        which = (
            of.task == self._number("task", step.task),
            of.status == TaskStatus.DONE,
            of.closed_at == now,
        )
        row = first(self._office(connection, now), s.task, step.customer, *which)
        if row is not None:
            with suppress(RefusedError):
                reopen_task(self._desk(connection), intent_in(row), By("Ann", now))

    def _desk(self, connection: sa.Connection) -> Desk:
        surroundings = Surroundings(self.plan.world.zone, "CN")
        return Desk(connection, self.model, self.plan.world.symbols, surroundings)

    def _office(self, connection: sa.Connection, now: int) -> Office:
        return Office(connection, self.plan, self.customers, now)

    def _told(self, connection: sa.Connection, step: h.Told, now: int) -> None:
        """Told of is the first one that was sent, by journey, record, occurrence, visit and action."""
        sent = s.message.c.status == MessageStatus.SENT
        row = first(self._office(connection, now), s.message, step.customer, sent)
        if row is None:
            return
        says: Says = "delivered" if step.arrived else "failed"
        at = None if step.at is None else ms(step.at)
        told = Receipt(row.key, f"{row.key}.{row.attempt}", None, says, None, at)
        by = ByChannel(self.plan.world.symbols.name(row.channel), Capabilities(receipts=True))
        came = take_receipts(connection, by, [told], now)
        assert came.fates == {Fate.APPLIED: 1}

    def _number(self, kind: str, name: str | None) -> int:
        """The number of a name; 0 stands for every one."""
        return 0 if name is None else self.plan.world.number(kind, name)

    def outcome(self) -> Outcome:
        """What the store holds, in canonical form."""
        with self.store.read() as connection:
            return _Reading(self, connection).outcome()

    def dump(self) -> Dump:
        """Every row of every table, but for the list of runs and what is the same in all databases of a zone.

        Not `wake_at`, which may lie in the past until a run looks at the enrolment.
        """
        with self.store.read() as connection:
            names = sorted({*sa.inspect(connection).get_table_names()} - _NOT_DUMPED)
            return {name: _rows(connection, name) for name in names}


_NOT_DUMPED = {"run", "calendar_day", "zone_step"}


def _rows(connection: sa.Connection, name: str) -> tuple[Row, ...]:
    rows = connection.execute(sa.select(sa.literal_column("*")).select_from(sa.table(name))).mappings()
    return in_order(tuple((key, value) for key, value in row.items() if key != "wake_at") for row in rows)


class _Reading:
    """A store read back, with the numbers of customers, records and names turned into names."""

    def __init__(self, side: EngineSide, connection: sa.Connection) -> None:
        self.side, self.connection = side, connection
        self.names = load_symbols(connection)
        self.ids = {number: identity for identity, number in side.customers.items()}
        self.record_ids = {number: identity for (_, identity), number in side.records.items()}

    def outcome(self) -> Outcome:
        """Everything."""
        return Outcome(
            enrolments=in_order(self._enrolment(row) for row in self._rows(s.enrolment)),
            visits=in_order(self._visit(row) for row in self._rows(s.visit)),
            messages=in_order(self._message(row) for row in self._rows(s.message)),
            tasks=in_order(self._task(row) for row in self._rows(s.task)),
            grants=in_order(self._grant(row) for row in self._rows(grant)),
            attributes=in_order(self._attributes()),
            tags=in_order((self.ids[row.customer], row.tag) for row in self._rows(s.tag)),
            events=in_order(self._events()),
        )

    def _rows(self, table: sa.Table) -> Any:
        return self.connection.execute(sa.select(table)).all()

    def _key(self, row: Any) -> Row:
        record = self.record_ids[row.record] if row.record else None
        return self.ids[row.customer], self.names.name(row.journey), record, row.occurrence

    def _state(self, row: Any) -> str | None:
        return None if row.state is None else self.names.name(row.state).partition("/")[2]

    def _enrolment(self, row: Any) -> Row:
        under_way = row.status == s.ACTIVE
        return (
            *self._key(row), _STATUS[row.status], self._state(row) if under_way else None,
            instant_of(row.entered_at), instant_of(row.settled_at) if under_way else None,
            instant_of(row.goal_at), self.names.name_or(row.outcome), instant_of(row.ended_at),
        )  # fmt: skip

    def _visit(self, row: Any) -> Row:
        outcome = self.names.name_or(row.outcome)
        return *self._key(row), row.visit, instant_of(row.at), self._state(row), outcome

    def _message(self, row: Any) -> Row:
        status = MessageStatus(row.status)
        known = status.word in ("ready", "sent", "delivered", "failed")
        channel = self.names.name_or(row.channel)
        return (
            *self._key(row), row.visit, row.action, self.names.name(row.message), self.names.name(row.policy),
            status.word, instant_of(row.created_at),
            *((channel, row.subject, row.text) if known else (None, None, None)),
            instant_of(row.sent_at), instant_of(row.until) if status is MessageStatus.WAITING else None,
        )  # fmt: skip

    def _task(self, row: Any) -> Row:
        return (
            *self._key(row), row.visit, row.action, self.names.name(row.task), self.names.name_or(row.role),
            TaskStatus(row.status).word, instant_of(row.created_at), instant_of(row.due_at),
            instant_of(row.closed_at), self.names.name_or(row.outcome),
            plain(row.rank) if row.status == TaskStatus.OPEN else None,
        )  # fmt: skip

    def _grant(self, row: Any) -> Row:
        last = None if row.expires is None else plain(_DAY_ZERO + timedelta(days=row.expires))
        return (
            *self._key(row), row.visit, row.action, self.names.name(row.benefit), GrantStatus(row.status).word,
            instant_of(row.created_at), instant_of(row.granted_at), last,
        )  # fmt: skip

    def _attributes(self) -> Any:
        for row in self._rows(self.side.plan.tables.customer):
            for name, value in _fields_of(row, self.side.model.customer).items():
                yield row.id, name, value

    def _events(self) -> Any:
        for kind, table in self.side.plan.tables.events.items():
            for row in self._rows(table):
                fields = _fields_of(row, self.side.model.events[kind].fields)
                yield self.ids[row.customer], kind, instant_of(row.at), values_of(fields)


def _by_name(fields: tuple[Field, ...]) -> dict[str, Kind]:
    return {field.name: field.type.kind for field in fields}


def _stored(value: Any, kind: Kind) -> Any:
    """A value of a history as the store keeps it."""
    if value is None:
        return None
    if kind == "date":
        return (value - _DAY_ZERO).days
    return ms(value) if kind == "time" else value


def _fields_of(row: Any, fields: tuple[Field, ...]) -> dict[str, Any]:
    """The values of a row that are there, as outcomes have them."""
    found = {}
    for field in fields:
        value = getattr(row, column_name(field.name))
        if value is not None:
            found[field.name] = _shown(value, field.type.kind)
    return found


def _shown(value: Any, kind: Kind) -> Any:
    if kind == "date":
        return plain(_DAY_ZERO + timedelta(days=value))
    return instant_of(value) if kind == "time" else plain(value)
