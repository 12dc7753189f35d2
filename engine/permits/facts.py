"""What the gate is told about the messages in `wanted`, fetched for a whole batch at once.

One statement per `send` gives a row for each message: what decides, as a key that many rows share, then addresses, then
the values that its text needs. Opt-outs and what went before are fetched only for customers who have any.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.model.journeys import Journey
from engine.conditions import moments
from engine.conditions.compiling import Scene, flag_value, sql
from engine.conditions.moments import Sql
from engine.conditions.world import World
from engine.permits.given import Awaited, Facts, Reach
from engine.permits.rules import SendRule
from engine.plans.plan import Plan
from engine.plans.statement import kept
from engine.plans.working import not_wanted, wanted
from engine.storage.benefit_tables import grant
from engine.storage.declared import column_name
from engine.storage.panels import roles_in
from engine.storage.review_tables import OPEN_REVIEW, review
from engine.storage.schema import INTENT, SUBJECT, VISIT, consent, message, optout
from engine.storage.states import GrantStatus
from engine.storage.symbols import EVERY, state_name
from engine.texts.latest_grant import latest_grant
from engine.texts.template_values import BENEFIT, Column


@dataclass(frozen=True, slots=True, eq=False)
class Sender:
    """One `send` of the rules with what fetching needs: numbers, addresses, and the names its texts use.

    `addresses`: per channel of `via` the customer's attribute, or None where the channel reaches nobody.
    `columns`: what is fetched for the texts, and `uses` for each channel the places of those it needs, in its order.
    `edition`: the number of the rule's edition.
    """

    place: int
    rule: SendRule
    journey: Journey
    addresses: tuple[str | None, ...]
    columns: tuple[Column, ...]
    uses: Mapping[str, tuple[int, ...]]
    edition: int | None = None

    def numbers(self, world: World) -> tuple[int, int, int]:
        """Numbers of journey and state, and the action's."""
        state = world.number("state", state_name(self.journey.name, self.rule.state))
        return world.number("journey", self.journey.name), state, self.rule.send.number

    @property
    def key_length(self) -> int:
        """How many columns of a row decide: see `candidates`."""
        rule = self.rule
        return 10 + 2 * len(rule.via) + len(rule.conditions)


KEY_AT = 4
"""Rows begin with customer, record, occurrence, visit; the key follows."""

REACH_AT = 8
"""Where in a key the consents begin, one for each channel; then come the addresses."""


def candidates(world: World, sender: Sender) -> sa.Select[Any]:
    """The rows of one `send`, by customer: place, key, addresses, values.

    Key: created_at, status, until, refused, approved, for which roles, any opt-out or doubt of one, any history, then
    per channel consent and address known, then the rule's conditions, then how the benefit stands that it waits for,
    then whether it is one of the sample.
    """
    rule = sender.rule
    rows, scene, mine = wanted_of(world, sender)
    scene.read("attributes")
    addresses = [_address(scene, name) for name in sender.addresses]
    columns: list[Sql] = [
        *(wanted.c[name] for name in ("customer", "record", "occurrence", "visit")),
        *(wanted.c[name] for name in ("created_at", "status", "until", "refused", "approved", "signed")),
        _any_optout(),
        _any_history(world, rule),
        *(_consents(world, rule, channel) for channel in rule.via),
        *(sa.case((address.is_not(None), 1), else_=0) for address in addresses),
        *(sa.case((sql(condition, scene), 1), else_=0) for condition in rule.conditions),
        _awaited(world, rule),
        _is_sampled(sender),
        *addresses,
        *(_value(scene, column) for column in sender.columns),
    ]
    return (
        sa.select(*(column.label(f"x{place}") for place, column in enumerate(columns)))
        .select_from(rows)
        .where(*mine)
        .order_by(wanted.c.customer, wanted.c.record)
    )


def wanted_of(world: World, sender: Sender) -> tuple[sa.FromClause, Scene, tuple[Sql, ...]]:
    """The messages of one `send` in `wanted`: rows, what is asked about them, and which of the rows they are."""
    customer, record = world.tables.customer.alias("c"), None
    rows = wanted.join(customer, customer.c.customer == wanted.c.customer)
    if sender.journey.record is not None:
        record = world.tables.records[sender.journey.record].alias("r")
        rows = rows.join(record, record.c.record == wanted.c.record)
    scene = Scene(world, wanted.c.customer, customer, record, used=set())
    numbers = zip(("journey", "state", "action"), sender.numbers(world), strict=True)
    return rows, scene, tuple(wanted.c[name] == number for name, number in numbers)


