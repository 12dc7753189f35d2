"""Contradictions in words: which parts of a condition exclude each other, where they stand, who meets one of them."""

from dataclasses import dataclass

from dsl.checks.witness import witness
from dsl.model.conditions import Compare, Cond, Not
from dsl.reasoning import Part, conflict
from dsl.source import NOWHERE, Span
from dsl.wording import Phrase, Series, say

_QUOTED = 90  # characters of a condition that a message repeats


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a condition never holds: the place to point at, the reason in words, what may help, the other places."""

    span: Span
    reason: Phrase
    hint: Phrase
    also: tuple[Span, ...]


def clash(
    cond: Cond, facts: tuple[Cond, ...], before: tuple[Cond, ...], alone: frozenset[str]
) -> Clash | None:
    """Why nobody can meet a condition where those facts hold; None when somebody may, or others are to blame.

    `before`: conditions that are asked before, so that whoever meets one of them never comes here.
    Others are: facts that contradict each other, and an audience that contradicts itself, which is told there.
    """
    parts = conflict((cond, *facts, *map(Not, before)), alone)
    own = [part for part in parts if part.owner == 0]
    if not own or (len({part.site for part in parts}) == 1 and own[0].site != own[0].written):
        return None
    gone = tuple(
        before[number - len(facts) - 1]
        for number in sorted({part.owner for part in parts})
        if number > len(facts)
    )
    if gone:
        return _too_late(cond, gone)
    last = max(own, key=lambda part: part.site.start)
    others = tuple(part for part in parts if part is not last and part.site != last.site)
    return Clash(last.site, _reason(last, others), _hint(last, others), _places(last, others))


def _too_late(cond: Cond, gone: tuple[Cond, ...]) -> Clash:
    taken = Series(tuple(quoted(other.span) for other in gone), say(" and "))
    reason = say("whoever meets {this} is already taken by {others}", this=quoted(cond.span), others=taken)
    hint = say("Write the narrower condition first, or take this one out.")
    return Clash(cond.span, reason, hint, tuple(other.span for other in gone))


def quoted(span: Span) -> str:
    """A piece of a rule as written, on one line, cut when it is long."""
    text = " ".join(span.text.split())
    return f"`{text}`" if len(text) <= _QUOTED else f"`{text[:_QUOTED]}…`"


def _reason(last: Part, others: tuple[Part, ...]) -> Phrase:
    if not others:
        if isinstance(last.cond, Compare) and "between" in last.site.text.split():
            return say("{this} ends before it begins", this=_words(last))
        return say("{this} holds for nobody", this=_words(last))
    told = dict.fromkeys(_words(part) for part in others)
    return say(
        "{this} never holds together with {others}",
        this=_words(last),
        others=Series(tuple(told), say(" and ")),
    )


def _words(part: Part) -> str:
    """A part as it is written, after the name of the audience that says it."""
    own = part.shown if part.shown is not NOWHERE else part.cond.span
    text = quoted(own)
    if part.shown is NOWHERE and not part.truth:
        text = say("not {this}", this=text)
    if _holds_place(part.site, own):
        return text
    return say("{this} (in {name})", this=text, name=quoted(part.site))


def _holds_place(outer: Span, inner: Span) -> bool:
    return outer.source is inner.source and outer.start <= inner.start and inner.end <= outer.end


def _hint(last: Part, others: tuple[Part, ...]) -> Phrase:
    example = witness(others, last)
    if example is not None:
        return say("{example} Mend one of them, or write `or` where one is enough.", example=example)
    if others:
        return say("Mend one of them, or write `or` where one is enough.")
    return say("Mend it, or take it out.")


def _places(last: Part, others: tuple[Part, ...]) -> tuple[Span, ...]:
    """The other places, also those inside the audiences that are named; each once."""
    sites = [place for part in (*others, last) for place in (part.site, part.written)]
    return tuple(place for place in dict.fromkeys(sites) if not _holds_place(last.site, place) and place.text)
