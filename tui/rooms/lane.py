"""How a channel looks in Deliveries: a row of the list, and the channel from near."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from textual.content import Content

from dsl.wording import Phrase
from engine.calendars.zone import Zone, date_of
from engine.delivery.pausing import Pause
from engine.reasons import read_back
from engine.storage.states import MessageStatus
from engine.views.costs import Bill, paid
from engine.views.deliveries import BY_SEGMENT, Cause, Lane
from engine.views.pauses import pause_said
from tui.rooms.switch import what_stays
from tui.widgets.bars import padded, width_of
from tui.widgets.rows import Column, Row
from tui.widgets.sparks import spark
from tui.widgets.tables import table
from tui.wording import say, say_as, told

COLUMNS = (
    Column(elastic=True),
    Column(spare=True),
    Column(right=True),
    Column(right=True),
    Column(right=True),
    Column(right=True),
    Column(),
)
HEADINGS: tuple[Phrase | str, ...] = (
    say("channel"),
    say("7 days"),
    say_as("column", "sent"),
    say_as("column", "to leave"),
    say_as("column", "failed"),
    say_as("column", "in doubt"),
    "",
)


def lane_row(key: str, lane: Lane, now: int) -> Row:
    """A line of the list. What is not well has a sign."""
    sign, alarm = _sign(lane, now)
    numbers = (sum(lane.sent), lane.waits, lane.failed, lane.unknown)
    cells = (_name(lane), spark(lane.sent, least=0), *(f"{number:,}" for number in numbers), told(sign))
    return Row(key, cells, alarm=alarm)


def pause_row(key: str, pause: Pause) -> Row:
    """Something else that is stopped."""
    name = f"{told(_WHAT[pause.what])} {told(pause.name)}".strip()
    return Row(key, (name, "", "", "", "", "", f"‖ {told(say('paused'))}"), alarm=True)


_WHAT: dict[str, Phrase] = {
    "all": say("all sending"),
    "channel": say("channel"),
    "journey": say("journey"),
    "message": say("message"),
    "quarantine": say("restored database"),
}


def _name(lane: Lane) -> str:
    if lane.channel is None:
        return told(say("no channel yet"))
    return " ".join(dict.fromkeys(told(name) for name in (lane.title or lane.channel, lane.channel)))


def _sign(lane: Lane, now: int) -> tuple[str, bool]:
    """How it does, in a word with a sign; whether somebody should look."""
    if lane.channel is None:
        return "", False
    if lane.paused is not None:
        return f"‖ {told(say('paused'))}", True
    if lane.health is not None and lane.health.is_open(now):
        return f"! {told(say('left alone'))}", True
    if lane.health is not None and lane.health.on_trial:
        return f"~ {told(say('on trial'))}", False
    if lane.unknown:
        return f"? {told(say('in doubt'))}", True
    return f"✓ {told(say('well'))}", False


def what_stops(lanes: Iterable[Lane]) -> str:
    """What a pause of these would stop."""
    found = list(lanes)
    days = max((len(lane.sent) for lane in found), default=1)
    return what_stays(sum(lane.waits for lane in found), round(sum(sum(lane.sent) for lane in found) / days))


def told_of_pause(pause: Pause, zone: Zone) -> Content:
    """What is stopped, since when, by whom and why."""
    return Content(f"‖ {told(pause_said(pause, zone))}")


@dataclass(frozen=True, slots=True)
class Near:
    """What is read of the channel with the cursor: why what waits is waiting, and what each day cost."""

    causes: Sequence[Cause]
    bills: Sequence[Bill]
    currency: str


def told_of_lane(lane: Lane, near: Near | None, now: int, zone: Zone) -> Content:
    """A channel from near. `near` None: not read so far."""
    lines = [Content.styled(_heading(lane), "bold $primary"), *_state(lane, now, zone)]
    if lane.channel is not None:
        lines.append(Content(_numbers(lane)))
    if near is not None:
        lines += [Content(""), *_causes(near.causes), *_bills(lane, near)]
    return Content("\n").join(lines)


def _heading(lane: Lane) -> str:
    parts = [_name(lane)]
    if lane.kind is not None:
        parts.append(told(say("kind {kind}", kind=lane.kind)))
    if lane.rate is not None:
        parts.append(told(say("at most {rate:g} a second", rate=lane.rate)))
    return " · ".join(parts)


def _state(lane: Lane, now: int, zone: Zone) -> Iterator[Content]:
    if lane.paused is not None:
        yield Content.styled(f"‖ {told(pause_said(lane.paused, zone))}", "$error")
    health = lane.health
    if health is not None and health.is_open(now):
        until, because = zone.on_the_wall(health.open_until or now), read_back(health.because or "")
        said = say("left alone until {until}: {because}", until=until, because=because)
        yield Content.styled(f"! {told(said)}", "$error")
    elif health is not None and health.on_trial:
        yield Content(f"~ {told(say('tried with one message at a time, until one is taken'))}")


def _numbers(lane: Lane) -> str:
    sent = sum(lane.sent)
    parts = [say("today {today:,}, in 7 days {week:,} sent", today=lane.sent[-1], week=sent)]
    if lane.delivered:
        parts.append(
            say("{number:,} delivered ({share:.1%})", number=lane.delivered, share=lane.delivered / sent)
        )
    return " · ".join(map(told, parts))


def _bills(lane: Lane, near: Near) -> Iterator[Content]:
    """What left on each day, and what that cost; an sms by its segments."""
    if lane.channel is None or not any(bill.sent for bill in near.bills):
        return
    columns = [say("day"), say_as("column", "sent")]
    columns += [say("segments")] if lane.channel == BY_SEGMENT else []
    columns += [_cost_in(near.currency)] if lane.price is not None else []
    sent, parts = sum(bill.sent for bill in near.bills), sum(bill.parts for bill in near.bills)
    week = Bill(0, sent, parts, all(bill.exact for bill in near.bills))
    rows = [_bill_row(f"{date_of(bill.day):%m-%d}", lane, bill) for bill in near.bills]
    yield Content("")
    yield from table(columns, [*rows, _bill_row(told(say("in 7 days")), lane, week)], _TABLE)
    if not week.exact:
        yield Content(told(say("≈ by some thousand texts of the day, which stand for all")))


def _bill_row(name: str, lane: Lane, bill: Bill) -> list[str]:
    row, cost = [name, f"{bill.sent:,}"], paid(lane, bill.parts)
    row += [_about(f"{bill.parts:,}", bill)] if lane.channel == BY_SEGMENT else []
    return [*row, _about(f"{cost:,.2f}", bill)] if cost is not None else row


_TABLE = 80
"""Cells that the days may take."""


def _about(number: str, bill: Bill) -> str:
    return number if bill.exact else f"≈ {number}"


def _cost_in(currency: str) -> Phrase:
    return say("cost, {currency}", currency=currency) if currency else say("cost")


_STATUSES = (
    MessageStatus.UNKNOWN,
    MessageStatus.FAILED,
    MessageStatus.HELD,
    MessageStatus.WAITING,
    MessageStatus.READY,
    MessageStatus.SENDING,
)
"""What is told of first."""


def _causes(near: Sequence[Cause]) -> Iterator[Content]:
    shown = sorted(
        (one for one in near if one.status in _STATUSES),
        key=lambda one: (_STATUSES.index(one.status), -one.number),
    )
    if not shown:
        yield Content(told(say("Nothing waits, nothing has failed this week.")))
    room = max((width_of(told(one.status.said)) for one in shown), default=0)
    for one in shown:
        alarm = one.status in (MessageStatus.UNKNOWN, MessageStatus.FAILED)
        why = told(one.because) or told(say("may leave now"))
        policy = f"  ({told(one.policy)})" if one.policy else ""
        words = f"{padded(told(one.status.said), room)}  {one.number:>9,}  {why}{policy}"
        yield Content.styled(words, "$error" if alarm else "")
