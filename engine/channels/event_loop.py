"""The event loop of a channel that makes many calls at once: one of its own, which lives as long as the channel."""

import asyncio


def new_loop() -> asyncio.AbstractEventLoop:
    """The fastest loop that there is here."""
    try:
        import uvloop  # noqa: PLC0415  # not everywhere
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
