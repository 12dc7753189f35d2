"""What is wrong with the shape of a text: `syntax` diagnostics. Knows no grammar."""

from dataclasses import dataclass

from dsl.diagnostics import Diagnostic
from dsl.source import Span
from dsl.wording import Hint, Phrase


def syntax(span: Span, message: Phrase, hint: Hint = "", also: tuple[Span, ...] = ()) -> Diagnostic:
    """An error of slug `syntax`."""
    return Diagnostic("syntax", "error", span, message, hint, also)


@dataclass(frozen=True, slots=True)
class Flawed:
    """What was built all the same, and what is wrong with it."""

    value: object
    problems: tuple[Diagnostic, ...]


def flawed(
    value: object, span: Span, message: Phrase, hint: Hint = "", also: tuple[Span, ...] = ()
) -> Flawed:
    """A value with one thing wrong with it."""
    return Flawed(value, (syntax(span, message, hint, also),))
