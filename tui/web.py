"""The review room in a browser: a server that opens a room, in a process of its own, for each page that is opened.

Knows nobody: who reaches the address works in the room. Only pages of its own may connect: others that are open in
the same browser could press keys here else.
"""

import asyncio
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp_jinja2 import get_env
from textual_serve.server import Server

from engine.errors import UsageError
from engine.terminal import spoken_language, talk
from tui.themes import DARK, LIGHT
from tui.wording import say, told

_PATIENCE = 5.0  # seconds that rooms have to close

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where it listens. `public`: the address that people type, where another server stands before this one."""

    host: str
    port: int
    public: str | None = None

    @property
    def url(self) -> str:
        """The address of the page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public or f"http://{host}:{self.port}").rstrip("/")

    @property
    def origins(self) -> frozenset[str]:
        """Which pages may connect: its own, by any name of this machine if it listens on that alone."""
        own = {_origin(self.url)}
        if self.host in LOOPBACK:
            own |= {f"http://{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        return frozenset(own)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def serve(address: Address, command: list[str], *, light: bool) -> None:
    """Serve until stopped. `command` opens the room for one page. UsageError when the address cannot be had."""
    server = RoomServer(address, command, light=light)
    try:
        web.run_app(
            server.make(),
            host=address.host,
            port=address.port,
            shutdown_timeout=_PATIENCE,
            access_log=None,
            print=lambda *_: talk(say("the review room is at {url}; Ctrl+C closes it", url=address.url)),
        )
    except OSError as error:
        raise UsageError(
            say(
                "--web {host}:{port}: {error}",
                host=address.host,
                port=address.port,
                error=error.strerror or "",
            ),
            say("is it free, and an address of this machine?"),
        ) from None


class RoomServer(Server):
    """Textual's server, with a page of ours, that asks nobody else for fonts and lets only itself in."""

    def __init__(self, address: Address, command: list[str], *, light: bool) -> None:
        super().__init__(
            f"exec {shlex.join(command)}",
            address.host,
            address.port,
            "Homing",
            address.url,
            templates_path=Path(__file__).with_name("served"),
        )
        self._address, self._theme = address, LIGHT if light else DARK
        self._pages: set[asyncio.Task[Any]] = set()

    async def make(self) -> web.Application:
        """The application, with words in its page."""
        app = await self._make_app()
        get_env(app).globals.update(
            language=spoken_language(),
            opening=told(say("The review room is being opened…")),
            closed=told(say("The review room is closed.")),
            again=told(say("open it again")),
            ground=self._theme.background,
            ink=self._theme.foreground,
        )
        return app

    async def on_startup(self, app: web.Application) -> None:
        """It would print its name."""

    async def on_shutdown(self, app: web.Application) -> None:
        """Close all rooms: browsers would keep theirs."""
        del app
        for page in self._pages:
            page.cancel()

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page, in no frame of another's."""
        page: web.StreamResponse = await super().handle_index(request)
        page.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        page.headers["X-Frame-Options"] = "DENY"
        return page

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A room for a page of ours."""
        if request.headers.get("Origin") not in self._address.origins:
            raise web.HTTPForbidden(text=told(say("only pages of this server may connect")))
        page = asyncio.current_task()
        if page is not None:
            self._pages.add(page)
            page.add_done_callback(self._pages.discard)
        return await super().handle_websocket(request)
