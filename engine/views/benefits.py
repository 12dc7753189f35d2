"""Benefits as commands show them: a code that was used, and how many of each are given."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from dsl.model.model import Benefit, Message, Model
from dsl.units import Duration, Period
from dsl.wording import Phrase
from engine.calendars.zone import Zone, date_of
from engine.permits.quotas import period_began, used
from engine.storage.benefit_tables import OPEN_GRANT, grant
from engine.storage.codes import read_code
from engine.storage.schema import SUBJECT, message
from engine.storage.states import GrantStatus
from engine.storage.symbols import load_symbols
from engine.texts.template_values import BENEFIT
from engine.views.window import Window
from engine.wording import say, say_as, say_number


def coupon(window: Window, code: str) -> dict[str, object]:
    """What is known of a code, as `homing redeem --json` tells it; of one that nobody has, the code alone."""
    people = window.tables.customer
    query = sa.select(grant, people.c.id).join(people, people.c.customer == grant.c.customer)
    mine = (grant.c.code.is_not(None), grant.c.code == read_code(code))
    row = window.connection.execute(query.where(*mine)).one_or_none()
    return {"code": read_code(code)} if row is None else _coupon(window, row)


def _coupon(window: Window, row: sa.Row[Any]) -> dict[str, object]:
    name = window.name(row.benefit) or ""
    declared = window.model.benefits.get(name)
    return {
        "code": row.code,
        "benefit": name,
        "title": name if declared is None else declared.title,
        "customer": row.id,
        "status": GrantStatus(row.status).word,
        "worth": window.value(row.worth, "money"),
        "minimum": window.value(row.minimum, "money"),
        "granted": window.time(row.granted_at),
        "expires": None if row.expires is None else date_of(row.expires).isoformat(),
        "redeemed": window.time(row.redeemed_at),
        "amount": window.value(row.redeemed_amount, "money"),
        "shop": row.redeemed_shop,
        "by": row.redeemed_by,
    }


def benefit_of_message(window: Window) -> sa.ColumnElement[int]:
    """The number of the benefit that a message tells of or waits for; missing where its text names none."""
    naming = [
        window.symbols.known("message", one.name) for one in window.model.messages.values() if _names_one(one)
    ]
    these = [grant.c[name] == message.c[name] for name in SUBJECT]
    live = grant.c.status.in_((GrantStatus.WAITING, GrantStatus.HELD, GrantStatus.GRANTED))
    query = sa.select(grant.c.benefit).where(*these, live, grant.c.visit <= message.c.visit)
    latest = query.order_by(grant.c.visit.desc(), grant.c.action.desc()).limit(1).correlate(message)
    return sa.case((message.c.message.in_(naming), latest.scalar_subquery()), else_=sa.null())


def _names_one(one: Message) -> bool:
    from dsl.texts.templates import names  # noqa: PLC0415  # loads Jinja2

    return any(
        name.startswith(BENEFIT)
        for variant in one.variants
        for name in names(variant.body) | names(variant.subject or "")
    )


class Spent(NamedTuple):
    """A benefit of which none is left now, how many are given, and how many customers wait for one."""

    name: str
    title: str
    given: Phrase
    waiting: int

    def said(self) -> Phrase:
        """In words."""
        return say_number(
            "none is left of {title} (benefit `{name}`): {given}; {n:,} customer waits",
            "none is left of {title} (benefit `{name}`): {given}; {n:,} customers wait",
            name=self.name,
            title=self.title,
            given=self.given,
            n=self.waiting,
        )


def spent(connection: sa.Connection, model: Model, zone: Zone, now: int) -> Iterator[Spent]:
    """The benefits of which none is left at `now`."""
    symbols = load_symbols(connection)
    for benefit in model.benefits.values():
        number = symbols.find("benefit", benefit.name)
        if number is None:
            continue
        given = given_of(connection, benefit, number, zone, now)
        if given is not None:
            waiting = (OPEN_GRANT, grant.c.status == GrantStatus.WAITING, grant.c.benefit == number)
            query = sa.select(sa.func.count()).select_from(grant).where(*waiting)
            yield Spent(benefit.name, benefit.title, given, connection.execute(query).scalar_one())


def period_said(per: Period | Duration) -> str:
    """A quota's period in words."""
    return _PERIODS.get(str(per), str(per))


_PERIODS = {
    "day": say_as("period", "day"),
    "week": say_as("period", "week"),
    "month": say_as("period", "month"),
    "year": say_as("period", "year"),
}


def given_of(connection: sa.Connection, benefit: Benefit, number: int, zone: Zone, now: int) -> Phrase | None:
    """How many are given or reserved, of how many, when none is left at `now`; else None."""
    if benefit.quota is not None:
        count, per = benefit.quota
        gone = used(connection, number, period_began(zone, benefit, now))
        if gone >= count:
            return say(
                "{used:,} given of {count:,} per {period}", used=gone, count=count, period=period_said(per)
            )
    if benefit.stock is not None:
        gone = used(connection, number, None)
        if gone >= benefit.stock:
            return say("{used:,} given of {count:,} in all", used=gone, count=benefit.stock)
    return None
