"""Card numbers in the texts of messages: nobody needs more of one than its last digits."""

from collections.abc import Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.source import Span
from dsl.texts.card_numbers import card_numbers
from dsl.texts.passages import letters_of
from dsl.wording import say


def check_card_numbers(subject: Subject) -> Iterator[Diagnostic]:
    """`forbidden-text` of whole card numbers, whatever the policy says."""
    told: set[Span] = set()
    for name, decl in subject.catalog.messages.items():
        for letter in letters_of(decl, subject.model.messages[name]):
            for passage in letter.passages:
                for start, end in card_numbers(passage.words):
                    span = passage.place(start, end)
                    if span not in told:
                        told.add(span)
                        message = say("This looks like a whole card number, which no message may hold.")
                        hint = say("Leave the last four digits, or fill them in: `{{{{ card_tail }}}}`.")
                        yield Diagnostic("forbidden-text", "error", span, message, hint, passage.also)
