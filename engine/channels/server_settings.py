"""What the tables of channels that speak to one server have in common: its name, whom to trust, how much at once."""

import re
import ssl
from typing import NamedTuple

from engine.channels.settings import Settings
from engine.wording import say

ROOM = 500
"""Messages of one send."""

_HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:]+")


class Pace(NamedTuple):
    """`room`: messages of one send, no more than leave in a second. `rate`: messages a second; None: any number."""

    room: int
    rate: float | None


def pace_of(settings: Settings) -> Pace:
    """By the key `rate`."""
    if "rate" not in settings.values:
        return Pace(ROOM, None)
    rate = float(settings.number("rate", 1, 0.001, 1_000_000))
    return Pace(max(min(ROOM, int(rate)), 1), rate)


def check_host(settings: Settings, host: str) -> None:
    """ChannelSettingsError for what is neither a name nor an address."""
    if not _HOST.fullmatch(host):
        raise settings.wrong("host", host, say("write the name or address alone, without a port"))


def trusted(settings: Settings) -> ssl.SSLContext:
    """Whom to trust: the authorities in the file that `certificates` names, or those that the machine trusts."""
    if "certificates" not in settings.values:
        return ssl.create_default_context()
    path = settings.path("certificates", "")
    try:
        return ssl.create_default_context(cafile=path)
    except OSError:  # ssl.SSLError is one
        raise settings.wrong("certificates", str(path), say("name a file of certificates in PEM")) from None
