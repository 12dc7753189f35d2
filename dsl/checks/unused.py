"""Declarations that no other rule names."""

from collections.abc import Collection, Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.journeys import Grant, Send, Task
from dsl.report import hint_for
from dsl.texts.templates import names
from dsl.tree.journeys import EndTitle, JourneyDecl
from dsl.tree.statements import AudienceDecl, BenefitDecl, MessageDecl, PolicyDecl, ValueDecl
from dsl.wording import Phrase, say

_Decl = AudienceDecl | ValueDecl | MessageDecl | BenefitDecl | PolicyDecl


def check_unused(subject: Subject) -> Iterator[Diagnostic]:
    """`unused`."""
    catalog, named = subject.catalog, subject.used
    sent, granted, policies = _done(subject)
    yield from _unused(say("audience"), catalog.audiences.values(), named)
    yield from _unused(say("value"), catalog.values.values(), named | _in_messages(subject))
    yield from _unused(say("message"), catalog.messages.values(), sent)
    yield from _unused(say("benefit"), catalog.benefits.values(), granted)
    yield from _unused(say("policy"), catalog.policies.values(), policies)
    for journey in catalog.journeys.values():
        yield from _ends(journey, catalog.outlines[journey.name.text].outcomes)


def _unused(kind: Phrase, declared: Collection[_Decl], used: Collection[str]) -> Iterator[Diagnostic]:
    for decl in declared:
        if decl.name.text not in used:
            message = say("Nothing uses the {kind} `{name}`.", kind=kind, name=decl.name.text)
            yield Diagnostic("unused", "warning", decl.name.span, message, say("Use it, or remove it."))


def _ends(journey: JourneyDecl, reached: Collection[str]) -> Iterator[Diagnostic]:
    """Titles for ends that the journey never comes to."""
    for line in journey.items:
        if isinstance(line, EndTitle) and line.outcome.text not in reached:
            name = line.outcome.text
            message = say("Nothing in the journey leads to the end `{name}`.", name=name)
            yield Diagnostic("unused", "warning", line.outcome.span, message, hint_for(name, reached))


def _done(subject: Subject) -> tuple[set[str], set[str], set[str]]:
    """Messages, benefits and policies that journeys name; policies also by other policies."""
    messages, benefits = set[str](), set[str]()
    policies = {
        name
        for policy in subject.model.policies.values()
        for name in policy.count_with
        if name != policy.name
    }
    for journey in subject.model.journeys.values():
        policies.add(journey.policy or "")
        for action in (action for state in journey.states for action in state.actions):
            match action:
                case Send(message=message, policy=policy):
                    messages.add(message)
                    policies.add(policy)
                case Task(script=script):
                    messages.add(script or "")
                case Grant(benefit=benefit):
                    benefits.add(benefit)
    return messages, benefits, policies


def _in_messages(subject: Subject) -> frozenset[str]:
    """Everything that templates name."""
    variants = (variant for message in subject.model.messages.values() for variant in message.variants)
    texts = (text for variant in variants for text in (variant.subject, variant.body) if text)
    return frozenset(name for text in texts for name in names(text))
