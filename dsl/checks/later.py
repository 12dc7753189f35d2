"""What rules may say already and the engine does not do yet, so that nobody waits for it in vain."""

from collections.abc import Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.source import Span
from dsl.tree.statements import Pilot, Sample, StopAt
from dsl.wording import Phrase, say


def check_later(subject: Subject) -> Iterator[Diagnostic]:
    """`not-yet`."""
    for policy in subject.catalog.policies.values():
        for line in policy.lines:
            if isinstance(line, Sample | Pilot | StopAt):
                message = say(
                    "`{line}` is kept, but nothing is held or stopped by it yet.", line=line.span.text
                )
                yield _later(line.span, message)


def _later(span: Span, message: Phrase) -> Diagnostic:
    hint = say("The rest of the rules runs as written; a later version of Homing does this too.")
    return Diagnostic("not-yet", "info", span, message, hint)
