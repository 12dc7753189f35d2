"""Goals of journeys that look at what a customer is and at what happened to them."""

from datetime import UTC, datetime

import pytest

from dsl.check import check
from dsl.context import Context
from dsl.source import Source
from dsl.syntax.parse import parse
from tests.differential import compare
from tests.oracle.history import Happens, Known, Moment

RULES = """
customer {{ points: number, tier: one of regular, vip }}
event visit {{ amount: money, stars: number }}
journey j {{
  for customer
  enter when id is known
  goal within 30 days when {goal}
  state s {{ after 60 days -> end done }}
}}
"""
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
TWO_CUSTOMERS = (
    Moment(
        NOON, (Known("C1", {"tier": "vip", "points": 1.0}), Known("C2", {"tier": "regular", "points": 1.0}))
    ),
    Moment(NOON.replace(day=3), (Happens("visit", "C2", {"amount": 500, "stars": 5.0}),)),
)


@pytest.mark.parametrize(
    "goal",
    [
        "visit since entry and tier = vip",
        "points < last(visit.stars)",
        "count(visit since entry) >= points",
        "tier = vip and visit where (amount > 3) within last 7 days",
    ],
)
def test_a_goal_is_met_by_the_events_of_the_customer_alone(goal: str) -> None:
    """Beside attributes, too, only the customer's own events count: another's visit reaches nothing for them."""
    file, problems = parse(Source("a.rules", RULES.format(goal=goal)))
    assert not problems
    model = check((file,), Context()).model
    assert model is not None
    outcome = compare(model, TWO_CUSTOMERS)
    assert [row[8] for row in outcome.enrolments if row[0] == "C1"] == [None]
