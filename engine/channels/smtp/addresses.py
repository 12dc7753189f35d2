"""E-mail addresses as SMTP takes them: in ASCII, nothing in them that could begin a header or end a command."""

import re
from typing import NamedTuple

from engine.channels.settings import Settings
from engine.wording import say

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_LOCAL})@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
_NAMED = re.compile(r"\s*(?P<name>[^<>\x00-\x1f\x7f]*?)\s*<(?P<address>[^<>]*)>\s*")
_LONGEST = 254


class Mailbox(NamedTuple):
    """Whose mail it is. `name` may be empty."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands after the `@`."""
        return self.address.rpartition("@")[2]


def ascii_address(text: str) -> str | None:
    """The address with its domain in ASCII; None when it is none, or one that only few servers take (非@例.cn)."""
    local, at, domain = text.strip().rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            return None
    address = f"{local}{at}{domain}"
    return address if len(address) <= _LONGEST and _ADDRESS.fullmatch(address) else None


def mailbox(settings: Settings, key: str) -> Mailbox:
    """The mailbox under a key: `毛毛家 <hi@example.com>`, or the address alone."""
    text = settings.text(key, "")
    found = _NAMED.fullmatch(text)
    name, written = (found["name"].strip('" '), found["address"]) if found else ("", text)
    address = ascii_address(written)
    if address is None:
        raise settings.wrong(key, text, say('write one such as "毛毛家 <hi@example.com>"'))
    return Mailbox(name, address)
