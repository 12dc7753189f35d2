"""Where findings are collected while a rule set is read. Knows nothing of what is checked."""

from collections.abc import Iterable

from dsl.context import ALSO_CALLED
from dsl.diagnostics import Diagnostic
from dsl.model.known_events import BUILTIN_EVENTS
from dsl.near import nearest
from dsl.slugs import Slug
from dsl.source import Span
from dsl.tree.expressions import Name
from dsl.wording import Hint, Phrase, listed, say

_BUILTIN = frozenset(kind.name for kind in BUILTIN_EVENTS)

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
        self.error("unknown-name", name.span, message, hint_for(name.text, known))

    def unknown_channel(self, name: Name, known: Iterable[str]) -> None:
        """Keep an `unknown-name` for a channel that is none of the known ones."""
        message = say("There is no {kind} `{name}`.", kind=say("channel"), name=name.text)
        known = sorted(known)
        self.error(
            "unknown-name", name.span, message, channel_hint(name.text, known) or hint_for(name.text, known)
        )

    def twice(self, span: Span, first: Span, message: Phrase, hint: Hint = "") -> None:
        """Keep a `duplicate-name` that points at both places."""
        self.error("duplicate-name", span, message, hint, (first,))


def channel_hint(name: str, known: Iterable[str]) -> Phrase | None:
    """Which of the known channels is meant; None when none is."""
    known = tuple(known)
    meant = ALSO_CALLED.get(name.casefold())
    near = meant if meant in known else nearest(name, known)
    return None if near is None else say("Did you mean `{name}`?", name=near)


def hint_for(name: str, known: Iterable[str]) -> Phrase:
    """What to write instead of an unknown name: the nearest one, else the names there are, declared ones first."""
    known = sorted(known, key=lambda one: (one in _BUILTIN, one))
    near = nearest(name, known)
    if near is not None:
        return say("Did you mean `{name}`?", name=near)
    if known:
        return say("Known here: {names}.", names=listed(known))
    return say("Nothing of that kind is declared.")
