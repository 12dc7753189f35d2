"""Why somebody is not in a journey: what `enter` says of them, whether they may come (again), and who lets them in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from dsl.model.journeys import Begin, Journey
from dsl.units import Duration, Period
from engine.conditions import moments
from engine.conditions.world import NOW
from engine.explaining.answers import Line, Verdict, line_of, told
from engine.explaining.inquiry import ITS_CUSTOMER, Inquiry
from engine.explaining.leaves import Finding, columns, dissect, read
from engine.running.admitting import entered_since, period_began
from engine.running.firing import firings_after
from engine.running.picking import bucket, candidates, may_enter
from engine.storage.schema import enrolment, entry_queue
from engine.wording import say, say_number


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands before a journey. `free`: nothing they went through before keeps them out."""

    record: int
    free: bool
    held_out: bool
    enter: Finding | None


def standings(inquiry: Inquiry, journey: Journey) -> dict[int, Standing]:
    """By record (0 for none): everybody of this customer's who could be asked for."""
    part = None if journey.enter is None else dissect(journey.enter)
    found = {}
    for record, free, held_out, *rest in inquiry.rows(
        ("enter", journey.name), lambda: _ask(inquiry, journey)
    ):
        finding = None if part is None else read(part, iter(rest))
        found[record] = Standing(record, bool(free), bool(held_out), finding)
    return found


def _ask(inquiry: Inquiry, journey: Journey) -> sa.Select[Any]:
    """One row for the customer, or for each of their records."""
    world, people = inquiry.world, inquiry.plan.tables.customer.alias("p")
    source = sa.select(people.c.customer).where(people.c.customer == ITS_CUSTOMER).subquery("s")
    scene, rows, record = candidates(world, journey, source)
    asked = [] if journey.enter is None else columns(dissect(journey.enter), scene)
    if "attributes" in (scene.used or ()):
        rows = rows.join(scene.attributes, scene.attributes.c.customer == source.c.customer)
    free = sa.case((may_enter(world, journey, source.c.customer, record), 1), else_=0)
    share = bucket(world, source.c.customer, journey.name, "") < moments.integer(journey.holdout)
    held_out = sa.case((share, 1), else_=0) if journey.holdout else moments.integer(0)
    every = [record, free, held_out, *asked]
    return sa.select(*(column.label(f"x{n}") for n, column in enumerate(every))).select_from(rows)


def outside(inquiry: Inquiry, journey: Journey, standing: Standing, record: str | None) -> Verdict:
    """For somebody who is not under way in a journey and may come in as far as their past goes."""
    if standing.enter is None:
        because = tuple(_begun_by(inquiry, journey))
        words = say("not in it: other journeys begin it")
        return Verdict(journey.name, journey.title, record, "outside", words, because)
    because = tuple(enter_lines(inquiry, journey, standing.enter))
    if not standing.enter.holds:
        words = say("not in it: `enter` does not hold")
        return Verdict(journey.name, journey.title, record, "outside", words, because)
    if journey.limited:
        return _queued(inquiry, journey, standing, record, because)
    words = say("not in it yet: the next run lets them in")
    if standing.held_out:
        words = say("not in it yet: the next run holds them out for comparison")
    return Verdict(journey.name, journey.title, record, "outside", words, because)


def enter_lines(inquiry: Inquiry, journey: Journey, finding: Finding) -> Iterator[Line]:
    """The `enter` of a journey and all that it is made of."""
    yield line_of(inquiry.plan.ways_of[journey.name][0].span, holds=finding.holds)
    yield from told(finding, inquiry.window, wanted=True)


def _begun_by(inquiry: Inquiry, journey: Journey) -> Iterator[Line]:
    for other in inquiry.plan.journeys:
        for state in other.states:
            for action in state.actions:
                if isinstance(action, Begin) and action.journey == journey.name:
                    note = say("in {journey}.{state}", journey=other.name, state=state.name)
                    yield line_of(action.span, holds=None, note=note)


def _queued(
    inquiry: Inquiry, journey: Journey, standing: Standing, record: str | None, because: tuple[Line, ...]
) -> Verdict:
    """Somebody who qualifies for a journey that lets people in at times, or only so many."""
    since = inquiry.connection.scalar(
        sa.select(entry_queue.c.since).where(
            entry_queue.c.journey == inquiry.world.number("journey", journey.name),
            entry_queue.c.customer == inquiry.customer,
            entry_queue.c.record == standing.record,
        )
    )
    doors = tuple(_doors(inquiry, journey))
    opens = [line.until for line in doors if line.until is not None]
    words = say("not in it yet: qualifies, and waits to be let in")
    return Verdict(
        journey.name, journey.title, record, "queued", words, (*because, *doors), since=since,
        next=max(opens, default=None), then=say("it lets people in") if opens else "",
    )  # fmt: skip


def _doors(inquiry: Inquiry, journey: Journey) -> Iterator[Line]:
    zone = inquiry.world.zone
    if journey.only_at is not None:
        until = next(firings_after(journey.only_at, inquiry.at, zone))
        yield replace(line_of(journey.spans["enter only at"], holds=False), until=until)
    if journey.at_most is not None:
        yield _limit(inquiry, journey, *journey.at_most)


def _limit(inquiry: Inquiry, journey: Journey, most: int, per: Period | Duration) -> Line:
    """How many have come in of those who may; who comes next goes by rank and age in the queue."""
    since = period_began(inquiry.world.zone, journey, inquiry.at)
    rows = inquiry.rows(("entered", journey.name), lambda: _entered(inquiry, journey), since=since)
    note = say_number(
        "{n:,} has come in; next is who ranks best, then who has waited longest",
        "{n:,} have come in; next is who ranks best, then who has waited longest",
        n=rows[0][0],
    )
    line = line_of(journey.spans["enter at most"], holds=rows[0][0] < most, note=note)
    if line.holds or isinstance(per, Duration):
        return line
    return replace(line, until=inquiry.world.zone.period_end(inquiry.at, per))


def _entered(inquiry: Inquiry, journey: Journey) -> sa.Select[int]:
    return entered_since(inquiry.world, journey).where(enrolment.c.entered_at <= NOW)
