"""What the templates of messages name and do. What one may do at all is in `dsl.texts.templates`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.lowering.messages import TASK
from dsl.model.journeys import Grant, Journey, Send, Task
from dsl.slugs import Slug
from dsl.source import Span
from dsl.texts.letters import letter_source
from dsl.texts.templates import Problem, literals, names, problems, unguarded
from dsl.texts.text_places import place_in_source, place_in_text
from dsl.tree.expressions import Choose, Text
from dsl.tree.statements import MessageDecl, Variant
from dsl.wording import Phrase, Series, say

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
    records = {use.record: _record_names(use.record, subject) for use in uses}
    if uses:
        fields = frozenset.intersection(*records.values())
    else:
        fields = frozenset().union(*(_record_names(name, subject) for name in subject.catalog.records))
    allowed = dict.fromkeys((*_everywhere(variant.channel.text, subject), *sorted(fields)))
    for text in (variant.subject, variant.body):
        if text is not None:
            for problem in (*problems(text.value, allowed), *literals(text.value, allowed)):
                span = place_in_text(text, problem.line, problem.name)
                hint = _misplaced(problem, decl, uses, records) or _belongs(problem, subject)
                yield _finding(problem, span, hint)
    yield from _benefits(decl, variant, uses, subject)
    yield from _holes(variant, subject)
    if variant.file is not None:
        yield from _letter(decl, variant.file, variant.channel.text, allowed, subject)


def _letter(
    decl: MessageDecl, file: Text, channel: str, allowed: Collection[str], subject: Subject
) -> Iterator[Diagnostic]:
    """What is wrong in a file of its own, shown there."""
    lowered = subject.model.messages[decl.name.text].variant(channel)
    source = letter_source(file, lowered.body if lowered else "")
    is_html = ".htm" in source.name.lower()
    for problem in (*problems(source.text, allowed), *literals(source.text, allowed, is_html=is_html)):
        span = place_in_source(source, problem.line, problem.name)
        yield _finding(problem, span, _belongs(problem, subject), (file.span,))


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


def _holes(variant: Variant, subject: Subject) -> Iterator[Diagnostic]:
    """Warn of values without `otherwise`: a message with one is held for whoever comes to none of its arms."""
    if variant.body is None:
        return
    text = variant.body.value
    for name in sorted(unguarded(text) & subject.catalog.values.keys()):
        value = subject.catalog.values[name].expression
        if isinstance(value, Choose) and all(arm.condition is not None for arm in value.arms):
            span = place_in_text(variant.body, _line_of(text, name), name)
            message = say(
                "`{name}` has no `otherwise`: who comes to none of its arms gets no message.", name=name
            )
            hint = say("Give it an `otherwise`, or write `{{{{ {name}|default('…') }}}}`.", name=name)
            yield Diagnostic(
                "unknown-variable", "warning", span, message, hint, (subject.catalog.values[name].name.span,)
            )


def _grants(journey: Journey) -> bool:
    return any(isinstance(action, Grant) for state in journey.states for action in state.actions)


def _line_of(text: str, name: str) -> int:
    return text[: text.find(name)].count("\n") + 1


def _finding(problem: Problem, span: Span, hint: Phrase | None, also: tuple[Span, ...] = ()) -> Diagnostic:
    if problem.literal:
        return Diagnostic("placeholder", "warning", span, problem.message, problem.hint, also)
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


def _belongs(problem: Problem, subject: Subject) -> Phrase | None:
    """The hint for a name that other messages have: fields of records, and who works on a task."""
    if not problem.unknown:
        return None
    if problem.name == "operator":
        return say("`operator` is known in `{channel}` texts alone.", channel=TASK)
    owners = [
        kind.name
        for kind in subject.catalog.records.values()
        if any(field.name == problem.name for field in kind.fields)
    ]
    if not owners:
        return None
    kinds = Series(tuple(f"`{name}`" for name in owners))
    return say("It is a field of {records}: a message of journeys for them can name it.", records=kinds)


def _everywhere(channel: str, subject: Subject) -> Iterator[str]:
    """Names that every message may use, whatever journey sends it; those that are used most come first."""
    yield from subject.catalog.customer
    yield from subject.catalog.values
    yield from sorted(subject.context.variables)
    yield from ("id", "operator") if channel == TASK else ("id",)
    yield from sorted(_BENEFIT)


def _record_names(record: str | None, subject: Subject) -> frozenset[str]:
    """Fields of a record kind, alone and after its name."""
    kind = subject.catalog.records.get(record or "")
    if kind is None:
        return frozenset()
    fields = ["id", *(field.name for field in kind.fields)]
    return frozenset(fields).union(f"{kind.name}.{field}" for field in fields)
