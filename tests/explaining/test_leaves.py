"""The parts of a condition say together what the whole says when it is compiled, and each what it means."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsl.model import conditions as c
from dsl.model.journeys import Journey, On, When
from dsl.model.model import Model
from dsl.tree.statements import File
from engine.conditions.compiling import Scene
from engine.conditions.happenings import happening
from engine.conditions.world import Clockwork, RunValues
from engine.explaining.leaves import Finding, Part, arms_of, columns, dissect, read
from engine.plans.statement import compiled
from engine.running.picking import candidates, enrolment_scene, joined
from engine.storage.schema import ACTIVE, enrolment
from tests.checked import CUSTOMER, model_of
from tests.differential import model_in_scope, tell
from tests.engine_side import EngineSide, ms
from tests.oracle import history as h
from tests.oracle.conditions import holds, value_of
from tests.oracle.interpreter import Interpreter
from tests.oracle.world import Scope
from tests.strategies_histories import histories
from tests.strategies_rules import rule_sets

ZONE = "Asia/Shanghai"
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
Key = tuple[str, str | None, int]
"""Customer, record, occurrence."""


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(rule_sets(), st.data())
def test_every_part_says_what_it_means(file: File, data: st.DataObject) -> None:
    """On any rules and history each part holds of whom the reference interpreter says; operands have its values."""
    model = model_in_scope(file)
    history = data.draw(histories(file))
    oracle, side = played(model, history)
    now = history[-1].at
    asked = Asked(side, now)
    for journey in model.journeys.values():
        for part in (dissect(node) for node in ([journey.enter] if journey.enter else [])):
            for (customer, record, _), found in asked.entering(journey, part).items():
                subject = oracle.facts.customers[customer]
                same_everywhere(found, scope(oracle, now, subject, record_of(oracle, journey, record)))
        for part in (dissect(node) for node in inside(journey)):
            found_ones = asked.under_way(journey, part)
            for run in oracle.facts.enrolments:
                if run.journey == journey.name and run.status == "active":
                    key = run.customer, run.record.id if run.record else None, run.occurrence
                    subject = oracle.facts.customers[run.customer]
                    same_everywhere(found_ones[key], Scope(oracle.world, now, subject, run.record, run))
    side.store.close()


def played(model: Model, history: h.History) -> tuple[Interpreter, EngineSide]:
    """A history as the interpreter and as the engine know it."""
    oracle, side = Interpreter(model, ZONE), EngineSide(model, ZONE)
    for moment in history:
        for step in moment.steps:
            tell(oracle, step, moment)
            side.tell(step, moment)
        oracle.settle(moment.at, moment.refusing)
        side.settle(moment)
    return oracle, side


def scope(oracle: Interpreter, now: datetime, customer: Any, record: Any) -> Scope:
    """Whom `enter` is asked of."""
    return Scope(oracle.world, now, customer, record)


def record_of(oracle: Interpreter, journey: Journey, key: str | None) -> Any:
    """The interpreter's record."""
    records = oracle.facts.records.values()
    return next((one for one in records if (one.kind, one.id) == (journey.record, key)), None)


def inside(journey: Journey) -> Iterator[c.Cond]:
    """The conditions about those under way."""
    if journey.goal is not None:
        yield journey.goal.condition
    ways = [way for state in journey.states for way in state.transitions]
    yield from dict.fromkeys(way.condition for way in ways if isinstance(way, When))


