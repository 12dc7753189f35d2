"""What the templates of messages name and do. What one may do at all is in `dsl.texts.templates`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.lowering.messages import TASK
from dsl.model.journeys import Grant, Journey, Send, Task
from dsl.slugs import Slug
from dsl.source import Span
from dsl.texts.letters import letter_source
from dsl.texts.templates import Problem, names, problems
from dsl.texts.text_places import place_in_source, place_in_text
from dsl.tree.expressions import Text
from dsl.tree.statements import MessageDecl, Variant
from dsl.wording import Phrase, say

_BENEFIT = frozenset({"benefit.title", "benefit.code", "benefit.worth", "benefit.expires"})


@dataclass(frozen=True, slots=True)
class _Use:
    """A journey that sends a message or shows it: its name and the record kind it runs for."""

    journey: str
    record: str | None


_Uses = Mapping[tuple[str, str], dict[_Use, None]]
"""Uses by message and channel, in the order of the rules."""


def check_variables(subject: Subject) -> Iterator[Diagnostic]:
    """`unknown-variable`, and `syntax` of templates."""
    uses = _uses(subject)
    for name, decl in subject.catalog.messages.items():
        for variant in decl.variants:
            yield from _variant(decl, variant, tuple(uses.get((name, variant.channel.text), ())), subject)


def _uses(subject: Subject) -> _Uses:
    found: dict[tuple[str, str], dict[_Use, None]] = {}
    for journey in subject.model.journeys.values():
        use = _Use(journey.name, journey.record)
        for action in (action for state in journey.states for action in state.actions):
            if isinstance(action, Send):
                for channel in action.via:
                    found.setdefault((action.message, channel), {})[use] = None
            elif isinstance(action, Task) and action.script is not None:
                found.setdefault((action.script, TASK), {})[use] = None
    return found


def _variant(
    decl: MessageDecl, variant: Variant, uses: tuple[_Use, ...], subject: Subject
) -> Iterator[Diagnostic]:
    everywhere = _everywhere(variant.channel.text, subject)
    records = {use.record: _record_names(use.record, subject) for use in uses}
    if uses:
        allowed = everywhere.union(frozenset.intersection(*records.values()))
    else:
        allowed = everywhere.union(*(_record_names(name, subject) for name in subject.catalog.records))
    for text in (variant.subject, variant.body):
        if text is not None:
            for problem in problems(text.value, allowed):
                span = place_in_text(text, problem.line, problem.name)
                yield _finding(problem, span, _misplaced(problem, decl, uses, records))
    yield from _benefits(decl, variant, uses, subject)
    if variant.file is not None:
        yield from _letter(decl, variant.file, variant.channel.text, allowed, subject)


def _letter(
    decl: MessageDecl, file: Text, channel: str, allowed: frozenset[str], subject: Subject
) -> Iterator[Diagnostic]:
    """What is wrong in a file of its own, shown there."""
    lowered = subject.model.messages[decl.name.text].variant(channel)
    source = letter_source(file, lowered.body if lowered else "")
    for problem in problems(source.text, allowed):
        span = place_in_source(source, problem.line, problem.name)
        yield _finding(problem, span, None, (file.span,))


def _benefits(
    decl: MessageDecl, variant: Variant, uses: tuple[_Use, ...], subject: Subject
) -> Iterator[Diagnostic]:
    """Warn of a benefit in a message that no journey granting one sends."""
    journeys = [subject.model.journeys[use.journey] for use in uses]
    if not journeys or any(_grants(journey) for journey in journeys) or variant.body is None:
        return
    named = sorted(names(variant.body.value) & _BENEFIT)
    if named:
        span = place_in_text(variant.body, _line_of(variant.body.value, named[0]), named[0])
        message = say("No journey that sends `{message}` grants a benefit.", message=decl.name.text)
        hint = say(
            "Without one the message is held: write `grant …` before `send {message}`.",
            message=decl.name.text,
        )
        yield Diagnostic("unknown-variable", "warning", span, message, hint)


def _grants(journey: Journey) -> bool:
    return any(isinstance(action, Grant) for state in journey.states for action in state.actions)


def _line_of(text: str, name: str) -> int:
    return text[: text.find(name)].count("\n") + 1


def _finding(problem: Problem, span: Span, hint: Phrase | None, also: tuple[Span, ...] = ()) -> Diagnostic:
    slug: Slug = "unknown-variable" if problem.unknown else "syntax"
    return Diagnostic(slug, "error", span, problem.message, hint or problem.hint, also)


def _misplaced(
    problem: Problem,
    decl: MessageDecl,
    uses: tuple[_Use, ...],
    records: Mapping[str | None, frozenset[str]],
) -> Phrase | None:
    """The hint for a field of a record that some, but not all of the journeys run for."""
    if not problem.unknown or all(problem.name not in known for known in records.values()):
        return None
    without = next(use for use in uses if problem.name not in records[use.record])
    return say(
        "The journey `{journey}` sends `{message}` too, and is for {subject}: give it a message of its own.",
        journey=without.journey,
        message=decl.name.text,
        subject=without.record or "customer",
    )


def _everywhere(channel: str, subject: Subject) -> frozenset[str]:
    """Names that every message may use, whatever journey sends it."""
    own = {"id", "operator"} if channel == TASK else {"id"}
    return frozenset().union(
        own, _BENEFIT, subject.catalog.customer, subject.catalog.values, subject.context.variables
    )


def _record_names(record: str | None, subject: Subject) -> frozenset[str]:
    """Fields of a record kind, alone and after its name."""
    kind = subject.catalog.records.get(record or "")
    if kind is None:
        return frozenset()
    fields = ["id", *(field.name for field in kind.fields)]
    return frozenset(fields).union(f"{kind.name}.{field}" for field in fields)
