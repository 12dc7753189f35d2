"""A headless Chromium, driven over the DevTools protocol: pages opened, keys pressed, what it shows as a picture."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

NAME = "chromium"
"""Debian's package and its program: `apt-get install chromium fonts-noto-cjk`."""

_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--remote-debugging-port=0", "--hide-scrollbars", "--window-size=1200,800",
)  # fmt: skip


@dataclass(slots=True)
class Page:
    """A page. `heard`: what has come over websockets since the last key; `asked`: the addresses that it called."""

    socket: aiohttp.ClientWebSocketResponse
    heard: str = ""
    asked: list[str] = field(default_factory=list)
    answers: dict[int, Any] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: Any = field(default_factory=count)

    async def call(self, method: str, **params: Any) -> Any:
        """One call of the protocol, and its answer."""
        number = next(self.numbers)
        await self.socket.send_json({"id": number, "method": method, "params": params})
        while number not in self.answers:
            await self.heard_more()
        answer = self.answers.pop(number)
        assert "error" not in answer, answer
        return answer["result"]

    async def hears(self, text: str) -> None:
        """Wait until the room has drawn a text since the last key."""
        while text not in self.heard:
            await self.heard_more()

    async def value(self, expression: str) -> Any:
        """What an expression is worth in the page."""
        found = await self.call("Runtime.evaluate", expression=expression)
        return found["result"].get("value")

    async def press(self, key: str) -> None:
        """A key, as a person presses it."""
        self.heard = ""
        typed = {"text": key} if len(key) == 1 else {}
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **typed)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def picture(self) -> bytes:
        """What it looks like, as PNG."""
        shot = await self.call("Page.captureScreenshot")
        return base64.b64decode(shot["data"])

    async def listen(self) -> None:
        """Take in what the browser says until it is gone."""
        async for message in self.socket:
            said = json.loads(message.data)
            if "id" in said:
                self.answers[said["id"]] = said
            elif said["method"] == "Network.webSocketFrameReceived":
                self.heard += _text(said["params"]["response"])
            elif said["method"] == "Network.requestWillBeSent":
                self.asked.append(said["params"]["request"]["url"])
            self.news.set()

    async def heard_more(self) -> None:
        """Wait for anything to happen in the page."""
        self.news.clear()
        await self.news.wait()


def _text(frame: dict[str, Any]) -> str:
    data: str = frame["payloadData"]
    return base64.b64decode(data).decode("utf-8", "replace") if frame["opcode"] == 2 else data


@asynccontextmanager
async def browsing(folder: Path) -> AsyncIterator[Page]:
    """A browser with an empty page, its profile in a folder of its own; gone afterwards."""
    browser = await asyncio.create_subprocess_exec(
        NAME, *_OPTIONS, f"--user-data-dir={folder}", "about:blank",
        stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession() as session:
            address = await _first_page(session, await _port(browser))
            async with session.ws_connect(address, max_msg_size=0) as socket:
                page = Page(socket)
                listening = asyncio.create_task(page.listen())
                for domain in ("Page", "Network", "Runtime"):
                    await page.call(f"{domain}.enable")
                await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
                yield page
                listening.cancel()
    finally:
        browser.terminate()
        await browser.communicate()


async def _port(browser: asyncio.subprocess.Process) -> str:
    assert browser.stderr is not None
    async for line in browser.stderr:
        _, found, address = line.decode().partition("DevTools listening on ws://")
        if found:
            return address.partition("/")[0]
    raise AssertionError("the browser did not start")


async def _first_page(session: aiohttp.ClientSession, host: str) -> str:
    async with session.get(f"http://{host}/json") as answer:
        targets = await answer.json()
    address: str = next(one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page")
    return address
