"""Who comes into a journey: who qualifies, who is let in when only so many may come, who is held out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dsl.model.journeys import Journey
from dsl.units import Duration, Period
from engine.running.shares import HOLDOUT, bucket
from engine.storage.customers import customer_hash
from tests.oracle import cron, moments
from tests.oracle.conditions import holds, value_of
from tests.oracle.facts import Customer, Enrolment, Record
from tests.oracle.moves import Run, enter
from tests.oracle.world import Scope, World

Subject = tuple[str, str, int]
"""Journey, customer and number of the record (0: none)."""


@dataclass(slots=True)
class Queue:
    """Since when somebody has qualified for a journey that does not let everybody in at once."""

    since: dict[Subject, datetime] = field(default_factory=dict)


def admissions(queue: Queue, run: Run, world: World) -> dict[str, set[Subject]]:
    """For each journey that limits its entries: who may enter in this run, chosen as things are now."""
    chosen: dict[str, set[Subject]] = {}
    for journey in world.model.ordered_journeys():
        if journey.at_most is None:
            continue
        waiting = _waiting(journey, queue, run, world)
        limit, per = journey.at_most
        room = limit - sum(_entered_within(e, per, run, world) for e in _runs(journey, world))
        best = sorted(waiting, key=lambda item: _place(item, journey, queue, run, world))
        open_now = door_is_open(journey, run, world)
        chosen[journey.name] = {
            subject_of(journey, customer, record) for customer, record in best[: max(room, 0)] if open_now
        }
    return chosen


def door_is_open(journey: Journey, run: Run, world: World) -> bool:
    """Whether `enter only at` lets anybody in in this run: it fires after the last run and up to now."""
    if journey.only_at is None:
        return True
    after = run.now - cron.MINUTE if run.first else run.before
    return cron.fires_between(journey.only_at, after, run.now, world.zone)


def subjects_of(journey: Journey, customer: Customer, world: World) -> list[Record | None]:
    """Whom of a customer a journey is for: their records of its kind, or they themselves (None)."""
    if journey.record is None:
        return [None]
    return list(world.facts.records_of(customer.id, journey.record))


def qualifies(journey: Journey, customer: Customer, record: Record | None, run: Run, world: World) -> bool:
    """Whether `enter` holds for somebody who may start."""
    if journey.enter is None or not may_start(journey, customer, record, run, world):
        return False
    return holds(journey.enter, Scope(world, run.now, customer, record))


def may_start(journey: Journey, customer: Customer, record: Record | None, run: Run, world: World) -> bool:
    """Nobody is in a journey twice at once, nor again before `reenter` has passed since the end."""
    earlier = _runs_of(journey, customer, record, world)
    if not earlier:
        return True
    last = earlier[-1]
    if last.status != "ended" or last.ended_at is None or journey.reenter is None:
        return False
    return moments.shift(last.ended_at, journey.reenter, world.zone) <= run.now


def enrol(journey: Journey, customer: Customer, record: Record | None, run: Run, world: World) -> Enrolment:
    """Start a run through a journey; who is held out is only watched."""
    cursor = (run.now, world.facts.arrivals)
    held_out = bucket(customer_hash(customer.id), journey.name, HOLDOUT) < journey.holdout
    enrolment = Enrolment(
        journey=journey.name,
        customer=customer.id,
        record=record,
        occurrence=len(_runs_of(journey, customer, record, world)) + 1,
        status="watched" if held_out else "active",
        entered_at=run.now,
        stage_entered_at=run.now,
        state_entered_at=run.now,
        cursor=cursor,
        held_out=held_out,
    )
    world.facts.enrolments.append(enrolment)
    if not held_out:
        enter(enrolment, journey.states[0].name, cursor, run, world)
    return enrolment


def subject_of(journey: Journey, customer: Customer, record: Record | None) -> Subject:
    """The name of somebody who may enter."""
    return journey.name, customer.id, record.number if record else 0


def _waiting(journey: Journey, queue: Queue, run: Run, world: World) -> list[tuple[Customer, Record | None]]:
    """Who qualifies now; the queue remembers since when."""
    found = []
    for customer, record in _everybody(journey, world):
        subject = subject_of(journey, customer, record)
        if qualifies(journey, customer, record, run, world):
            queue.since.setdefault(subject, run.now)
            found.append((customer, record))
        else:
            queue.since.pop(subject, None)
    return found


def _everybody(journey: Journey, world: World) -> Iterator[tuple[Customer, Record | None]]:
    for customer in world.facts.customers.values():
        for record in subjects_of(journey, customer, world):
            yield customer, record


def _place(
    item: tuple[Customer, Record | None], journey: Journey, queue: Queue, run: Run, world: World
) -> tuple[Any, ...]:
    """Best rank first, who has none last; then who has waited longest; then the lowest numbers."""
    customer, record = item
    rank = None if journey.rank is None else value_of(journey.rank, Scope(world, run.now, customer, record))
    since = queue.since[subject_of(journey, customer, record)]
    return rank is None, -(rank or 0), since, customer.number, record.number if record else 0


def _runs(journey: Journey, world: World) -> list[Enrolment]:
    return [enrolment for enrolment in world.facts.enrolments if enrolment.journey == journey.name]


def _runs_of(journey: Journey, customer: Customer, record: Record | None, world: World) -> list[Enrolment]:
    return [
        item
        for item in _runs(journey, world)
        if item.customer == customer.id and item.record_number == (record.number if record else 0)
    ]


def _entered_within(enrolment: Enrolment, per: Period | Duration, run: Run, world: World) -> bool:
    """Whether someone has entered in the period that now lies in."""
    if isinstance(per, Duration):
        return enrolment.entered_at > moments.shift(run.now, per, world.zone, back=True)
    zone = world.zone
    return moments.period_of(enrolment.entered_at, per, zone) == moments.period_of(run.now, per, zone)
