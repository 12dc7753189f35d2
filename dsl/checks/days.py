"""Lines about days that never come, since no calendar says when they are."""

from collections.abc import Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.tree.statements import DayRange, NeverOn, PolicyLine, SendOn
from dsl.wording import say

_HOLIDAYS = "holidays"


def check_days(subject: Subject) -> Iterator[Diagnostic]:
    """`no-calendar`: a policy speaks of holidays, and no day is one."""
    lines = [line for block in subject.catalog.calendars for line in block.lines]
    if any(not isinstance(line, DayRange) or line.kind == "closed" for line in lines):
        return
    for policy in subject.catalog.policies.values():
        for policy_line in policy.lines:
            if _HOLIDAYS in _days(policy_line):
                message = say("No day is a holiday here: no calendar says which days are.")
                hint = say("Write `calendar { holidays CN }`, or `closed` days of your own.")
                yield Diagnostic("no-calendar", "warning", policy_line.span, message, hint)


def _days(line: PolicyLine) -> tuple[str, ...]:
    if isinstance(line, NeverOn):
        return line.days
    return line.window.days if isinstance(line, SendOn) else ()
