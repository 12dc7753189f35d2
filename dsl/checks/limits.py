"""What has no limit, or none but zero: policies under which messages go at night, benefits without a quota."""

from collections.abc import Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.journeys import Grant, Send
from dsl.model.model import Model, Policy
from dsl.wording import say

_SILENT = frozenset({"email", "webhook"})
"""Channels that wake nobody."""


def check_limits(subject: Subject) -> Iterator[Diagnostic]:
    """`no-limit`, and `window-never-opens` of policies that let nothing go."""
    model = subject.model
    for name, policy in model.policies.items():
        place = subject.catalog.policies[name].name.span
        if not policy.windows and any(_may_wake(send) for send in _sent(model) if send.policy == name):
            message = say(
                "The policy `{name}` has no `send on`: its messages go at any hour, also at night.", name=name
            )
            hint = say("Write into it when they may go: `send on every day 08:00 to 21:00`.")
            yield Diagnostic("no-limit", "info", place, message, hint)
        yield from _nothing(policy)
    granted = {action.benefit for action in _actions(model) if isinstance(action, Grant)}
    for name, benefit in model.benefits.items():
        if name in granted and benefit.quota is None and benefit.stock is None and not benefit.approve_by:
            message = say("The benefit `{name}` has no `quota`: it is given without end.", name=name)
            hint = say("Say how many there are: `quota 20 per month`, or `stock 100`.")
            yield Diagnostic("no-limit", "info", subject.catalog.benefits[name].name.span, message, hint)


def _nothing(policy: Policy) -> Iterator[Diagnostic]:
    """A cap of 0 for everybody, with no other one for some and no key days."""
    if policy.extra_on_keydays or any(cap.condition is not None for cap in policy.caps):
        return
    for cap in policy.caps:
        if cap.count == 0:
            message = say("Nothing can ever go under this policy: the most is 0.")
            hint = say("Write how many may go, such as `at most 3 per month`.")
            yield Diagnostic("window-never-opens", "warning", cap.span, message, hint)


def _may_wake(send: Send) -> bool:
    return not send.during and not _SILENT.issuperset(send.via)


def _actions(model: Model) -> Iterator[object]:
    return (
        action for journey in model.journeys.values() for state in journey.states for action in state.actions
    )


def _sent(model: Model) -> list[Send]:
    return [action for action in _actions(model) if isinstance(action, Send)]
