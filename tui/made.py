"""What is made once for a release, and asked by every look that wants it: scripts, the gate's rules.

Loads what renders texts and what decides on messages, so it is loaded by the first room that asks.
"""

from functools import cached_property

from engine.config import Config
from engine.explaining.inquiry import Inquiry, inquire
from engine.permits.permitting import Permits
from engine.permits.senders import permits_of
from engine.views.tasks import scripts_at
from engine.views.window import Window


class Made:
    """Made at one look; used by those after it."""

    def __init__(self, window: Window, now: int, actor: str) -> None:
        self.scripts = scripts_at(window, now, actor)
        self._config: Config = window.config

    @cached_property
    def permits(self) -> Permits:
        """The gate's rules."""
        return permits_of(self.scripts.plan, self._config)

    def inquiry(self, window: Window, customer: int, now: int) -> Inquiry:
        """What asks why about a customer."""
        return inquire(window, self.scripts.plan, self.permits, customer, now)
