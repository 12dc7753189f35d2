"""What the made-up customers do because the shop wrote to them: come, book, answer, pay, opt out. Knows no store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from random import Random

from engine.demo.history import shop_hour
from engine.demo.life import Life
from engine.demo.people import Person

COMES: Mapping[str, float] = {
    "service_upcoming": 0.9,
    "service_passed": 0.6,
    "free_check_invite": 0.6,
    "pick_up_invite": 0.5,
    "hello": 0.2,
    "plan_pick_up": 0.8,
    "plan_package": 0.8,
    "improvements": 0.3,
    "amends": 0.6,
    "plan_compare": 0.5,
    "plan_points": 0.6,
    "trial_invite": 0.45,
    "return_offer": 0.5,
    "last_care": 0.1,
    "special_birthday": 0.2,
    "special_both": 0.3,
    "care_seat": 0.25,
    "care_invitation": 0.3,
    "appointment_missed": 0.6,
}
"""How likely a message brings a customer of the warmest kind into the shop."""

PAYS: Mapping[str, float] = {"bill_early": 0.35, "bill_tomorrow": 0.5, "bill_late": 0.7}
USES: Mapping[str, float] = {"points_week": 0.2, "points_days": 0.3, "points_last_day": 0.25}
LOGS_IN: Mapping[str, float] = {"wake_up_survey": 0.3, "wake_up_balance": 0.4}

_OPT_OUT = 0.01  # of all that may be opted out of
_WAYS_OUT = ("T", "TD", "回T退订", "退订", "ｔ", "td.")
_LETTERS = {"convenience": "A", "price": "B", "service": "C", "competitor": "D"}
_SMALL_TALK = ("谢谢", "收到", "好的，最近忙完就来", "小结", "图")


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that has gone. `place` is the same in every run with one seed. `record`: the id of what it is about."""

    customer: str
    message: str
    channel: str
    journey: str
    policy: str
    record: str | None
    place: str


def react(life: Life, sent: Sent, now: datetime) -> None:
    """Plan what a customer does about a message that has just gone."""
    person, luck = life.people[sent.customer], life.luck("reads", sent.customer, sent.message, sent.place)
    _glance(life, person, sent, luck, now)
    if sent.policy != "service" and luck.random() < _OPT_OUT:
        _answer(life, person, luck.choice(_WAYS_OUT), luck, now)
    elif sent.message in COMES:
        _tempt(life, person, sent, luck, now)
    elif sent.message in PAYS:
        if luck.random() < PAYS[sent.message] and sent.record is not None:
            life.agenda.plan(_soon(luck, now, 20), partial(life.pay, person, sent.record))
    elif sent.message in USES:
        _use_points(life, person, sent, luck, now)
    elif sent.message in LOGS_IN:
        if luck.random() < LOGS_IN[sent.message]:
            life.agenda.plan(_soon(luck, now, 40), partial(life.log_in, person))
    else:
        _say(life, person, sent, luck, now)


def tempt(life: Life, person: Person, odds: float, luck: Random, now: datetime) -> bool:
    """Whether they mean to come within days because of something that was written or said."""
    if luck.random() >= odds * (0.25 + person.warmth):
        return False
    at = shop_hour((now + timedelta(days=luck.randrange(1, 7))).date(), luck)
    if person.next_visit is not None and now < person.next_visit <= at:
        return True
    if person.stops is not None and luck.random() < 0.7:
        person.stops = None
    life.expect(person, at)
    return True


def _tempt(life: Life, person: Person, sent: Sent, luck: Random, now: datetime) -> None:
    """Some of those who mean to come answer first, as they were asked to, and are called back."""
    if luck.random() < 0.3 * COMES[sent.message] * person.warmth:
        _answer(life, person, "1", luck, now)
    else:
        tempt(life, person, COMES[sent.message], luck, now)


def _say(life: Life, person: Person, sent: Sent, luck: Random, now: datetime) -> None:
    if sent.message.startswith("appointment"):
        if luck.random() < 0.45:
            _answer(life, person, luck.choice(("Y", "Y", "y", "Ｙ")), luck, now)
    elif sent.message == "ask_reason":
        if luck.random() < 0.15 + person.warmth / 2:
            _answer(life, person, _LETTERS.get(person.reason, "车已经卖了"), luck, now)
    elif sent.message.startswith("care") and luck.random() < 0.3 * person.warmth:
        _answer(life, person, luck.choice(_SMALL_TALK), luck, now)


def _use_points(life: Life, person: Person, sent: Sent, luck: Random, now: datetime) -> None:
    if luck.random() < USES[sent.message] and sent.record is not None:
        life.agenda.plan(_soon(luck, now, 24), partial(_used, life, person, sent.record))


def _used(life: Life, person: Person, number: str, _now: datetime) -> None:
    life.ledger.changed_record("lot", person, number, used=True)
    person.points = max(person.points - 60, 0)
    life.ledger.customer(person)


def _answer(life: Life, person: Person, text: str, luck: Random, now: datetime) -> None:
    life.agenda.plan(_soon(luck, now, 8), lambda at: life.ledger.happened("replied", person, at, text=text))


def _glance(life: Life, person: Person, sent: Sent, luck: Random, now: datetime) -> None:
    """WeChat and the app tell what is opened."""
    if sent.channel == "sms" or luck.random() > 0.5:
        return
    what = {"message": sent.message, "channel": sent.channel, "journey": sent.journey}
    for kind in ("opened", "clicked")[: 1 + (luck.random() < 0.3)]:
        deed = partial(_noted, life, person, kind, what)
        life.agenda.plan(_soon(luck, now, 6), deed)


def _noted(life: Life, person: Person, kind: str, what: Mapping[str, object], now: datetime) -> None:
    life.ledger.happened(kind, person, now, **what)


def _soon(luck: Random, now: datetime, hours: int) -> datetime:
    """Within so many hours, and not at night."""
    at = now + timedelta(minutes=luck.randrange(3, hours * 60))
    return (
        at if 7 <= at.hour < 23 else datetime.combine(at.date(), time(7, 30)) + timedelta(days=at.hour >= 23)
    )