def _address(scene: Scene, attribute: str | None) -> Sql:
    if attribute is None:
        return sa.null()
    return scene.attributes.c[attribute if attribute == "id" else column_name(attribute)]


def _value(scene: Scene, column: Column) -> Sql:
    if column.source is not None:
        return flag_value(column.source, scene)
    if column.name.startswith(BENEFIT):
        return latest_grant(scene.world, column.name, [wanted.c[name] for name in SUBJECT])
    return sa.null()


def _awaited(world: World, rule: SendRule) -> Sql:
    """How the benefits stand that the message's own state grants."""
    if not rule.awaits:
        return moments.integer(Awaited.NOTHING)
    rows = grant.alias()
    mine = [rows.c[name] == wanted.c[name] for name in VISIT]
    mine.append(rows.c.benefit.in_(_each([world.number("benefit", name) for name in rule.awaits])))

    def some(*statuses: GrantStatus) -> Sql:
        status = rows.c.status.in_(_each([int(one) for one in statuses]))
        return sa.exists(sa.select(rows.c.status).where(*mine, status))

    return sa.case(
        (some(GrantStatus.WAITING, GrantStatus.HELD), moments.integer(Awaited.OPEN)),
        (some(GrantStatus.GRANTED), moments.integer(Awaited.NOTHING)),
        else_=moments.integer(Awaited.LOST),
    )


def _is_sampled(sender: Sender) -> Sql:
    """Whether it was one of the sample of this very edition when it was last judged."""
    if sender.edition is None:
        return moments.integer(0)
    same = wanted.c.edition == moments.integer(sender.edition)
    return sa.case((sa.and_(same, wanted.c.sampled == moments.integer(1)), 1), else_=0)


def _any_optout() -> Sql:
    rows = optout.alias()
    some = sa.select(rows.c.at).where(rows.c.customer == wanted.c.customer, rows.c.lifted_at.is_(None))
    doubt = sa.select(review.c.at).where(
        review.c.customer == wanted.c.customer, review.c.unclear, OPEN_REVIEW
    )
    return sa.case((sa.exists(some), 1), (sa.exists(doubt), 1), else_=0)


def _any_history(world: World, rule: SendRule) -> Sql:
    if not (rule.policy.caps or rule.policy.apart):
        return moments.integer(0)
    rows = message.alias()
    policies = [world.number("policy", name) for name in rule.counts]
    itself = sa.and_(*(rows.c[name] == wanted.c[name] for name in INTENT))
    some = sa.select(rows.c.status).where(
        rows.c.customer == wanted.c.customer,
        rows.c.counted_at.is_not(None),
        rows.c.policy.in_(_each(policies)),
        sa.not_(itself),
    )
    return sa.case((sa.exists(some), 1), else_=0)


def _consents(world: World, rule: SendRule, channel: str) -> Sql:
    """Whether a consent for the policy and the channel is newer than any withdrawal, and any opt-out, lifted or not."""
    if not rule.policy.consent:
        return moments.integer(0)
    number = world.symbols.find("channel", channel) or EVERY
    rows, out = consent.alias(), optout.alias()
    said = (
        rows.c.customer == wanted.c.customer,
        rows.c.policy.in_(_each([EVERY, world.number("policy", rule.policy.name)])),
        rows.c.channel.in_(_each([EVERY, number])),
    )
    heard = (out.c.customer == wanted.c.customer, out.c.channel.in_(_each([EVERY, number])))
    given = _last(rows.c.given_at, *said)
    against = (_last(out.c.at, *heard), _last(rows.c.withdrawn_at, *said))
    return sa.case((sa.and_(*(given > sa.func.coalesce(no, -1) for no in against)), 1), else_=0)


def _last(at: Sql, *which: sa.ColumnElement[bool]) -> Sql:
    return sa.select(sa.func.max(at)).where(*which).correlate(wanted).scalar_subquery()


def _each(numbers: list[int]) -> list[Sql]:
    """Numbers written into a statement: a list of parameters could not be compiled before the run's are known."""
    return [moments.integer(number) for number in numbers]


Row = Sequence[Any]
Key = tuple[Any, ...]


