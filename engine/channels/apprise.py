"""Channels of kind `apprise`: the services that the library of that name writes to, such as Telegram, ntfy or Matrix.

Keys of its table: `url`, a template of an address as apprise writes them, and `rate`, as for `http`. The library tells
whether a service said yes, and nothing of what it said otherwise: so what was not taken is unknown, never tried again.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from engine.channels.protocol import (
    Accepted,
    Capabilities,
    InTime,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
    Unknown,
)
from engine.channels.secret_values import Secrets
from engine.channels.server_settings import pace_of
from engine.channels.settings import Settings
from engine.channels.templates import Template, Templates
from engine.reasons import LATE, NO_ADDRESS, NOT_CONFIRMED
from engine.wording import near_or, say

if TYPE_CHECKING:
    import apprise

_AT_ONCE = 10
"""Messages marked together: they leave one after the other, and a slow service lets the last come too late."""


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """Writes to one service, whose address each message has of its own."""

    name: str
    url: Template = field(repr=False)
    can: Capabilities

    @property
    def capabilities(self) -> Capabilities:
        """As the table says."""
        return self.can

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """One call for each message."""
        return [self._sent(message, in_time) for message in batch]

    def close(self) -> None:
        """Nothing is held."""

    def _sent(self, message: Outgoing, in_time: InTime) -> Outcome:
        nobody = "to" in self.url.uses and not message.to.strip()  # some services would write to everybody
        service = None if nobody else service_at(self.url.fill(message))
        if service is None:
            return Rejected(NO_ADDRESS(via=self.name))
        if not in_time():
            return NotSent(LATE())
        taken = service.notify(body=message.text, title=message.subject or "", body_format="text")
        return Accepted() if taken else Unknown(NOT_CONFIRMED())


def apprise_channel(settings: Settings) -> AppriseChannel:
    """The channel of a table."""
    import apprise  # noqa: PLC0415  # it takes half a second to load

    settings.only("url", "rate")
    url = settings.text("url", "-")
    known: Any = apprise.NotificationManager  # it has no types
    scheme, services = url.partition("://")[0].lower(), known().schemas()
    if scheme not in services:
        hint = near_or(scheme, services, say("write one as on https://github.com/caronc/apprise/wiki"))
        raise settings.error(say("apprise knows no address that begins with {scheme!r}", scheme=scheme), hint)
    template = Templates(Secrets(settings), escape=lambda value: quote(value, safe="")).compiled("url", url)
    pace = pace_of(settings)
    return AppriseChannel(settings.name, template, Capabilities(min(_AT_ONCE, pace.room), pace.rate))


def service_at(url: str) -> "apprise.Apprise | None":
    """What writes to an address; None when apprise knows none such."""
    import apprise  # noqa: PLC0415  # as above

    # It would write addresses, and secrets in them.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    way = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if way is None:
        return None
    way.redirects = False  # to wherever a gateway says
    return apprise.Apprise(way)
