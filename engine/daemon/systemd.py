"""Telling systemd how the daemon does: its protocol is a datagram of a few words to the socket that it names."""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

Notify = Callable[[str], None]


def notifier(environment: Mapping[str, str]) -> Notify:
    """Tells the socket in NOTIFY_SOCKET; nobody when there is none."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return lambda _: None
    place = "\0" + address[1:] if address.startswith("@") else address

    def notify(words: str) -> None:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
            made.sendto(words.encode(), place)

    return notify