@dataclass(frozen=True)
class Asked:
    """The engine's side at a moment, asked about its customers."""

    side: EngineSide
    now: datetime

    def entering(self, journey: Journey, part: Part) -> dict[Key, Finding]:
        """What `enter` says of everybody it may be asked of."""
        people = self.side.plan.tables.customer
        scene, rows, record = candidates(self.side.plan.world, journey, people)
        asked = columns(part, scene)
        if "attributes" in (scene.used or ()):
            rows = rows.join(scene.attributes, scene.attributes.c.customer == people.c.customer)
        return self.answers(sa.select(people.c.customer, record, sa.literal(0)), asked, rows, part)

    def under_way(self, journey: Journey, part: Part) -> dict[Key, Finding]:
        """What a condition of a journey says of everybody under way in it."""
        world, rows = self.side.plan.world, enrolment.alias()
        scene = enrolment_scene(world, journey, rows)
        asked = columns(part, scene)
        these = (rows.c.journey == world.number("journey", journey.name), rows.c.status == ACTIVE)
        key = sa.select(rows.c.customer, rows.c.record, rows.c.occurrence).where(*these)
        return self.answers(key, asked, joined(scene, rows), part)

    def answers(self, key: Any, asked: list[Any], rows: sa.FromClause, part: Part) -> dict[Key, Finding]:
        """The findings of one statement by whom they are of."""
        side = self.side
        labelled = [column.label(f"x{place}") for place, column in enumerate(asked)]
        statement = compiled(key.add_columns(*labelled).select_from(rows), side.plan.dialect)
        values = RunValues(side.plan.world.instants, Clockwork(ms(self.now), ms(self.now), 0))
        ids = {number: name for name, number in side.customers.items()}
        records = {number: name for (_, name), number in side.records.items()}
        found = {}
        with side.store.read() as connection:
            for row in statement.rows(connection, values):
                rest = iter(row[3:])
                found[ids[row[0]], records.get(row[1]) if row[1] else None, row[2]] = read(part, rest)
                assert next(rest, "nothing") == "nothing"
        return found


def same_everywhere(finding: Finding, whose: Scope) -> None:
    """The whole and each of its parts agree with the interpreter, and the parts with what they are made of."""
    for found in finding.walk():
        assert found.holds == holds(found.part.node, whose), found
        assert found.holds == together(found), found
        for operand, value in zip(found.part.operands, found.values, strict=True):
            expected = stored(value_of(operand.node, whose))
            assert value == (pytest.approx(expected) if isinstance(expected, float) else expected), operand
    assert all(part.part.joined is None for part, _ in finding.deciding())


def together(found: Finding) -> bool:
    """What the parts of a finding make of it."""
    each = [part.holds for part in found.parts]
    match found.part.joined:
        case "all":
            return all(each)
        case "any":
            return any(each)
        case "not":
            return not each[0]
        case "same":
            return each[0]
    return found.holds


def stored(value: Any) -> Any:
    """A value of the interpreter in the units of the store."""
    if isinstance(value, datetime):
        return ms(value)
    if isinstance(value, date):
        return (value - date(1970, 1, 1)).days
    return value


RULES = (
    CUSTOMER
    + """
audience lapsed = no visit within last 90 days and visit ever
value odds = choose {
  reason = convenience and points > 3: 0.6
  reason = price: 0.5
  otherwise: 0.2
}
message hello { sms: "您好" }
policy marketing { at most 3 per month, at most 1 per 7 days for tier = vip and points > 100 }
journey win_back {
  policy marketing
  enter when not lapsed
    # regulars
    and (tier in (regular) or lifetime_value * odds > 500)
    and last_call between 2026-01-01 and 2026-01-31
  on visit where (amount > 100 and store contains "A") -> end won
  state hello { send hello, after 3 days -> end over }
}
"""
)
ENTER = (
    "not lapsed",
    "and (tier in (regular) or lifetime_value * odds > 500)",
    "and last_call between 2026-01-01 and 2026-01-31",
)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def shop() -> EngineSide:
    """Two customers, of whom one has been here."""
    side = EngineSide(model_of(RULES), ZONE)
    called = datetime(2026, 1, 31, 12, tzinfo=UTC)
    moment = h.Moment(NOW)
    for step in (
        h.Known("C1", {"tier": "vip", "points": 4, "lifetime_value": 90000, "reason": "convenience"}),
        h.Known("C2", {"tier": "regular", "last_call": called}),
        h.Happens("visit", "C1", {"amount": 20000, "store": "B"}, NOW - timedelta(days=100)),
        h.Happens("visit", "C2", {"amount": 5000, "store": "A"}, NOW - timedelta(days=10)),
    ):
        side.tell(step, moment)
    return side


