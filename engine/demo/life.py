"""What the made-up customers do by themselves while virtual time goes on: come, book, log in, pay, complain.

What they do because somebody wrote or called is `engine.demo.reactions`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from engine.demo.agenda import Agenda
from engine.demo.history import amount_of, pause, shop_hour
from engine.demo.ledger import Ledger
from engine.demo.people import SEED, Person, chance

_SERVICES = ("小保养", "大保养", "四轮定位", "空调清洗", "刹车检查", "洗车打蜡")
_PLACES = ("A区1号工位", "A区3号工位", "B区2号工位")
_DUE_DAYS = (5, 12, 20, 26)


@dataclass(slots=True)
class Life:
    """The town. Ask `chance` for luck about one thing, so that one thing does not change another."""

    people: dict[str, Person]
    ledger: Ledger
    agenda: Agenda = field(default_factory=Agenda)
    seed: str = SEED
    bills: dict[str, bool] = field(default_factory=dict)
    """Which bills are paid."""

    def luck(self, *of_what: object) -> Random:
        """Chance about one thing."""
        return chance(self.seed, *of_what)

    def begin(self, first: date, last: date) -> None:
        """Plan what everybody will do from one day to another."""
        for person in self.people.values():
            luck = self.luck("future", person.id)
            seen = person.next_visit or datetime.combine(first, time(9))
            person.next_visit = None
            self.plan_own_visit(person, seen, first)
            self._plan_logins(person, first, last, luck)
            if person.pays_by_instalment:
                self._plan_bills(person, first, last, luck)

    def plan_own_visit(self, person: Person, seen: datetime, earliest: date) -> None:
        """When they will come by themselves after a visit; nothing for those who have stopped."""
        luck = self.luck("visit", person.id, seen)
        day = max((seen + pause(person, luck)).date(), earliest + timedelta(days=luck.randrange(1, 12)))
        if person.stops is not None and day >= person.stops:
            return
        at = shop_hour(day, luck)
        if luck.random() < 0.4 and day - earliest > timedelta(days=10):
            booked = shop_hour(day - timedelta(days=luck.randrange(4, 10)), luck)
            self.agenda.plan(booked, partial(self.book, person, due=at))
        self.expect(person, at)

    def expect(self, person: Person, at: datetime) -> None:
        """They mean to come at that time, and at no other."""
        person.next_visit = at
        self.agenda.plan(at, partial(self._come, person))

    def book(self, person: Person, _now: datetime, due: datetime) -> None:
        """They book the time at which they mean to come."""
        if person.next_visit != due:
            return
        luck = self.luck("booking", person.id, due)
        number = self.ledger.opened_record(
            "appointment", person,
            service=luck.choice(_SERVICES), due=due, place=luck.choice(_PLACES), kept=False, cancelled=False,
        )  # fmt: skip
        fate = luck.random()
        if fate < 0.06:
            self.agenda.plan(due - timedelta(days=1, hours=3), partial(self._cancel, person, number, due))
        elif fate < 0.12:
            person.next_visit = None
            self.agenda.plan(due, partial(self._miss, person))
        else:
            self.agenda.plan(due, partial(self._keep, person, number, due))

    def _come(self, person: Person, now: datetime) -> None:
        """They are there, unless they have changed their plans."""
        if person.next_visit != now:
            return
        luck = self.luck("stay", person.id, now)
        person.kept_from, person.next_visit = now, None
        self.ledger.visit(person, now, amount_of(person, luck))
        self.ledger.customer(person)
        mood = luck.random()
        if mood < 0.15:
            score = luck.choice((4, 6, 7, 8, 8, 9, 9, 10, 10, 10))
            self.agenda.plan(now + timedelta(days=2), partial(self._score, person, score))
        elif mood > 0.985:
            self.agenda.plan(now + timedelta(days=1), partial(self._complain, person))
        self.plan_own_visit(person, now, now.date())

    def _keep(self, person: Person, number: str, due: datetime, _now: datetime) -> None:
        """The appointment is kept when they came, and off when they changed their plans."""
        came = person.kept_from == due
        self.ledger.changed_record("appointment", person, number, **{"kept" if came else "cancelled": True})

    def _cancel(self, person: Person, number: str, due: datetime, now: datetime) -> None:
        self.ledger.changed_record("appointment", person, number, cancelled=True)
        if person.next_visit == due:
            self.expect(person, due + timedelta(days=self.luck("later", person.id, now).randrange(5, 12)))

    def _miss(self, person: Person, now: datetime) -> None:
        self.expect(person, now + timedelta(days=self.luck("missed", person.id, now).randrange(9, 20)))

    def _score(self, person: Person, score: int, now: datetime) -> None:
        self.ledger.happened("survey", person, now, score=score)

    def _complain(self, person: Person, now: datetime) -> None:
        serious = self.luck("serious", person.id, now).random() < 0.2
        self.ledger.happened("complaint", person, now, serious=serious, resolved=False)

    def _plan_logins(self, person: Person, first: date, last: date, luck: Random) -> None:
        day = first
        while person.opens_app is not None and day <= last:
            at = datetime.combine(day, time(luck.randrange(7, 23), luck.randrange(60)))
            self.agenda.plan(at, partial(self.log_in, person))
            day += timedelta(days=luck.randrange(1, person.opens_app * 2))

    def log_in(self, person: Person, now: datetime) -> None:
        """They open the app."""
        self.ledger.happened("login", person, now)

    def _plan_bills(self, person: Person, first: date, last: date, luck: Random) -> None:
        """A bill a month, known three weeks before it is due."""
        day, amount, card = (
            luck.choice(_DUE_DAYS),
            luck.choice((260, 366, 480, 800)),
            f"{luck.randrange(10_000):04}",
        )
        due = first.replace(day=day)
        while due <= last:
            if due > first + timedelta(days=10):
                issued = datetime.combine(due - timedelta(days=21), time(9, 30))
                deed = partial(self._issue, person, due=due, amount=amount, card=card)
                self.agenda.plan(max(issued, datetime.combine(first, time(8))), deed)
            due = (due.replace(day=1) + timedelta(days=32)).replace(day=day)

    def _issue(self, person: Person, _now: datetime, due: date, amount: int, card: str) -> None:
        values = {"item": "保养分期", "amount": amount, "due": due, "card": card, "paid": False}
        number = self.ledger.opened_record("bill", person, **values)
        self.bills[number] = False
        if self.luck("pays", number).random() < 0.6:
            self.agenda.plan(datetime.combine(due, time(8)), partial(self.pay, person, number))

    def pay(self, person: Person, number: str, _now: datetime) -> None:
        """A bill is paid, once."""
        if not self.bills[number]:
            self.bills[number] = True
            self.ledger.changed_record("bill", person, number, paid=True)


def people_by_id(people: Iterable[Person]) -> dict[str, Person]:
    """Customers by their id."""
    return {person.id: person for person in people}
