"""What a customer has said about messages to them: opt-outs and consents, when, and who put them down in which words.

The tables have the last word on each channel and purpose; names and words are in the trail, and what was said before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.people.consents import GIVEN, WITHDRAWN, agreed_to
from engine.people.optouts import LIFTED, REFUSED, refused
from engine.people.suppression import said_at
from engine.reasons import read_back
from engine.storage.schema import audit, consent, optout
from engine.views.window import Window
from engine.wording import say

OPTOUT, CONSENT = say("optout"), say("consent")


class Deed(NamedTuple):
    """Who put something down, and with which note."""

    actor: str
    because: str | None


Deeds = Mapping[tuple[str, str, int], Deed]
"""What was put down on a customer: by its verb, what it is about, and when."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that was said. `because`: who put it down, and how they know."""

    at: int
    kind: Phrase
    what: Phrase
    because: str | None


def sayings(window: Window, customer: int) -> Iterator[Saying]:
    """All of it that is known, in no order."""
    deeds = deeds_on(window, customer)
    for word in (*_refusals(window, customer), *_consents(window, customer)):
        last = () if word.at is None else (word.at,)
        known = [at for verb, about, at in deeds if (verb, about) == (word.verb, word.about)]
        for at in dict.fromkeys((*last, *known)):
            source = word.source if at == word.at else None
            because = words_of(deeds.get((word.verb, word.about, at)), source)
            yield Saying(at, word.kind, word.what, because)


def deeds_on(window: Window, customer: int) -> Deeds:
    """What the trail still knows of it."""
    verbs = audit.c.verb.in_((REFUSED, LIFTED, GIVEN, WITHDRAWN))
    rows = window.connection.execute(sa.select(audit).where(audit.c.customer == customer, verbs))
    return {(row.verb, row.what or "", row.at): Deed(row.actor, row.because) for row in rows}


def words_of(deed: Deed | None, source: str | None) -> str | None:
    """Who put something down, and how they know; of what no person said, only where it came from."""
    words = (deed and deed.because) or source
    told = words and read_back(words)
    if deed is None or (deed.because and isinstance(told, Phrase)):
        return told
    return say("{who}: {words}", who=deed.actor, words=told) if told and told != deed.actor else deed.actor


class _Word(NamedTuple):
    """A verb of the trail on something, when it was last put down if it still stands in the tables, and from where."""

    kind: Phrase
    verb: str
    about: str
    what: Phrase
    at: int | None
    source: str | None = None


def _refusals(window: Window, customer: int) -> Iterator[_Word]:
    for row in window.connection.execute(sa.select(optout).where(optout.c.customer == customer)):
        name = window.name(row.channel)
        about, channel = refused(name), _channel(window, name)
        out, back = (
            say("opted out ({channel})", channel=channel),
            say("opt-out lifted ({channel})", channel=channel),
        )
        yield _Word(OPTOUT, REFUSED, about, out, said_at(row.at), row.source)
        yield _Word(OPTOUT, LIFTED, about, back, row.lifted_at)


def _consents(window: Window, customer: int) -> Iterator[_Word]:
    for row in window.connection.execute(sa.select(consent).where(consent.c.customer == customer)):
        policy, name = window.name(row.policy), window.name(row.channel)
        about = agreed_to(policy, name)
        what = {
            "policy": window.titles.of("policy", policy) or say("every policy"),
            "channel": _channel(window, name),
        }
        was_given = row.given_at != row.withdrawn_at  # else a part of what was agreed to was taken back
        agreed, taken = (
            say("agreed ({policy}, {channel})", **what),
            say("agrees no longer ({policy}, {channel})", **what),
        )
        yield _Word(CONSENT, GIVEN, about, agreed, row.given_at if was_given else None, row.source)
        yield _Word(CONSENT, WITHDRAWN, about, taken, row.withdrawn_at)


def _channel(window: Window, name: str | None) -> str:
    return window.titles.of("channel", name) or say("every channel")
