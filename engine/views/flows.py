"""How many moved where, by day; how many are where, and were: counts that no customer is read for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.storage.flow_tables import UNDER_WAY, flow
from engine.storage.schema import enrolment, rule
from engine.storage.symbols import Symbols
from engine.views.window import Window

WEEK, MONTH = 7, 30  # days, today included


@dataclass(frozen=True, slots=True)
class Flow:
    """So many went from a state to another on a day, by the rule line that says `because`.

    `source` None: they came in. `target` None: they ended, with `outcome`. Both None: they were held out.
    """

    day: int
    source: str | None
    target: str | None
    outcome: str | None
    because: str | None
    number: int

    @property
    def entry(self) -> bool:
        """Whether it leads in."""
        return self.source is None and self.target is not None

    @property
    def held_out(self) -> bool:
        """Whether they were held out for comparison."""
        return self.source is None and self.target is None


def flows(window: Window, since: int = 0) -> dict[str, list[Flow]]:
    """What moved on a business day or later, by journey, the first day first."""
    of = flow.c
    rows = (
        sa.select(of.day, of.journey, of.source, of.target, of.outcome, rule.c.text, of.number)
        .outerjoin_from(flow, rule, rule.c.rule == of.rule)
        .where(of.day >= since)
        .order_by(*flow.primary_key.columns)
    )
    found: dict[str, list[Flow]] = {}
    for day, journey, source, target, outcome, text, number in window.connection.execute(rows):
        ends = window.state(source or None), window.state(target or None)
        one = Flow(day, *ends, window.name(outcome), text, number)
        found.setdefault(window.name(journey) or "", []).append(one)
    return found


def standing(connection: sa.Connection, symbols: Symbols) -> dict[str, dict[str, int]]:
    """How many are in which state of which journey, by name."""
    key = (enrolment.c.journey, enrolment.c.state)
    rows = sa.select(*key, sa.func.count()).where(UNDER_WAY).group_by(*key)
    found: dict[str, dict[str, int]] = {}
    for journey, state, number in connection.execute(rows):
        found.setdefault(symbols.name(journey), {})[symbols.name(state).partition("/")[2]] = number
    return {name: dict(sorted(states.items())) for name, states in sorted(found.items())}


def stage_of(state: str | None) -> str | None:
    """The stage in a state's name, if it has one."""
    return None if state is None else state.rpartition(".")[0] or None


def by_day(moves: Iterable[Flow], days: Sequence[int]) -> tuple[int, ...]:
    """How many moved on each of the days."""
    found: Counter[int] = Counter()
    for one in moves:
        found[one.day] += one.number
    return tuple(found[day] for day in days)


def history(now: int, came: Sequence[int], left: Sequence[int]) -> tuple[int, ...]:
    """How many there were at the end of each day, from how many there are now and who came and left on each.

    Never fewer than nobody: who was erased since had come, too.
    """
    found, number = [], now
    for arrived, gone in zip(reversed(came), reversed(left), strict=True):
        found.append(max(number, 0))
        number -= arrived - gone
    return tuple(reversed(found))


def counts(connection: sa.Connection, rows: sa.Select[Any]) -> dict[Any, int]:
    """What rows of two columns say: how many of each."""
    found: Any = connection.execute(rows).all()
    return dict(found)
