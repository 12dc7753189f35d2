"""Codes of benefits used in the shop: each once, whoever tries at the same time."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.model.model import Model
from dsl.wording import Phrase
from engine.calendars.zone import Zone, date_of
from engine.errors import RefusedError
from engine.storage import audit
from engine.storage.arrivals import take
from engine.storage.audit import By, Deed
from engine.storage.benefit_tables import grant, is_grant
from engine.storage.codes import read_code
from engine.storage.declared import declared_tables
from engine.storage.digests import identity_digest
from engine.storage.keys import intent_in
from engine.storage.states import GrantStatus
from engine.storage.symbols import Symbols
from engine.visible import visible
from engine.wording import say


class RedeemingError(RefusedError):
    """A code cannot be used; `word` says why, for programs."""

    word = "refused"


class UnknownCodeError(RedeemingError):
    """No benefit has such a code."""

    word = "unknown"


class NotGrantedError(RedeemingError):
    """The benefit of the code has not been approved, or was refused or taken back."""

    word = "not granted"


class RedeemedError(RedeemingError):
    """The code has been used before; the message says when and where."""

    word = "redeemed before"


class ExpiredError(RedeemingError):
    """The last day on which the code could be used is over."""

    word = "expired"


class BelowMinimumError(RedeemingError):
    """The customer has not spent what the benefit asks for."""

    word = "below minimum"


@dataclass(frozen=True, slots=True)
class Till:
    """What using a code needs."""

    connection: sa.Connection
    model: Model
    symbols: Symbols
    zone: Zone


@dataclass(frozen=True, slots=True)
class Use:
    """How a code is used. `amount`: what the customer spends, in minor units."""

    amount: int | None = None
    shop: str | None = None


def redeem(till: Till, code: str, use: Use, by: By) -> sa.Row[Any]:
    """Use a code, in the transaction under way; its row as it is then. The next run hears `redeemed`.

    RedeemingError of a kind for each reason why it cannot be.
    """
    row = _found(till, code)
    _check(till, row, use, by.now)
    used = {
        "redeemed_at": by.now,
        "redeemed_by": by.actor,
        "redeemed_amount": use.amount,
        "redeemed_shop": use.shop,
    }
    intent = intent_in(row)
    first = (*is_grant(intent), grant.c.status == GrantStatus.GRANTED, grant.c.redeemed_at.is_(None))
    if till.connection.execute(grant.update().where(*first).values(used)).rowcount == 0:
        raise _used_before(till, _found(till, code))
    _tell(till, row, by.now)
    where = f"{till.symbols.name(row.benefit)} at {use.shop}" if use.shop else till.symbols.name(row.benefit)
    audit.record(till.connection, by, Deed("benefit redeemed", intent.customer, f"{intent.id} {where}"))
    return _found(till, code)


def _found(till: Till, code: str) -> sa.Row[Any]:
    mine = (grant.c.code.is_not(None), grant.c.code == read_code(code))
    row = till.connection.execute(sa.select(grant).where(*mine)).one_or_none()
    if row is None:
        raise UnknownCodeError(
            say("there is no code {code}", code=visible(code.strip())[:40]),
            say("codes hold no 0 and O, and no 1 and I"),
        )
    return row


def _check(till: Till, row: sa.Row[Any], use: Use, now: int) -> None:
    """Whether the code may be used now; a kind of RedeemingError else."""
    if row.redeemed_at is not None:
        raise _used_before(till, row)
    if row.status == GrantStatus.HELD:
        raise NotGrantedError(
            say("code {code} has not been approved yet", code=row.code),
            say("`homing queue --kind benefit` lists what must be approved"),
        )
    if row.status != GrantStatus.GRANTED:
        status = GrantStatus(row.status).said
        raise NotGrantedError(say("code {code} was not granted: {status}", code=row.code, status=status))
    if row.expires is not None and till.zone.day(now) > row.expires:
        last = date_of(row.expires).isoformat()
        raise ExpiredError(say("code {code} could be used until {last}", code=row.code, last=last))
    if row.minimum is not None and (use.amount is None or use.amount < row.minimum):
        raise BelowMinimumError(_too_little(row, use))


def _too_little(row: sa.Row[Any], use: Use) -> Phrase:
    minimum = f"{row.minimum / 100:.2f}"
    if use.amount is None:
        return say(
            "code {code} needs {minimum} to be spent: say how much, `--amount`",
            code=row.code,
            minimum=minimum,
        )
    spent = f"{use.amount / 100:.2f}"
    return say(
        "code {code} needs {minimum} to be spent, not {amount}", code=row.code, minimum=minimum, amount=spent
    )


def _used_before(till: Till, row: sa.Row[Any]) -> RedeemedError:
    at = till.zone.iso(row.redeemed_at)
    if row.redeemed_shop:
        return RedeemedError(
            say(
                "code {code} was used at {at} in {shop}",
                code=row.code,
                at=at,
                shop=visible(row.redeemed_shop),
            )
        )
    return RedeemedError(say("code {code} was used at {at}", code=row.code, at=at))


def _tell(till: Till, row: sa.Row[Any], now: int) -> None:
    """The event that `on redeemed` listens to."""
    values = {
        "seq": take(till.connection, 1),
        "customer": row.customer,
        "at": now,
        "digest": identity_digest("redeemed", row.code),
        "benefit": till.symbols.name(row.benefit),
    }
    till.connection.execute(declared_tables(till.model).events["redeemed"].insert().values(values))
