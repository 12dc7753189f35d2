"""How a customer stands to messages now, by channel and by policy: what the gate makes of all that they have said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dsl.wording import Phrase
from engine.storage.customers import customer_number
from engine.storage.schema import consent, optout
from engine.views.window import Window
from engine.wording import all_of, say


@dataclass(frozen=True, slots=True)
class Standing:
    """`what`: a channel or a policy by its name; None: every one. `said`: how it stands, in words.

    `holds`: whether messages may go for all it says: no opt-out, consent where it is `needed`. `is_open`: whether its
    contrary can be put down: an opt-out that stands by itself, a consent that was given.
    """

    what: str | None
    title: str
    holds: bool
    is_open: bool
    said: Phrase
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Agreed:
    """`channels` and `policies`: every one first."""

    channels: tuple[Standing, ...] = ()
    policies: tuple[Standing, ...] = ()


def agreed(window: Window, identity: str) -> Agreed:
    """What they said, as it holds now; UnknownNameError when there is no such customer."""
    number = customer_number(window.connection, identity)
    out = window.connection.execute(sa.select(optout).where(optout.c.customer == number)).all()
    given = window.connection.execute(sa.select(consent).where(consent.c.customer == number)).all()
    said = _Said(window, {window.name(row.channel): row for row in out}, given)
    return Agreed(
        tuple(said.channel(name) for name in (None, *window.config.channels)),
        tuple(said.policy(name) for name in (None, *window.model.policies)),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """All rows on one customer: opt-outs by channel, consents."""

    window: Window
    out: Mapping[str | None, sa.Row[Any]]
    given: Sequence[sa.Row[Any]]

    def channel(self, name: str | None) -> Standing:
        """An opt-out from every channel is one from each."""
        title = self.window.titles.of("channel", name) or say("every channel")
        own, whole = self._refused(name), self._refused(None)
        if own is not None:
            return Standing(
                name, title, holds=False, is_open=True, said=say("opted out {day}", day=self._day(own))
            )
        if whole is not None:
            return Standing(name, title, holds=False, is_open=False, said=say("opted out of every channel"))
        return Standing(name, title, holds=True, is_open=False, said=say("may be written to"))

    def policy(self, name: str | None) -> Standing:
        """Consent holds while no opt-out and no withdrawal came after it, be the opt-out lifted or not."""
        title = self.window.titles.of("policy", name) or say("every policy")
        rows = [row for row in self.given if self.window.name(row.policy) in (None, name)]
        channels = [channel for channel in self.window.config.channels if self._holds(rows, channel)]
        if channels:
            return Standing(name, title, holds=True, is_open=True, said=self._agreed(rows, channels))
        needless = name is not None and not self.window.model.policies[name].consent
        said = say("needs no consent") if needless else self._lacking(rows)
        return Standing(name, title, holds=needless, is_open=False, said=said, needed=not needless)

    def _refused(self, channel: str | None) -> int | None:
        row = self.out.get(channel)
        return None if row is None or row.lifted_at is not None else int(row.at)

    def _holds(self, rows: Iterable[sa.Row[Any]], channel: str) -> bool:
        """As the gate has it (`engine.permits.facts`)."""
        mine = [row for row in rows if self.window.name(row.channel) in (None, channel)]
        against = [row.withdrawn_at for row in mine if row.withdrawn_at is not None]
        against += [self.out[one].at for one in (None, channel) if one in self.out]
        return max((row.given_at for row in mine), default=-1) > max(against, default=-1)

    def _agreed(self, rows: Sequence[sa.Row[Any]], channels: Sequence[str]) -> Phrase:
        day = self._day(max(row.given_at for row in rows))
        if len(channels) == len(self.window.config.channels):
            return say("agreed {day}", day=day)
        return say(
            "agreed {day} via {channels}",
            day=day,
            channels=all_of(self.window.titles.of("channel", one) for one in channels),
        )

    def _lacking(self, rows: Sequence[sa.Row[Any]]) -> Phrase:
        given = max((row.given_at for row in rows), default=None)
        if given is None:
            return say("has not agreed")
        taken = max((row.withdrawn_at for row in rows if row.withdrawn_at is not None), default=-1)
        if taken >= given:
            return say("taken back {day}", day=self._day(taken))
        return say("agreed {day}, which the opt-out has ended", day=self._day(given))

    def _day(self, at: int) -> str:
        return str(self.window.time(at))[:10]
