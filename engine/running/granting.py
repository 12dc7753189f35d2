"""Who is given a benefit: those who wait for one, best first, as far as its quota and its stock reach.

Done once in a run, when everybody has moved, so that it does not matter in whose batch somebody stands. Counting and
giving are one transaction. What is held for a person is reserved: it counts like what is given.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Grant, Journey
from dsl.model.model import Benefit
from engine.conditions import moments
from engine.conditions.compiling import sql
from engine.conditions.moments import Sql
from engine.conditions.world import World
from engine.permits.benefits import decided, last_day, written_duration
from engine.permits.quotas import period_began, used
from engine.plans.plan import Plan
from engine.plans.ways import actions_of, state_number
from engine.plans.work import Work
from engine.running.picking import joined, subject_scene
from engine.storage.benefit_tables import grant
from engine.storage.bulk import execute_many, rows_by_key
from engine.storage.codes import code_of
from engine.storage.keys import Intent, install_key
from engine.storage.messages import given, is_given
from engine.storage.schema import INTENT, Instant
from engine.storage.states import GrantStatus

AT_ONCE = 5_000
"""Grants that one transaction decides."""

_ENDLESS = 2**62
_FREE = sa.bindparam("free", type_=Instant, required=True)


def wanted(connection: sa.Connection, plan: Plan) -> list[Benefit]:
    """The benefits that somebody waits for, by name."""
    numbers = set(connection.scalars(sa.select(grant.c.benefit).distinct().where(*_waiting(grant))))
    return [
        benefit
        for name, benefit in sorted(plan.model.benefits.items())
        if plan.world.number("benefit", name) in numbers
    ]


def allot(work: Work, benefit: Benefit) -> bool:
    """Give a benefit to the best of those who wait, some thousands at most; whether others may be left to decide on."""
    free = _free(work, benefit)
    work.values["free"] = min(free, AT_ONCE)
    best = _rows(work, "best", benefit, lost=False) if free else []
    _reserve(work, benefit, best)
    if len(best) == AT_ONCE:
        return True
    if len(best) < free:
        return False
    work.values["free"] = AT_ONCE
    lost = _rows(work, "lost", benefit, lost=True)
    _lose(work, lost)
    return len(lost) == AT_ONCE


def _free(work: Work, benefit: Benefit) -> int:
    """How many may be given now."""
    number, left = work.plan.world.number("benefit", benefit.name), [_ENDLESS]
    if benefit.quota is not None:
        since = period_began(work.plan.world.zone, benefit, work.clock.now)
        left.append(benefit.quota[0] - used(work.connection, number, since))
    if benefit.stock is not None:
        left.append(benefit.stock - used(work.connection, number, None))
    return max(min(left), 0)


def _waiting(rows: sa.FromClause) -> list[Sql]:
    """In the words of `OPEN_GRANT`, so that its index serves."""
    open_ones = rows.c.status < sa.literal_column("2", sa.Integer)
    return [open_ones, rows.c.status == moments.integer(GrantStatus.WAITING)]


def _rows(work: Work, what: str, benefit: Benefit, *, lost: bool) -> list[Intent]:
    found = work.rows((what, "grants", benefit.name), lambda: _best(work.plan.world, benefit, lost=lost))
    return [Intent(*row) for row in found]


def _best(world: World, benefit: Benefit, *, lost: bool) -> sa.Select[Any]:
    """Those who wait: higher priority first, then better rank, then older. With `lost` those with somewhere to go."""
    journeys = [
        journey for journey in world.model.ordered_journeys() if _granting(journey, benefit, lost=lost)
    ]
    arms = [_of_journey(world, place, journey, benefit, lost=lost) for place, journey in enumerate(journeys)]
    if not arms:
        return sa.select(*(grant.c[name] for name in INTENT)).where(sa.false())
    rows = sa.union_all(*arms).subquery()
    order = [rows.c.priority.desc(), rows.c.rank.desc().nulls_last(), rows.c.created_at, rows.c.customer]
    order += [rows.c.place, *(rows.c[name] for name in INTENT[2:])]
    return sa.select(*(rows.c[name] for name in INTENT)).order_by(*order).limit(_FREE)


def _granting(journey: Journey, benefit: Benefit, *, lost: bool) -> list[tuple[Any, Grant]]:
    """The states that grant a benefit; with `lost` those that have an `else`."""
    return [
        (state, action)
        for state, action in actions_of(journey, Grant)
        if isinstance(action, Grant)
        and action.benefit == benefit.name
        and (action.otherwise is not None or not lost)
    ]


def _of_journey(
    world: World, place: int, journey: Journey, benefit: Benefit, *, lost: bool
) -> sa.Select[Any]:
    rows = grant.alias()
    scene = subject_scene(world, journey, rows)
    rank: Sql = sa.null() if journey.rank is None else sql(journey.rank, scene)
    columns = [
        *(rows.c[name] for name in INTENT),
        rows.c.created_at,
        moments.integer(journey.priority).label("priority"),
        rank.label("rank"),
        moments.integer(place).label("place"),
    ]
    these = [
        *_waiting(rows),
        rows.c.benefit == moments.integer(world.number("benefit", benefit.name)),
        rows.c.journey == moments.integer(world.number("journey", journey.name)),
    ]
    if lost:
        known = [
            sa.and_(
                rows.c.state == moments.integer(state_number(world, journey, state)),
                rows.c.action == moments.integer(action.number),
            )
            for state, action in _granting(journey, benefit, lost=True)
        ]
        these.append(sa.or_(*known))
    return sa.select(*columns).select_from(joined(scene, rows)).where(*these)


def _reserve(work: Work, benefit: Benefit, intents: Sequence[Intent]) -> None:
    """Give them a code and what the benefit promises; where a person must approve it, it is held until then."""
    if not intents:
        return
    now, role = work.clock.now, benefit.approve_by
    values: dict[str, Any] = {
        "status": int(GrantStatus.GRANTED if role is None else GrantStatus.HELD),
        "changed_at": now,
        "worth": benefit.worth,
        "cost": benefit.cost,
        "minimum": benefit.minimum,
        "role": None if role is None else work.plan.world.number("role", role),
        "granted_at": now if role is None else None,
        "valid": written_duration(benefit.valid),
        "expires": last_day(benefit.valid, work.plan.world.zone, now) if role is None else None,
    }
    codes = _codes(work.connection, intents)
    _update(work, intents, [values | {"code": code} for code in codes])
    if role is None:
        work.report.grants += len(intents)
        decided(work.connection, [intent[:5] for intent in intents], now)
    else:
        work.report.reserved += len(intents)


def _lose(work: Work, intents: Sequence[Intent]) -> None:
    """Nothing is left for them, and they have somewhere to go."""
    spent = {"status": int(GrantStatus.SPENT), "changed_at": work.clock.now}
    _update(work, intents, [spent] * len(intents))
    work.report.spent += len(intents)
    decided(work.connection, [intent[:5] for intent in intents], work.clock.now)


def _update(work: Work, intents: Sequence[Intent], values: Sequence[dict[str, Any]]) -> None:
    if not intents:
        return
    new: dict[str, Any] = {name: sa.bindparam(name) for name in values[0]}
    rows = [own | given(intent) for intent, own in zip(intents, values, strict=True)]
    execute_many(work.connection, grant.update().values(new).where(*is_given(grant)), rows)


def _codes(connection: sa.Connection, intents: Sequence[Intent]) -> list[str]:
    """A code for each that nobody has yet."""
    key = install_key(connection)
    codes = [code_of(key, intent) for intent in intents]
    taken = {row.code for row in rows_by_key(connection, [grant.c.code], grant.c.code, codes)}
    for place, intent in enumerate(intents):
        attempt = 0
        while codes[place] in taken:
            attempt += 1
            codes[place] = code_of(key, intent, attempt)
        taken.add(codes[place])
    return codes
