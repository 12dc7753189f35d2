"""Diagnostics as values: what is wrong, where, how bad, and how to mend it. Rendering is `dsl.render`."""

from dataclasses import dataclass

from dsl.slugs import Severity, Slug
from dsl.source import Span
from dsl.wording import Hint, Phrase


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a rule set, in words that a rule writer knows.

    `also` names further places that belong to it, such as the first of two equal names.
    """

    slug: Slug
    severity: Severity
    span: Span
    message: Phrase
    hint: Hint = ""
    also: tuple[Span, ...] = ()


def has_errors(diagnostics: "list[Diagnostic] | tuple[Diagnostic, ...]") -> bool:
    """Whether anything here stops a rule set from being applied."""
    return any(item.severity == "error" for item in diagnostics)