def facts_of(
    sender: Sender, key: Key, history: tuple[int, ...], in_record: int, optouts: Mapping[str, int]
) -> Facts:
    """The facts of a row: its key, and what is known of the customer beside it."""
    rule, count = sender.rule, len(sender.rule.via)
    start, end = REACH_AT, REACH_AT + 2 * count
    consents, known = key[start : start + count], key[start + count : end]
    everywhere = optouts.get("", None)
    reach = tuple(
        Reach(
            address=bool(known[place]),
            consent=bool(consents[place]),
            optout_at=_latest(everywhere, optouts.get(channel)),
            failed=bool(key[3] >> place & 1),
        )
        for place, channel in enumerate(rule.via)
    )
    conditions = tuple(bool(value) for value in key[end:-2])
    return Facts(
        rule,
        key[0],
        reach,
        conditions,
        history,
        in_record,
        approved=bool(key[4]),
        signed=frozenset(roles_in(key[5])),
        benefit=Awaited(key[-2]),
        sampled=bool(key[-1]),
    )


def _latest(one: int | None, other: int | None) -> int | None:
    return max((at for at in (one, other) if at is not None), default=None)


class Counted(NamedTuple):
    """A message that counts: its policy, when, and for which record (kind and number)."""

    policy: int
    at: int
    of_record: tuple[str | None, int]


@dataclass(slots=True)
class Past:
    """What went before, of those in `wanted` who have any: opt-outs by channel ("" is every one), counted messages.

    `unclear`: who has written what may be an opt-out, and waits for a person.
    """

    optouts: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    counted: dict[int, list[Counted]] = field(default_factory=lambda: defaultdict(list))
    unclear: set[int] = field(default_factory=set)

    def count(self, customer: int, policy: int, at: int, record: tuple[str | None, int]) -> None:
        """One more message that counts."""
        self.counted[customer].append(Counted(policy, at, record))


def facts_beside(world: World, sender: Sender, row: Row, past: Past) -> Facts:
    """The facts of a row with what went before."""
    policies = {world.number("policy", name) for name in sender.rule.counts}
    counted = [item for item in past.counted[row[0]] if item.policy in policies]
    in_record = sum(item.of_record == (sender.journey.record, row[1]) for item in counted) if row[1] else 0
    key: Key = tuple(row[KEY_AT : KEY_AT + sender.key_length])
    facts = facts_of(sender, key, tuple(item.at for item in counted), in_record, past.optouts[row[0]])
    return replace(facts, unclear=True) if row[0] in past.unclear else facts


def count_in(world: World, sender: Sender, row: Row, past: Past, now: int) -> None:
    """The message of a row goes now, and counts for those after it."""
    policy = world.number("policy", sender.rule.policy.name)
    past.count(row[0], policy, now, (sender.journey.record, row[1]))


def fetch_past(connection: sa.Connection, plan: Plan) -> Past:
    """Fetch the opt-outs of everybody in `wanted` and their messages that count, those to be decided on left out."""
    past, symbols = Past(), plan.world.symbols
    for customer, channel, at in _optouts(connection).rows(connection, {}):
        past.optouts[customer][symbols.name_or(channel) or ""] = at
    past.unclear.update(customer for (customer,) in _unclear(connection).rows(connection, {}))
    kinds = {plan.world.number("journey", item.name): item.record for item in plan.journeys}
    for customer, policy, at, journey, record in _counted(connection).rows(connection, {}):
        past.count(customer, policy, at, (kinds.get(journey), record))
    return past


_PEOPLE = sa.select(wanted.c.customer)  # with IN; as a join, SQLite might read all messages


@kept
def _optouts() -> sa.Select[Any]:
    outs = sa.select(optout.c.customer, optout.c.channel, optout.c.at)
    return outs.where(optout.c.customer.in_(_PEOPLE), optout.c.lifted_at.is_(None))


@kept
def _unclear() -> sa.Select[Any]:
    mine = (review.c.customer.in_(_PEOPLE), review.c.unclear, OPEN_REVIEW)
    return sa.select(review.c.customer).where(*mine)


@kept
def _counted() -> sa.Select[Any]:
    columns = ("customer", "policy", "counted_at", "journey", "record")
    counted = sa.select(*(message.c[name] for name in columns))
    counted = counted.where(message.c.customer.in_(_PEOPLE), message.c.counted_at.is_not(None))
    return counted.where(not_wanted()).order_by(message.c.counted_at)
