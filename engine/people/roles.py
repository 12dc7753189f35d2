"""The roles that rules name, and what rules say of them: who is given tasks, who decides."""

from collections.abc import Iterator

from dsl.model.journeys import Send, Task
from dsl.model.model import Model


def roles_of(model: Model) -> set[str]:
    """Every role that the rules name."""
    return set(_roles(model))


def _roles(model: Model) -> Iterator[str]:
    for policy in model.policies.values():
        yield from (review.role for review in policy.reviews)
    yield from (one.approve_by for one in model.benefits.values() if one.approve_by)
    for journey in model.journeys.values():
        for action in (action for state in journey.states for action in state.actions):
            if isinstance(action, Task) and action.role:
                yield action.role
            elif isinstance(action, Send) and action.review:
                yield action.review
