"""What a scenario tells, into the store by the ways that everything takes: imports, finished tasks, decisions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from dsl.model import scenarios as m
from dsl.model.conditions import Cond, Type
from dsl.model.model import Field
from dsl.wording import Phrase
from engine.channels.protocol import Receipt, Reply
from engine.conditions.compiling import Scene, flag_value
from engine.conditions.moments import Sql
from engine.conditions.world import Clockwork, RunValues
from engine.errors import RefusedError
from engine.imports.intake import Intake
from engine.inbox.receipts import By as Gateway
from engine.inbox.receipts import take_receipts
from engine.inbox.replies import Writer, take_from
from engine.inbox.senders import Senders
from engine.people.consents import Consent, give, withdraw
from engine.people.decisions import approve, refuse
from engine.people.practice import Practice
from engine.people.tasks import Desk, Finish, finish_task
from engine.permits.senders import address_of
from engine.plans.statement import compiled
from engine.running.acting import whole
from engine.scenarios.finding import held_grant, held_message, last_channel, open_task, person, unanswered
from engine.scenarios.stage import PLAYER, Stage
from engine.storage.audit import By
from engine.storage.bad_values import BadValueError
from engine.storage.values import Stored, reader
from engine.views.window import shown
from engine.wording import say

_LONG_AGO = 0
"""When customers of scenarios agreed to be written to."""


class CannotBeDoneError(Exception):
    """A step asks for what cannot be done; `needs` says what would have to be there."""

    def __init__(self, needs: Phrase) -> None:
        super().__init__(str(needs))
        self.needs = needs


@dataclass(slots=True)
class Feed:
    """Takes in what one scenario tells."""

    stage: Stage
    connection: sa.Connection
    now: int
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        """What is told comes in as if it were imported."""
        stage, by = self.stage, By(PLAYER, self.now)
        self.intake = Intake(self.connection, stage.model, stage.surroundings, by, tuple(stage.lines))

    def given(self, given: m.Given, number: int) -> None:
        """Something known before the clock starts; `number` tells equal events apart. Raises CannotBeDoneError."""
        match given.family:
            case "customer":
                self._customer(given)
            case "record":
                own: dict[str, Stored] = {"id": given.id, "customer": given.who.customer}
                types = _types(self.stage.model.records[given.name].fields)
                self.intake.stored(given.name, own | self._values(given.values, types, given.who))
            case "event":
                assert given.at is not None  # noqa: S101  # events have a time
                zone = self.stage.config.zone
                at = zone.instant(given.at)
                if at > self.now:
                    start = zone.on_the_wall(self.now)
                    raise CannotBeDoneError(
                        say("a time that is not after the clock starts, {start}", start=start)
                    )
                self._event(given.name, given.values, given.who, at, number)

    def act(self, step: m.Step, number: int) -> None:
        """What happens at a step. Raises CannotBeDoneError."""
        who = step.who
        match step.does:
            case m.Happens(event=event, values=values):
                self._event(event, values, who, self.now, number)
            case m.Reply(text=text):
                self._reply(text, who, number)
            case m.Change(record=None, name=name, value=value):
                types = _types(self.stage.model.customer)
                self.intake.stored(
                    "customers", {"id": who.customer} | self._values(((name, value),), types, who)
                )
            case m.Change(record=record, name=name, value=value):
                self._change_record(str(record), name, value, who)
            case m.Finish() as finish:
                self._finish(finish, who)
            case m.Decide() as decision:
                self._decide(decision, who)
            case m.Fail(channel=channel):
                self.stage.lines[channel].failing.add(who.customer)
            case m.Receipt() as receipt:
                self._receipt(receipt, who, number)
            case m.Agree() as said:
                self._agree(said, who)

    def _customer(self, given: m.Given) -> None:
        """Who is given agrees to everything; an opt-out that is given is newer."""
        types = _types(self.stage.model.customer)
        self.intake.stored(
            "customers", {"id": given.who.customer} | self._values(given.values, types, given.who)
        )
        self.intake.stored("consents", {"customer": given.who.customer, "at": _LONG_AGO, "source": PLAYER})

    def _event(self, kind: str, values: m.Values, who: m.Who, at: int, number: int) -> None:
        own: dict[str, Stored] = {"customer": who.customer, "at": at, "id": f"#{number}"}
        types = _types(self.stage.model.events[kind].fields)
        self.intake.stored(kind, own | self._values(values, types, who))

    def _reply(self, text: str, who: m.Who, number: int) -> None:
        """By the channel by which the customer was written to last."""
        customer = self._number(who)
        channel = last_channel(self.connection, self.stage.plan, who) or next(iter(self.stage.lines))
        configured = self.stage.config.channels.get(channel)
        named = address_of(self.stage.model, channel, None if configured is None else configured.address)
        senders = Senders(self.connection, self.stage.model, self.stage.surroundings, named)
        sender = senders.address(customer) or who.customer
        reply = Reply(f"#{number}", sender, text, at=self.now)
        about = person(self.connection, self.stage.plan, who)
        take_from(senders, channel, reply, Writer(customer, who.customer, about.record), self.now)

    def _change_record(self, kind: str, name: str, value: Cond, who: m.Who) -> None:
        rows = self.stage.plan.tables.records[kind]
        mine = sa.select(rows.c.id).where(rows.c.customer == self._number(who)).order_by(rows.c.record)
        identity = who.record or self.connection.scalar(mine)
        if identity is None:
            raise CannotBeDoneError(say("a record `{kind}` of {who}", kind=kind, who=who.customer))
        types = _types(self.stage.model.records[kind].fields)
        self.intake.stored(kind, {"id": identity} | self._values(((name, value),), types, who))

    def _finish(self, finish: m.Finish, who: m.Who) -> None:
        found = open_task(self.connection, self.stage.plan, who, finish.task)
        if found is None:
            raise CannotBeDoneError(say("an open task `{name}`", name=finish.task))
        intent, declared = found
        asks = {ask.name: ask.type for ask in declared.asks}
        types = _types(self.stage.model.customer) | asks
        values = self._values(finish.values, types, who)
        others = {name: value for name, value in values.items() if name not in asks}
        if others:
            self.intake.stored("customers", {"id": who.customer} | others)
        zone = self.stage.config.zone
        answers = {name: shown(values[name], asks[name].kind, zone) for name in values if name in asks}
        desk = Desk(self.connection, self.stage.model, self.stage.plan.world.symbols, self.stage.surroundings)
        finish_task(desk, intent, Finish(finish.outcome, answers), By(PLAYER, self.now))

    def _decide(self, decision: m.Decide, who: m.Who) -> None:
        plan, of_benefit = self.stage.plan, decision.what in self.stage.model.benefits
        if of_benefit:
            intent = held_grant(self.connection, plan, who, decision.what)
        else:
            intent = held_message(self.connection, plan, who, decision.what)
        if intent is None:
            raise CannotBeDoneError(
                say("a benefit `{name}` that somebody must approve", name=decision.what)
                if of_benefit
                else say("a message `{name}` that somebody must look at", name=decision.what)
            )
        decide = approve if decision.approve else refuse
        practice = Practice(plan.world.zone)
        try:
            decide(self.connection, intent, By(PLAYER, self.now), practice=practice)
        except RefusedError as error:
            raise CannotBeDoneError(error.message) from error

    def _receipt(self, receipt: m.Receipt, who: m.Who, number: int) -> None:
        """From the gateway of the channel by which the message went."""
        found = unanswered(self.connection, self.stage.plan, who, receipt.message)
        if found is None:
            needs = say("a message `{name}` that has gone and has no receipt yet", name=receipt.message)
            raise CannotBeDoneError(needs)
        channel, key = found
        by = Gateway(channel, self.stage.lines[channel].capabilities)
        take_receipts(
            self.connection, by, [Receipt(f"#{number}", key, None, receipt.says, at=self.now)], self.now
        )

    def _agree(self, said: m.Agree, who: m.Who) -> None:
        consent = Consent(self._number(who), said.policy, said.channel, self.now, PLAYER)
        record = withdraw if said.withdrawn else give
        if not record(self.connection, self.stage.plan.world.symbols, consent, By(PLAYER, self.now)):
            raise CannotBeDoneError(
                say("a consent to take back: {what}", what=consent.what)
                if said.withdrawn
                else say("a consent that is not given yet: {what}", what=consent.what)
            )

    def _number(self, who: m.Who) -> int:
        return self.intake.owners.numbers(self.connection, [who.customer])[0]

    def _values(self, values: m.Values, types: Mapping[str, Type], who: m.Who) -> dict[str, Stored]:
        """What values come to now, of this customer."""
        if not values:
            return {}
        plan = self.stage.plan
        rows = plan.tables.customer.alias()
        scene = Scene(plan.world, rows.c.customer, rows, used=set())
        query = sa.select(*(self._value(value, types[name], scene) for name, value in values))
        query = query.select_from(rows).where(rows.c.customer == self._number(who))
        clock = RunValues(plan.world.instants, Clockwork(self.now, self.now, 0))
        (row,) = compiled(query, plan.dialect).rows(self.connection, clock)
        return {
            name: self._read(name, cell, types[name]) for (name, _), cell in zip(values, row, strict=True)
        }

    def _value(self, value: Cond, kind: Type, scene: Scene) -> Sql:
        expression = flag_value(value, scene)
        return whole(expression) if kind.kind == "money" else expression

    def _read(self, name: str, value: Stored, kind: Type) -> Stored:
        """Numbers and addresses in the form in which they are stored."""
        if kind.kind in {"phone", "email"} and value is not None:
            try:
                return reader(kind, self.stage.surroundings)(value)
            except BadValueError as error:
                needs = say("a value for `{name}`: {reason}", name=name, reason=error.reason)
                raise CannotBeDoneError(needs) from error
        return bool(value) if kind.kind == "flag" and value is not None else value


def _types(fields: Iterable[Field]) -> dict[str, Type]:
    return {field.name: field.type for field in fields}
