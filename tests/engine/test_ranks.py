"""The ranks of open tasks are kept, and at every run they are what `rank by` says then, whatever changes them."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsl.syntax.load import parse_texts
from engine.running.run import How
from tests.differential import compare, model_in_scope
from tests.engine.test_differential import ZONES
from tests.strategies_histories import histories
from tests.strategies_lively import CONDITIONS, DECLARED

RULES = """
value worth = choose {{
  {first}: {high}
  {second}: {middle}
  otherwise: {low}
}}
journey calls {{
  enter when visit ever or member or points > 0
  rank by {rank}
  state first {{ task phone "x" {{ assign advisor, outcome yes -> second, outcome no }}, after 3 days -> second }}
  state second {{
    task home "x" {{ assign advisor, outcome yes, outcome no }}
    set points = points + 1
    after 9 days -> end over
  }}
  reenter after 1 day
}}
journey bookings {{
  for booking
  enter when kept or price > 100
  rank by {of_record}
  state only {{ task phone "x" {{ assign advisor, outcome yes -> end done }}, after 8 days -> end over }}
}}
journey A {{ enter when visit within last 2 days, state one {{ after 30 hours -> end done }} }}
"""
NUMBERS = (
    "7",
    "points",
    "days since last(visit)",
    "days until renewal * 2",
    "count(visit within last 3 days)",
    "sum(visit.amount within last 12 hours)",
    "count(call ever) - points",
)
WHEN = (*CONDITIONS, "in journey A", "ended A within last 2 days", "in journey calls")
RANKS = (*("worth",) * 4, "worth + points", "lifetime_value", "days until renewal", "avg(visit.stars ever)")
OF_RECORDS = ("price", "days until due", "days since day + worth", "price * worth")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@st.composite
def ranked_rules(draw: st.DrawFn) -> str:
    """Journeys with tasks, some of records, ranked by what events, facts, people and days change."""
    parts = dict(
        zip(("high", "middle", "low"), (draw(st.sampled_from(NUMBERS)) for _ in range(3)), strict=True)
    )
    parts |= {name: draw(st.sampled_from(WHEN)) for name in ("first", "second")}
    parts |= {"rank": draw(st.sampled_from(RANKS)), "of_record": draw(st.sampled_from(OF_RECORDS))}
    return DECLARED + RULES.format(**parts)


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(ranked_rules(), st.data())
def test_ranks_are_those_of_the_last_run(text: str, data: st.DataObject) -> None:
    """The interpreter works them out for everybody at every run; the engine renews those that may have changed."""
    (file,), flaws = parse_texts({"ranked.rules": text})
    assert not flaws
    how = How(batch=data.draw(st.sampled_from((1, 10_000))))
    compare(model_in_scope(file), data.draw(histories(file)), data.draw(st.sampled_from(ZONES)), how=how)
