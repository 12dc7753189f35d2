"""Benefits: how many of each were given during the period, how many were used, what that was worth and cost."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine.reports.study import Row, Study, share
from engine.storage.benefit_tables import grant
from engine.storage.states import GrantStatus


def benefits(study: Study) -> Iterator[Row]:
    """A line for each benefit, or for each group that got it. It costs when it is used."""
    for number, its_group, given, redeemed, *amounts in _counted(study):
        worth, cost, spent = (amount / 100 for amount in amounts)
        yield {
            "benefit": study.window.name(number),
            **study.told(its_group),
            "granted": given,
            "redeemed": redeemed,
            "redemption_rate": share(redeemed, given),
            "worth": worth,
            "cost": cost,
            "spent": spent,
        }


def _counted(study: Study) -> list[tuple[Any, ...]]:
    group = study.group(grant.c.customer).label("its_group")
    used = [_of_used(column) for column in (grant.c.worth, grant.c.cost, grant.c.redeemed_amount)]
    rows = (
        sa.select(grant.c.benefit, group, sa.func.count(), sa.func.count(grant.c.redeemed_at), *used)
        .where(grant.c.status == int(GrantStatus.GRANTED), study.within(grant.c.granted_at))
        .group_by(grant.c.benefit, group)
        .order_by(grant.c.benefit, group)
    )
    return study.ask(rows)


def _of_used(column: sa.Column[int]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((grant.c.redeemed_at.is_not(None), column), else_=0)), 0)
