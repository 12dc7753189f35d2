"""What is said never to hold never does: generated conditions and histories, judged by the reference interpreter."""

from itertools import product

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dsl.check import Context, check
from dsl.checks.changes import parts
from dsl.model.conditions import Cond, EventField, Not, RecordField, SinceWindow
from dsl.model.journeys import Grant, When
from dsl.model.model import Model
from dsl.reasoning import contradictory
from dsl.tree.statements import File
from tests.differential import ZONE, tell
from tests.oracle.conditions import holds
from tests.oracle.interpreter import Interpreter
from tests.oracle.world import Scope
from tests.strategies_histories import histories
from tests.strategies_rules import rule_sets

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
_MOST = 12  # conditions of one rule set


def _conditions(model: Model) -> list[Cond]:
    """Conditions that can be asked of a customer whenever we like."""
    found = [*model.audiences.values()]
    for journey in model.journeys.values():
        if journey.enter is not None:
            found.append(journey.enter)
        for state in journey.states:
            found += [item.condition for item in state.transitions if isinstance(item, When)]
    bound = (EventField, RecordField, SinceWindow)
    apart = [cond for cond in found if not any(isinstance(part, bound) for part in parts(cond))]
    return list(dict.fromkeys(apart))[:_MOST]


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(rule_sets(), st.data())
def test_no_customer_ever_meets_what_is_said_never_to_hold(file: File, data: st.DataObject) -> None:
    """Of all conditions of a rule set, alone, in pairs, and one without another."""
    model = check((file,), Context()).model
    assume(model is not None)
    assert model is not None
    assume(not any(isinstance(part, Grant) for part in parts(tuple(model.journeys.values()))))
    alone = frozenset(name for name, journey in model.journeys.items() if journey.record is None)
    conds = _conditions(model)
    opposites: list[Cond] = [Not(cond) for cond in conds]
    pairs = [pair for pair in product([*conds, *opposites], repeat=2) if pair[0] is not pair[1]]
    never = [pair for pair in pairs if contradictory(pair, alone)]
    oracle = Interpreter(model, ZONE)
    for moment in data.draw(histories(file)):
        for step in moment.steps:
            tell(oracle, step, moment)
        for pair in never:
            for customer in oracle.facts.customers.values():
                scope = Scope(oracle.world, moment.at, customer)
                assert not all(holds(cond, scope) for cond in pair), pair
        oracle.settle(moment.at, moment.refusing)
