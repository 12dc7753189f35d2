"""The review room in a headless Chromium: `make browser`, apart from the other tests, since it wants Debian's package.

Pictures of what was seen go where HOMING_PICTURES says.
"""

import asyncio
import os
from pathlib import Path

from tests.browsers import browsing
from tests.queues import hire, messages, with_held
from tests.serving_rooms import served


def test_a_message_is_approved_in_the_browser(tmp_path: Path) -> None:
    """The page asks no other host for anything; keys work at once, Chinese stands, what is decided is decided."""
    homing = with_held(tmp_path / "shop", 2)
    hire(homing)
    pictures, found = Path(os.environ.get("HOMING_PICTURES", tmp_path)), []

    async def drive() -> None:
        async with (
            asyncio.timeout(120),
            served(homing, "王经理") as url,
            browsing(tmp_path / "profile") as page,
        ):
            await page.call("Page.navigate", url=url)
            await page.hears("2 messages to approve")
            await page.press("2")
            await page.hears("【毛毛家】陈1女士您好")
            found.append(await page.picture())
            while (
                messages(homing)["C1"][0] == "held"
            ):  # what has only just come to the screen is not decided on
                await page.press("a")
            await page.hears("陈2女士您好")
            assert {one.split("/")[2] for one in page.asked if "://" in one} == {url.split("/")[2]}
            await page.press("q")
            while await page.value("getComputedStyle(document.querySelector('.closed')).display") != "flex":
                await page.heard_more()

    asyncio.run(drive())
    (pictures / "browser.png").write_bytes(found[0])
    assert [status for status, _ in messages(homing).values()] == ["waiting", "held"]