def shown(finding: Finding, depth: int = 0) -> list[str]:
    """A finding as an indented list."""
    pairs = zip(finding.part.operands, finding.values, strict=True)
    values = "".join(f" {operand.text}={value}" for operand, value in pairs)
    truth = "yes" if finding.holds else "no "
    line = f"{'  ' * depth}{truth} {finding.span.line} {finding.text}{':' if values else ''}{values}"
    return [line, *chain.from_iterable(shown(part, depth + 1) for part in finding.parts)]


def test_a_condition_is_taken_apart_down_to_its_values() -> None:
    """Each part has its line and words, an audience its inside, a comparison its values and the arms they chose."""
    side = shop()
    journey = side.model.journeys["win_back"]
    assert journey.enter is not None
    found = Asked(side, NOW).entering(journey, dissect(journey.enter))
    latest = ms(NOW - timedelta(days=100))
    assert shown(found["C1", None, 0]) == [
        f"no  38 {' '.join(line.strip() for line in ENTER)}",
        "  no  38 not lapsed",
        "    yes 38 lapsed",
        "      yes 28 no visit within last 90 days and visit ever",
        f"        yes 28 no visit within last 90 days: last(visit)={latest}",
        f"        yes 28 visit ever: last(visit)={latest}",
        "  yes 40 tier in (regular) or lifetime_value * odds > 500",
        "    no  40 tier in (regular): tier=vip",
        "    yes 40 lifetime_value * odds > 500: lifetime_value * odds=54000.0 lifetime_value=90000 odds=0.6",
        "      yes 30 reason = convenience and points > 3",
        "        yes 30 reason = convenience: reason=convenience",
        "        yes 30 points > 3: points=4.0",
        "      no  31 reason = price: reason=convenience",
        "  no  41 last_call between 2026-01-01 and 2026-01-31: last_call=None",
    ]
    assert [leaf.text for leaf, _ in found["C1", None, 0].deciding()] == [
        "no visit within last 90 days",
        "visit ever",
        "last_call between 2026-01-01 and 2026-01-31",
    ]
    assert [leaf.text for leaf, _ in found["C2", None, 0].deciding()] == [
        "no visit within last 90 days",
        "tier in (regular)",
        "last_call between 2026-01-01 and 2026-01-31",
    ]
    side.store.close()


def test_conditions_of_events_and_of_policies_are_asked_alike() -> None:
    """What stands in a `where` is asked of every event, what stands in a cap of every customer; one scene for each."""
    side = shop()
    world, people = side.plan.world, side.plan.tables.customer.alias()
    visits = happening(world, "visit")
    scene = Scene(world, people.c.customer, people, event=visits)
    (way,) = (way for way in side.model.journeys["win_back"].states[0].transitions if isinstance(way, On))
    assert way.where is not None
    where = dissect(way.where)
    rows = people.join(visits.rows, visits.customer == people.c.customer)
    found = Asked(side, NOW).answers(
        sa.select(people.c.customer, sa.literal(0), visits.seq), columns(where, scene), rows, where
    )
    assert [line for finding in found.values() for line in shown(finding)] == [
        'no  42 amount > 100 and store contains "A"',
        "  yes 42 amount > 100: amount=20000",
        '  no  42 store contains "A": store=B',
        'no  42 amount > 100 and store contains "A"',
        "  no  42 amount > 100: amount=5000",
        '  yes 42 store contains "A": store=A',
    ]
    condition = side.model.policies["marketing"].caps[0].condition
    assert condition is not None
    cap = dissect(condition)
    asked = columns(cap, Scene(world, people.c.customer, people))
    key = sa.select(people.c.customer, sa.literal(0), sa.literal(0))
    assert [finding.holds for finding in Asked(side, NOW).answers(key, asked, people, cap).values()] == [
        False,
        False,
    ]
    arms = arms_of(side.model.values["odds"])
    assert [part.text for part in arms] == ["reason = convenience and points > 3", "reason = price"]
    side.store.close()
