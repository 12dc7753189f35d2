"""Makes the rules of single sends, so that tests of the gate say only what matters to them."""

from datetime import date

from dsl.model.conditions import TEXT, Compare, Cond, Const
from dsl.model.journeys import Journey, Send, State
from dsl.model.model import Calendar, Cap, Message, Model, Policy, SendWindow, SpecialDays, Variant
from dsl.units import Clock, Duration, Window
from engine.calendars.business_days import BusinessDays
from engine.calendars.zone import Zone, parse_time
from engine.permits.gate import decide
from engine.permits.given import Facts, Go, Reach, Verdict, Wait
from engine.permits.rules import SendRule, send_rule

SHANGHAI = Zone("Asia/Shanghai")
DAYTIME = "every day 08:00 to 21:00"


def at(text: str, zone: Zone = SHANGHAI) -> int:
    """The instant that a text means."""
    return parse_time(text, zone)


def clock(text: str) -> Clock:
    """A clock time such as 09:30."""
    hours, minutes = text.split(":")
    return Clock(int(hours) * 60 + int(minutes))


def window(text: str) -> Window:
    """A window such as `workdays 09:00 to 20:00` or `saturday, sunday 10:00 to 18:00`."""
    days, start, _, end = text.rsplit(" ", 3)
    return Window(tuple(day.strip() for day in days.split(",")), clock(start), clock(end))


def windows(*texts: str) -> tuple[SendWindow, ...]:
    """The `send on` lines of a policy."""
    return tuple(SendWindow(window(text)) for text in texts)


def cap(count: int, per: object, condition: object = None) -> Cap:
    """A cap."""
    return Cap(count, per, condition)  # type: ignore[arg-type]


def keyday(text: str) -> SpecialDays:
    """A key day."""
    return SpecialDays("keyday", "店庆", date.fromisoformat(text), date.fromisoformat(text))


def journey(send: Send, record: str | None = None, name: str = "j") -> Journey:
    """A journey of one state that sends."""
    state = State("s", None, "", (send,), ())
    return Journey(
        name=name, title="", record=record, policy=send.policy, priority=0, enter=None, only_at=None,
        at_most=None, rank=None, reenter=None, holdout=0, goal=None, stages=(), states=(state,),
    )  # fmt: skip


def model_of(*journeys: Journey, policies: tuple[Policy, ...], messages: tuple[Message, ...] = ()) -> Model:
    """A model of journeys and policies; message `m` has variants for sms, wecom and email."""
    variants = tuple(Variant(channel, None, "你好") for channel in ("sms", "wecom", "email"))
    every = messages or (Message("m", "", variants),)
    return Model(
        customer=(), events={}, records={}, audiences={}, values={},
        messages={item.name: item for item in every}, policies={item.name: item for item in policies},
        calendar=Calendar(), benefits={}, journeys={item.name: item for item in journeys},
    )  # fmt: skip


def rule_of(  # noqa: PLR0913  # a test says only what matters to it
    policy: Policy,
    *others: Policy,
    via: tuple[str, ...] = ("sms",),
    during: tuple[str, ...] = (),
    review: str | None = None,
    record: str | None = None,
    calendar: Calendar | None = None,
    zone: Zone = SHANGHAI,
) -> SendRule:
    """The rule of a send under a policy, in a calendar with the holidays of China unless another is given."""
    send = Send(0, "m", via, policy.name, tuple(window(text) for text in during), review)
    only = journey(send, record)
    model = model_of(only, policies=(policy, *others))
    days = BusinessDays(calendar or Calendar("CN"), zone)
    return send_rule(model, days, only, only.states[0], send)


GENEROUS = Duration(60, "day")
"""A time to give up after that no test reaches by accident."""

REACHED = (Reach(address=True),)
WORKING_HOURS = windows("workdays 09:00 to 20:00")
VIP: Cond = Compare("=", Const("a", TEXT), Const("vip", TEXT))
DAYS_10 = Duration(10, "day")


def facts(rule: SendRule, created: str, *history: str, **more: object) -> Facts:
    """What is known of a message that was wanted then, after these counted ones."""
    zone = rule.days.zone
    counted = tuple(at(text, zone) for text in history)
    return Facts(rule, at(created, zone), **{"reach": REACHED, "history": counted, **more})  # type: ignore[arg-type]


def answer(rule: SendRule, now: str, *history: str, created: str | None = None, **more: object) -> Verdict:
    """The verdict at a time, on a message that is wanted since then unless `created` says otherwise."""
    return decide(facts(rule, created or now, *history, **more), at(now, rule.days.zone))


def goes(verdict: Verdict) -> bool:
    """Whether the message may go."""
    return isinstance(verdict, Go)


def waits(verdict: Verdict, zone: Zone = SHANGHAI) -> str:
    """Until when it waits, as `2026-11-23 09:00`, and because of what."""
    assert isinstance(verdict, Wait)
    return f"{zone.local(verdict.until):%Y-%m-%d %H:%M} {verdict.because}"
