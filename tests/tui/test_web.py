"""The room in a browser, as far as it needs none: who may connect, and that each page has a room of its own."""

import asyncio
from pathlib import Path

import aiohttp

from tests.projects import Homing
from tests.queues import with_held
from tests.serving_rooms import served


def test_pages_of_its_own_open_rooms_and_others_do_not(tmp_path: Path) -> None:
    """A page gets a room that keys drive; a page of somebody else, or in a frame of theirs, gets none.

    With a page open it stops at once, and its room with it.
    """
    homing = with_held(tmp_path)

    async def visit() -> None:
        async with asyncio.timeout(120), served(homing, "王经理") as url, aiohttp.ClientSession() as session:
            async with session.get(url) as page:
                assert "fonts.googleapis" not in await page.text()
                assert page.headers["X-Frame-Options"] == "DENY"
            for origin in ("http://evil.example", url.replace("127.0.0.1", "evil.example").rstrip("/")):
                async with session.get(f"{url}ws", headers={"Origin": origin}) as refused:
                    assert refused.status == 403
            async with session.ws_connect(f"{url}ws?width=120&height=35", origin=url.rstrip("/")) as room:
                await _hears(room, "王经理")
                await room.send_json(["stdin", "2"])
                await _hears(room, "陈1女士您好")

    asyncio.run(visit())


async def _hears(room: aiohttp.ClientWebSocketResponse, text: str) -> None:
    heard = b""
    while text.encode() not in heard:
        heard += await room.receive_bytes()


def test_an_address_is_a_host_and_a_port(tmp_path: Path) -> None:
    """Whatever else is given is refused with an example."""
    homing = Homing(tmp_path)
    for where in ("8000", "127.0.0.1:", ":8000", "127.0.0.1:99999"):
        said = homing("review", "--web", where)
        assert said.status == 2
        assert "127.0.0.1:8000" in said.err
