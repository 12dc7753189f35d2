"""Customers found by a part of their id or of a text of theirs, those first whom it describes best."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from engine.calendars.zone import date_of
from engine.storage.bulk import rows_by_key
from engine.storage.declared import column_name
from engine.storage.migration import searched_fields
from engine.storage.schema import ACTIVE, enrolment, optout
from engine.storage.search_index import EDGE, behind, hits, hits_beside, spelled
from engine.views.window import Window

MOST = 50
"""Customers found at once, where nobody says otherwise."""

_IN_NUMBERS = frozenset("0123456789+-()/. ")
_LEAST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was found. `texts`: what they are found by, by attribute. `places`: `journey: state` under way.

    `refused`: the channels they have opted out of; None stands for every one. `bought`: when they spent money last, and
    by which kind of event.
    """

    id: str
    texts: dict[str, str]
    places: tuple[tuple[str, str], ...] = ()
    refused: tuple[str | None, ...] = ()
    bought: tuple[date, str] | None = None

    @property
    def name(self) -> str:
        """What they are called: their name where rules declare one, else their id."""
        return self.texts.get("name") or self.id


@dataclass(frozen=True, slots=True)
class Found:
    """`more`: there are others. `behind`: how many customers the index has yet to take, who are looked through."""

    people: tuple[Person, ...]
    more: bool
    behind: int


def find(window: Window, text: str, most: int = MOST) -> Found:
    """Whoever has all words of the text, each anywhere in a text of theirs; of an empty text, the newest customers."""
    left = behind(window.connection)
    numbers = list(dict.fromkeys(_numbers(window, text, most + 1, beside=left > 0)))
    people = tuple(_people(window, numbers[:most]))
    return Found(people, len(numbers) > most, left)


def any_customer(window: Window) -> bool:
    """Whether there is a customer at all."""
    return window.connection.scalar(sa.select(window.tables.customer.c.customer).limit(1)) is not None


def documents(found: Found) -> list[dict[str, Any]]:
    """As programs read it."""
    return [
        {
            "id": one.id,
            "attributes": one.texts,
            "journeys": [{"journey": journey, "state": state} for journey, state in one.places],
        }
        for one in found.people
    ]


def _numbers(window: Window, text: str, most: int, *, beside: bool) -> Iterator[int]:
    """The best first: a whole text of theirs, the beginning of one, digits of a number, then all words anywhere."""
    words = spelled(text).split()
    if not words:
        yield from _newest(window, most)
        return
    seen: set[int] = set()
    for needles in _readings(words):
        found = hits(window.connection, needles, most)
        if beside and EDGE not in needles[0]:
            found += hits_beside(window.connection, needles, most)
        yield from found
        seen.update(found)
        if len(seen) >= most:
            return


def _readings(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    whole = " ".join(words)
    yield (f"{EDGE}{whole}{EDGE}",)
    yield (f"{EDGE}{whole}",)
    digits = "".join(one for one in whole if one.isdigit())
    if len(digits) >= _LEAST_DIGITS and _IN_NUMBERS.issuperset(whole):
        yield (digits,)
    yield tuple(words)


def _newest(window: Window, most: int) -> list[int]:
    table = window.tables.customer
    newest = sa.select(table.c.customer).order_by(table.c.customer.desc()).limit(most)
    return list(window.connection.execute(newest).scalars())


def _people(window: Window, numbers: Sequence[int]) -> Iterator[Person]:
    table = window.tables.customer
    fields = searched_fields(window.model)
    columns = [table.c.customer, table.c.id, *(table.c[column_name(field.name)] for field in fields)]
    rows = {row.customer: row for row in rows_by_key(window.connection, columns, table.c.customer, numbers)}
    places, refused, bought = _places(window, numbers), _refused(window, numbers), _bought(window, numbers)
    for number in numbers:
        if (row := rows.get(number)) is not None:
            values: tuple[str | None, ...] = row[2:]
            named = zip((field.name for field in fields), values, strict=True)
            texts = {name: value for name, value in named if value}
            at, out = tuple(places.get(number, ())), tuple(refused.get(number, ()))
            yield Person(row.id, texts, at, out, bought.get(number))


def _places(window: Window, numbers: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Where they are under way, the latest move first."""
    query = (
        sa.select(enrolment.c.customer, enrolment.c.journey, enrolment.c.state)
        .where(enrolment.c.customer.in_(numbers), enrolment.c.status == ACTIVE)
        .order_by(enrolment.c.state_entered_at.desc())
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in window.connection.execute(query):
        place = (str(window.name(row.journey)), str(window.state(row.state)))
        found.setdefault(row.customer, []).append(place)
    return found


def _refused(window: Window, numbers: Sequence[int]) -> dict[int, list[str | None]]:
    """What they have opted out of."""
    query = sa.select(optout.c.customer, optout.c.channel)
    found: dict[int, list[str | None]] = {}
    for row in window.connection.execute(
        query.where(optout.c.customer.in_(numbers), optout.c.lifted_at.is_(None))
    ):
        found.setdefault(row.customer, []).append(window.name(row.channel))
    return found


def _bought(window: Window, numbers: Sequence[int]) -> dict[int, tuple[date, str]]:
    """When they spent money last."""
    found: dict[int, tuple[date, str]] = {}
    for kind in window.model.purchases:
        of = window.tables.events[kind].c
        latest = sa.select(of.customer, sa.func.max(of.at)).where(of.customer.in_(numbers))
        for number, at in window.connection.execute(latest.group_by(of.customer)):
            day = date_of(window.zone.day(at))
            found[number] = max(found.get(number, (day, kind)), (day, kind))
    return found
