"""Hypothesis strategies for rule sets whose policies watch their messages: `sample`, `pilot`, `stop at`."""

import re

from hypothesis import strategies as st

from tests.strategies_conditions import Draw
from tests.strategies_lively import lively_rules

_WATCHES = (
    "sample 1",
    "sample 2",
    "pilot 1 needs 0% delivered",
    "pilot 2 needs 50% delivered",
    "pilot 2 needs 40% delivered",
    "stop at 0% optout",
    "stop at 30% optout",
)


@st.composite
def watching_rules(draw: Draw) -> str:
    """Rule sets in which each policy watches its messages."""
    found = draw(lively_rules())
    for name in re.findall(r"policy (\w+) \{", found):
        lines = draw(
            st.lists(st.sampled_from(_WATCHES), min_size=1, max_size=2, unique_by=lambda one: one[:4])
        )
        found = found.replace(f"policy {name} {{", "\n  ".join((f"policy {name} {{", *lines)))
    return found
