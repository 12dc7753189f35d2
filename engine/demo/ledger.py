"""The till of the made-up shop: writes down what happens as rows for import. Knows people, no store and no rules."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from engine.demo.people import Person

Row = dict[str, object]

FIELDS: Mapping[str, tuple[str, ...]] = {
    "customers": (
        "id", "name", "title", "phone", "email", "wecom", "push", "tier", "advisor", "car", "birthday", "joined",
        "next_service", "points", "balance", "lifetime_value",
    ),
    "consents": ("customer", "at", "source"),
    "visit": ("customer", "at", "store", "amount"),
    "login": ("customer", "at"),
    "survey": ("customer", "at", "score"),
    "complaint": ("customer", "at", "serious", "resolved"),
    "opened": ("customer", "at", "message", "channel", "journey"),
    "clicked": ("customer", "at", "message", "channel", "journey"),
    "replied": ("customer", "at", "text"),
    "appointment": ("id", "customer", "service", "due", "place", "kept", "cancelled"),
    "bill": ("id", "customer", "item", "amount", "due", "card", "paid"),
    "lot": ("id", "customer", "expiring", "expires", "used"),
}  # fmt: skip
"""What the shop exports: the columns of each kind, in the order in which the kinds are imported."""

_STORES = ("城东店", "高新店")


@dataclass(slots=True)
class Ledger:
    """What happened and has not been imported yet."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    _numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def take(self) -> list[tuple[str, Sequence[Row]]]:
        """Everything since the last time, by kind."""
        found: list[tuple[str, Sequence[Row]]] = [
            (kind, self.rows[kind]) for kind in FIELDS if self.rows.get(kind)
        ]
        self.rows.clear()
        return found

    def customer(self, person: Person) -> None:
        """The customer's card as it is now."""
        own = {name: getattr(person, name) for name in FIELDS["customers"] if name != "lifetime_value"}
        self.rows["customers"].append(own | {"lifetime_value": person.spent})

    def consent(self, person: Person) -> None:
        """The form that was signed at the first visit."""
        at = datetime.combine(person.joined, datetime.min.time()) + timedelta(hours=11)
        self.rows["consents"].append({"customer": person.id, "at": at, "source": "入会登记表"})

    def visit(self, person: Person, at: datetime, amount: int) -> None:
        """A visit is paid for: points are added to the card, and a service sets the date of the next one."""
        store = _STORES[int(person.id[1:]) % len(_STORES)]
        self.rows["visit"].append({"customer": person.id, "at": at, "store": store, "amount": amount})
        person.spent += amount
        person.points += amount // 10
        if amount >= 300 or person.next_service is None:
            person.next_service = (at + person.serviced_every).date()

    def happened(self, kind: str, person: Person, at: datetime, **values: object) -> None:
        """Any other event."""
        self.rows[kind].append({"customer": person.id, "at": at, **values})

    def opened_record(self, kind: str, person: Person, **values: object) -> str:
        """A new record; its id."""
        self._numbers[kind] += 1
        number = f"{kind[0].upper()}{self._numbers[kind]:04}"
        self.rows[kind].append({"id": number, "customer": person.id, **values})
        return number

    def changed_record(self, kind: str, person: Person, number: str, **values: object) -> None:
        """What is new about a record."""
        self.rows[kind].append({"id": number, "customer": person.id, **values})


def written(value: object) -> str:
    """A value as the shop's exports write it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
