"""Where findings are collected while a rule set is read. Knows nothing of what is checked."""

from collections.abc import Iterable

from dsl.diagnostics import Diagnostic
from dsl.near import nearest
from dsl.slugs import Slug
from dsl.source import Span
from dsl.tree.expressions import Name
from dsl.wording import Hint, Phrase, listed, say

Spans = tuple[Span, ...]


class Report:
    """The findings so far, in the order in which they were made; the same one is kept once."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """Everything found so far."""
        return tuple(self._found)

    def add(self, finding: Diagnostic) -> None:
        """Keep a finding."""
        self._found.setdefault(finding)

    def error(self, slug: Slug, span: Span, message: Phrase, hint: Hint = "", also: Spans = ()) -> None:
        """Keep an error."""
        self.add(Diagnostic(slug, "error", span, message, hint, also))

    def warn(self, slug: Slug, span: Span, message: Phrase, hint: Hint = "", also: Spans = ()) -> None:
        """Keep a warning."""
        self.add(Diagnostic(slug, "warning", span, message, hint, also))

    def unknown(self, kind: str, name: Name, known: Iterable[str]) -> None:
        """Keep an `unknown-name`: a name of that kind (in words) which is none of the known ones."""
        message = say("There is no {kind} `{name}`.", kind=kind, name=name.text)
        self.error("unknown-name", name.span, message, hint_for(name.text, tuple(known)))

    def twice(self, span: Span, first: Span, message: Phrase, hint: Hint = "") -> None:
        """Keep a `duplicate-name` that points at both places."""
        self.error("duplicate-name", span, message, hint, (first,))


def hint_for(name: str, known: tuple[str, ...]) -> Phrase:
    """What to write instead of an unknown name: the nearest one, else the names there are."""
    near = nearest(name, known)
    if near is not None:
        return say("Did you mean `{name}`?", name=near)
    if known:
        return say("Known here: {names}.", names=listed(sorted(known)))
    return say("Nothing of that kind is declared.")
