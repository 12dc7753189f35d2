"""Texts to staff by whatever `apprise` knows: mail, WeCom, DingTalk, Feishu, Slack, a webhook, and a hundred more."""

from collections.abc import Sequence
from pathlib import Path

from engine.channels.apprise import service_at
from engine.channels.secret_values import Secrets
from engine.channels.settings import Settings
from engine.channels.templates import Templates
from engine.wording import say

_WRITE = say("[alerts] in homing.toml: write `urls` as on https://github.com/caronc/apprise/wiki")


def send_to_staff(urls: Sequence[str], folder: Path, title: str, text: str) -> int:
    """How many of the addresses were reached. ConfigError when one is none, or its secret is nowhere.

    `urls`: templates in which `secret()` may stand. `folder`: the project's, where secrets may lie.
    """
    settings = Settings("alerts", "alerts", {}, folder, place="alerts")
    templates = Templates(Secrets(settings), ())
    ways = []
    for number, url in enumerate(urls, 1):
        way = service_at(templates.compiled("urls", url).fixed or "")
        if way is None:  # told by its number: a secret may stand in it
            raise settings.error(
                say("address {number} of `urls` is none that apprise knows", number=number), _WRITE
            )
        ways.append(way)
    return sum(bool(way.notify(body=text, title=title)) for way in ways)
