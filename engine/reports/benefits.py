"""Benefits: how many of each were given during the period, how many were used, what that was worth and cost."""

from collections.abc import Iterator

import sqlalchemy as sa

from engine.reports.study import Row, Study, share
from engine.storage.benefit_tables import grant
from engine.storage.states import GrantStatus


def benefits(study: Study) -> Iterator[Row]:
    """A line for each benefit, or for each group that got it. It costs when it is used."""
    used = grant.c.redeemed_at.is_not(None)

    def of_used(column: sa.Column[int]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((used, column), else_=0)), 0)

    group = study.group(grant.c.customer).label("its_group")
    rows = (
        sa.select(
            grant.c.benefit,
            group,
            sa.func.count(),
            sa.func.count(grant.c.redeemed_at),
            of_used(grant.c.worth),
            of_used(grant.c.cost),
            of_used(grant.c.redeemed_amount),
        )
        .where(grant.c.status == int(GrantStatus.GRANTED), study.within(grant.c.granted_at))
        .group_by(grant.c.benefit, group)
        .order_by(grant.c.benefit, group)
    )
    for number, its_group, given, redeemed, worth, cost, spent in study.ask(rows):
        yield {
            "benefit": study.window.name(number),
            **study.told(its_group),
            "granted": given,
            "redeemed": redeemed,
            "redemption_rate": share(redeemed, given),
            "worth": worth / 100,
            "cost": cost / 100,
            "spent": spent / 100,
        }
