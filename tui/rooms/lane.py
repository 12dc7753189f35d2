"""How a channel looks in Deliveries: a row of the list, and the channel from near."""

from collections.abc import Iterable, Iterator, Sequence

from textual.content import Content

from dsl.wording import Phrase
from engine.calendars.zone import Zone
from engine.delivery.pausing import Pause
from engine.reasons import read_back
from engine.storage.states import MessageStatus
from engine.views.deliveries import BY_SEGMENT, Cause, Lane
from engine.views.pauses import pause_said
from tui.rooms.switch import what_stays
from tui.widgets.bars import padded, width_of
from tui.widgets.rows import Column, Row
from tui.widgets.sparks import spark
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


def told_of_lane(lane: Lane, near: Sequence[Cause] | None, now: int, zone: Zone) -> Content:
    """A channel from near. `near` None: not read so far."""
    lines = [Content.styled(_heading(lane), "bold $primary"), *_state(lane, now, zone)]
    if lane.channel is not None:
        lines.append(Content(_numbers(lane)))
    if near is not None:
        lines += [Content(""), *_causes(near)]
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
    if lane.cost is not None:
        amount = f"{lane.cost:,.2f}"
        more = lane.channel == BY_SEGMENT
        parts.append(
            say("cost {amount} or more", amount=amount) if more else say("cost {amount}", amount=amount)
        )
    return " · ".join(map(told, parts))


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
