"""The texts of messages one by one, wherever they are written: subject, body, letter. Knows where each word stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from dsl.model.model import Message
from dsl.source import Source, Span
from dsl.texts.letters import letter_source
from dsl.texts.static_text import masked, without_markup
from dsl.texts.templates import is_readable
from dsl.texts.text_places import range_in_text
from dsl.tree.expressions import Text
from dsl.tree.statements import MessageDecl, Variant


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of a message. `file` is its own file when it is a letter, else `literal` is where it is written."""

    template: str
    literal: Text
    file: Source | None = None

    @property
    def words(self) -> str:
        """What is said whatever is filled in; each character stands where it stands in the template."""
        return masked(self.template)

    @property
    def prose(self) -> str:
        """`words`, without the tags of a letter in HTML."""
        is_html = self.file is not None and ".htm" in self.file.name.lower()
        return without_markup(self.words) if is_html else self.words

    def place(self, start: int, end: int) -> Span:
        """Where these characters of the template are written."""
        if self.file is not None:
            return Span(self.file, start, end)
        return range_in_text(self.literal, start, end)

    @property
    def also(self) -> tuple[Span, ...]:
        """Further places to show with one in this text: where the rules name the letter."""
        return () if self.file is None else (self.literal.span,)


@dataclass(frozen=True, slots=True)
class Letter:
    """All texts of a message for one channel. `place`: where to show what is missing in them."""

    channel: str
    passages: tuple[Passage, ...]
    place: Span

    @property
    def body(self) -> str:
        """The template of the body."""
        return self.passages[-1].template


def letters_of(decl: MessageDecl, message: Message) -> Iterator[Letter]:
    """The texts of a message by channel; those that no template can be made of are left out."""
    for variant in decl.variants:
        lowered = message.variant(variant.channel.text)
        if lowered is None or lowered.span != variant.span:
            continue
        passages = tuple(_passages(variant, lowered.body))
        if passages and all(is_readable(passage.template) for passage in passages):
            yield Letter(variant.channel.text, passages, variant.channel.span)


def _passages(variant: Variant, body: str) -> Iterator[Passage]:
    if variant.subject is not None:
        yield Passage(variant.subject.value, variant.subject)
    if variant.body is not None:
        yield Passage(body, variant.body)
    elif variant.file is not None and body:
        yield Passage(body, variant.file, letter_source(variant.file, body))
