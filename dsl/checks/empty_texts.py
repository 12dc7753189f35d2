"""Texts that say nothing: `sms: ""`."""

from collections.abc import Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.wording import say


def check_empty_texts(subject: Subject) -> Iterator[Diagnostic]:
    """`missing-channel` of texts without a word."""
    for decl in subject.catalog.messages.values():
        for variant in decl.variants:
            if variant.body is not None and not variant.body.value.strip():
                message = say("This text is empty: the customer would get nothing to read.")
                hint = say("Write it, or take the line out.")
                yield Diagnostic("missing-channel", "warning", variant.body.span, message, hint)
