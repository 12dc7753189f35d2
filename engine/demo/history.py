"""What the made-up customers did before the demonstration begins: two years of visits, logins and complaints."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from engine.demo.ledger import Ledger
from engine.demo.people import HISTORY_ENDS, SEED, Person, chance

_LOGINS_SINCE = HISTORY_ENDS - timedelta(days=240)
_LOTS_EXPIRE = (date(2025, 12, 31), date(2026, 2, 28), date(2026, 4, 30))


def make_history(people: Iterable[Person], ledger: Ledger, seed: str = SEED) -> None:
    """Write the past of everybody into the ledger."""
    for person in people:
        luck = chance(seed, "past", person.id)
        last = None
        for at in _visits(person, luck):
            _visit(person, at, ledger, luck)
            last = at
        person.next_visit = last
        _logins(person, ledger, luck)
        _lots(person, ledger, luck)
        if person.consents:
            ledger.consent(person)
        ledger.customer(person)


def amount_of(person: Person, luck: Random) -> int:
    """What a visit costs this customer."""
    return round(person.ticket * luck.uniform(0.6, 1.5))


def shop_hour(day: date, luck: Random) -> datetime:
    """A moment of a day at which the shop is open."""
    return datetime.combine(day, time(luck.randrange(9, 18), luck.choice((0, 10, 20, 30, 40, 50))))


def pause(person: Person, luck: Random) -> timedelta:
    """How long until they come again by themselves."""
    return timedelta(days=max(7, round(person.rhythm * luck.uniform(0.75, 1.3))))


def _visits(person: Person, luck: Random) -> Iterator[datetime]:
    day = person.joined
    last = min(person.stops or HISTORY_ENDS, HISTORY_ENDS)
    while day <= last:
        yield shop_hour(day, luck)
        day += pause(person, luck)


def _visit(person: Person, at: datetime, ledger: Ledger, luck: Random) -> None:
    ledger.visit(person, at, amount_of(person, luck))
    asked = luck.random()
    if asked < 0.12:
        ledger.happened("survey", person, at + timedelta(days=2), score=luck.choice((5, 7, 8, 9, 9, 10, 10)))
    elif asked > 0.985 and at.date() < HISTORY_ENDS - timedelta(days=10):
        complain(person, at + timedelta(days=1), ledger, luck)


def complain(person: Person, at: datetime, ledger: Ledger, luck: Random) -> None:
    """A complaint, and mostly its solution a few days later."""
    serious = luck.random() < 0.2
    ledger.happened("complaint", person, at, serious=serious, resolved=False)
    if luck.random() < 0.8:
        ledger.happened("complaint", person, at + timedelta(days=3), serious=serious, resolved=True)


def _logins(person: Person, ledger: Ledger, luck: Random) -> None:
    """Some let the app lie long before they stop coming."""
    if person.opens_app is None:
        return
    day = max(person.joined, _LOGINS_SINCE)
    last = HISTORY_ENDS - timedelta(days=luck.choice((0, 0, 0, 0, 20, 25, 40, 70)))
    while day <= last:
        ledger.happened(
            "login", person, datetime.combine(day, time(luck.randrange(7, 23), luck.randrange(60)))
        )
        day += timedelta(days=luck.randrange(1, person.opens_app * 2))
    if last < HISTORY_ENDS:
        person.opens_app = None


def _lots(person: Person, ledger: Ledger, luck: Random) -> None:
    if person.points >= 100 and luck.random() < 0.4:
        part = min(person.points, luck.choice((60, 90, 120, 200)))
        ledger.opened_record("lot", person, expiring=part, expires=luck.choice(_LOTS_EXPIRE), used=False)
