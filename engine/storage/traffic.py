"""How many messages left and arrived in each quarter of an hour, counted as they do: millions are never counted later.

Knows neither days nor zones: whoever asks says from when to when.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from engine.storage.flow_tables import NOWHERE, traffic

QUARTER = 900_000  # milliseconds


class Left(NamedTuple):
    """So many messages left at an instant by a channel (None: nobody knows which), so many of those have arrived."""

    at: int
    channel: int | None
    sent: int
    delivered: int = 0


def count_left(connection: sa.Connection, messages: Iterable[Left]) -> None:
    """Count messages that left or arrived, in the transaction under way."""
    sent, delivered = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for one in messages:
        key = one.at - one.at % QUARTER, one.channel or NOWHERE
        sent[key] += one.sent
        delivered[key] += one.delivered
    for key, number in sent.items():
        _add(connection, key, number, delivered[key])


def _add(connection: sa.Connection, key: tuple[int, int], sent: int, delivered: int) -> None:
    if not sent and not delivered:
        return
    of = traffic.c
    more = {"sent": of.sent + sent, "delivered": of.delivered + delivered}
    mine = traffic.update().where(of.quarter == key[0], of.channel == key[1])
    if not connection.execute(mine.values(more)).rowcount:
        row = {"quarter": key[0], "channel": key[1], "sent": sent, "delivered": delivered}
        connection.execute(traffic.insert().values(row))


def left_between(connection: sa.Connection, since: int, until: int) -> dict[int, tuple[int, int]]:
    """How many left from an instant until just before another, and how many of these arrived, by channel.

    Both are the beginning of a day, or of a quarter of an hour; what is not is taken for the quarter that it is in.
    """
    of = traffic.c
    rows = sa.select(of.channel, sa.func.sum(of.sent), sa.func.sum(of.delivered)).group_by(of.channel)
    within = rows.where(of.quarter >= since - since % QUARTER, of.quarter < until)
    return {channel: (sent, delivered) for channel, sent, delivered in connection.execute(within)}
