"""Advice on how messages are worded. The words themselves are data: `dsl.texts.style_words`."""

from collections.abc import Iterable, Iterator
from unicodedata import east_asian_width

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.lowering.messages import TASK
from dsl.slugs import Slug
from dsl.source import Span
from dsl.texts.passages import Letter, Passage, letters_of
from dsl.texts.static_text import FILLED
from dsl.texts.style_words import BLAME, LINK, PRESSURE, PROMISES, STEP, Words
from dsl.wording import Phrase, say

_NOT_READ_BY_CUSTOMERS = frozenset({TASK, "webhook"})
_SHORT = 24  # columns: what is shorter is a greeting, which asks for nothing

_ADVICE: tuple[tuple[Slug, tuple[Words, ...]], ...] = (
    ("pressure-words", PRESSURE),
    ("blaming-words", BLAME),
    ("over-promise", PROMISES),
)


def check_style(subject: Subject) -> Iterator[Diagnostic]:
    """`pressure-words`, `blaming-words`, `over-promise` and `no-next-step`."""
    told: set[Span] = set()
    for name, decl in subject.catalog.messages.items():
        for letter in letters_of(decl, subject.model.messages[name]):
            if letter.channel not in _NOT_READ_BY_CUSTOMERS:
                for passage in letter.passages:
                    yield from _wording(passage, told)
                yield from _step(letter)


def _wording(passage: Passage, told: set[Span]) -> Iterator[Diagnostic]:
    """Each place once, however many messages share a letter."""
    prose = passage.prose
    for slug, sorts in _ADVICE:
        for start, end, sort in _found(prose, sorts):
            span = passage.place(start, end)
            if span not in told:
                told.add(span)
                yield Diagnostic(slug, "info", span, _said(slug, prose[start:end]), sort.hint, passage.also)


def _found(prose: str, sorts: Iterable[Words]) -> Iterator[tuple[int, int, Words]]:
    """What stands in a text, from and to; of words that overlap the first, and of those the longest."""
    right = [sort for sort in sorts if sort.unless is None or sort.unless.search(prose) is None]
    found = [(match.start(), match.end(), sort) for sort in right for match in sort.words.finditer(prose)]
    last = 0
    for start, end, sort in sorted(found, key=lambda place: (place[0], -place[1])):
        if start >= last:
            last = end
            yield start, end, sort


def _said(slug: Slug, words: str) -> Phrase:
    match slug:
        case "pressure-words":
            return say("`{words}` presses the customer.", words=words)
        case "blaming-words":
            return say("`{words}` blames the customer.", words=words)
    return say("`{words}` promises what nobody can keep or check.", words=words)


def _step(letter: Letter) -> Iterator[Diagnostic]:
    prose = "\n".join(passage.prose for passage in letter.passages)
    if _columns(prose) < _SHORT or STEP.search(prose):
        return
    if any(LINK.search(passage.template) or "<a " in passage.template for passage in letter.passages):
        return
    message = say("This message does not say what the customer can do now.")
    hint = say("End with one clear step: `回复1约时间`, a number to call, or a link.")
    yield Diagnostic("no-next-step", "info", letter.place, message, hint, letter.passages[-1].also)


def _columns(prose: str) -> int:
    """How much is said: wide characters count two, what is filled in nothing."""
    said = (character for character in prose if character != FILLED and not character.isspace())
    return sum(1 + (east_asian_width(character) in "WF") for character in said)
