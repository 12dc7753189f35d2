"""Channels of kind `wecom`: WeCom (企业微信), by the machinery of `http`.

`to = "robot"`, the default: the robot of a group of staff; `key`, by secret, and `format` (`text` or `markdown`).
`to = "customers"`: customers of a member of staff, who must confirm each message before it goes: `corp`, `secret`, by
secret, and `sender`, the member's userid. Both: `url` (`https://qyapi.weixin.qq.com`), `timeout`, `connections` and
`rate`, as for `http`.

After https://developer.work.weixin.qq.com/document/path/91770 (robots), 92135 (add_msg_template), 91039 (tokens) and
90455 (codes). Codes that these do not explain prove nothing.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import orjson

from engine.channels.http.channel import HttpChannel, http_channel
from engine.channels.http.client import Client
from engine.channels.http.connection import Answer
from engine.channels.http.table import read_table
from engine.channels.http.targets import read_target
from engine.channels.protocol import (
    Capabilities,
    Channel,
    Exchange,
    InTime,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
    Unknown,
)
from engine.channels.secret_values import Secrets, must_be_secret
from engine.channels.settings import Settings
from engine.channels.templates import Templates
from engine.reasons import LATE, NO_ADDRESS, NO_TOKEN, SAID
from engine.wording import say

_HOST = "https://qyapi.weixin.qq.com"
_SHARED = ("url", "timeout", "connections", "rate")
_JUDGED: Mapping[str, Any] = {
    "code": ["$.errcode"],
    "accepted_codes": [0],
    "slower_codes": [45009],  # too many calls
    "because": "$.errmsg",
    "not_sent": [],
    "rejected": [],
}
_OF_ROBOTS: Mapping[str, Any] = {
    **_JUDGED,
    "not_sent_codes": [93000],
    "rate": 0.33,
}  # 20 a minute; no such key
_OF_CUSTOMERS: Mapping[str, Any] = {
    **_JUDGED,
    # The ids in fail_list, which all begin so, could not be written to.
    "code": ["$.fail_list[0]", "$.errcode"],
    "rejected_codes": ["wm*", "wo*", 40096],
    "not_sent_codes": [
        40001,
        40003,
        40013,
        40014,
        42001,
    ],  # secret, sender, corporation, token: none of the customer's
    "id": "$.msgid",
}
_EARLY = 300  # seconds before its end that a token is not used any more
_SHORTEST = 60


def wecom_channel(settings: Settings) -> Channel:
    """The channel of a table."""
    if settings.choice("to", "robot", "customers") == "robot":
        settings.only("to", "key", "format", *_SHARED)
        return _robot(settings)
    settings.only("to", "corp", "secret", "sender", *_SHARED)
    return _customers(settings)


def _robot(settings: Settings) -> Channel:
    kind = settings.choice("format", "text", "markdown")
    _secret(settings, "key")
    said = {
        "url": f"{_base(settings)}/cgi-bin/webhook/send",
        "params": {"key": settings.text("key", "")},
        "json": {"msgtype": kind, kind: {"content": "{{ text }}"}},
    }
    return http_channel(_as_http(settings, {**_OF_ROBOTS, **said}))


def _customers(settings: Settings) -> "CustomersChannel":
    secrets = Secrets(settings)
    _needed(settings, "sender")
    corp, sender = (settings.text(key, "") for key in ("corp", "sender") if _needed(settings, key))
    secret = _secret(settings, "secret", secrets)
    said = {
        "json": {
            "chat_type": "single",
            "external_userid": ["{{ to }}"],
            "sender": sender,
            "text": {"content": "{{ text }}"},
        }
    }
    table = _as_http(settings, {**_OF_CUSTOMERS, **said})
    query = f"corpid={quote(corp, safe='')}&corpsecret={quote(secret, safe='')}"
    return CustomersChannel(table, secrets, f"{_base(settings)}/cgi-bin/gettoken?{query}", _base(settings))


@dataclass(slots=True)
class CustomersChannel:
    """Lays messages before a member of staff. A token is asked for when one is needed, and kept while it holds.

    Accepted means that the member has been given the task. Whether they confirm it, and whether it reached the
    customer, is not known here.
    """

    table: Settings = field(repr=False)
    secrets: Secrets = field(repr=False)
    token_url: str = field(repr=False)
    base: str
    _inner: HttpChannel | None = field(default=None, repr=False)
    _until: float = 0.0
    _first: HttpChannel = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._first = self._with_token("none")  # so that what cannot be meant is told at once

    @property
    def capabilities(self) -> Capabilities:
        """As the table says."""
        return self._first.capabilities

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """Lay the messages before the member, one task each. No address would mean all of the member's customers."""
        inner = self._ready(in_time)
        if isinstance(inner, NotSent):
            return [inner] * len(batch)
        sent = iter(inner.send([message for message in batch if message.to.strip()], in_time))
        nobody = Rejected(NO_ADDRESS(via=self.table.name))
        outcomes = [next(sent) if message.to.strip() else nobody for message in batch]
        if any(isinstance(outcome, NotSent) and not outcome.slower for outcome in outcomes):
            self._until = 0.0  # it may be the token that was not liked
        return outcomes

    def exchange(self, message: Outgoing) -> Exchange:
        """Lay one message before the member; what was said and heard, secrets masked."""
        inner = self._ready(lambda: True)
        if isinstance(inner, NotSent):
            return Exchange(self.secrets.masked(self.token_url), "", inner)
        if not message.to.strip():
            return Exchange("", "", Rejected(NO_ADDRESS(via=self.table.name)))
        return inner.exchange(message)

    def close(self) -> None:
        """Close the connections."""
        for channel in (self._first, self._inner):
            if channel is not None:
                channel.close()

    def _ready(self, in_time: InTime) -> HttpChannel | NotSent:
        """The channel with a token that holds; asking for one is no message."""
        if not in_time():
            return NotSent(LATE())
        if self._inner is None or time.monotonic() >= self._until:
            token = self._token()
            if isinstance(token, NotSent):
                return token
            if self._inner is not None:
                self._inner.close()
            self._inner, self._until = self._with_token(token[0]), time.monotonic() + token[1]
        return self._inner if in_time() else NotSent(LATE())

    def _with_token(self, token: str) -> HttpChannel:
        values = {
            **self.table.values,
            "url": f"{self.base}/cgi-bin/externalcontact/add_msg_template?access_token={quote(token, safe='')}",
        }
        table = read_table(replace(self.table, values=values))
        table.secrets.hide(token)
        return HttpChannel(table, Client(table.timeout, table.certificates))

    def _token(self) -> tuple[str, float] | NotSent:
        """A token and the seconds for which it holds."""
        answer = _asked(self.table, self.secrets, self.token_url, self._first.client)
        if isinstance(answer, NotSent | Unknown):
            return NotSent(NO_TOKEN(why=answer.because))
        try:
            found = orjson.loads(answer.body)
            token, seconds = str(found["access_token"]), float(found["expires_in"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            why = self.secrets.masked(answer.body.decode(errors="replace"))[:200]
            return NotSent(NO_TOKEN(why=SAID(said=why)))
        return token, max(seconds - _EARLY, _SHORTEST)


def _asked(table: Settings, secrets: Secrets, url: str, client: Client) -> Answer | NotSent | Unknown:
    """What is at a URL."""
    target = read_target(
        replace(table, values={"url": url.partition("?")[0]}),
        "url",
        Templates(secrets),
        Settings("", "", {}, table.folder),
    )
    path = f"{target.path.fixed}?{url.partition('?')[2]}"
    request = f"GET {path} HTTP/1.1\r\nHost: {target.host}\r\nAccept: application/json\r\n\r\n".encode()
    heard: list[Answer | NotSent | Unknown] = []

    async def ask() -> None:
        heard.append(await client.call(target.address, request, lambda: True))

    client.run(ask())
    return heard[0]


def _as_http(settings: Settings, known: Mapping[str, Any]) -> Settings:
    own = {key: settings.values[key] for key in _SHARED if key in settings.values and key != "url"}
    return replace(settings, values={**known, **own})


def _base(settings: Settings) -> str:
    return settings.text("url", _HOST).rstrip("/")


def _secret(settings: Settings, key: str, secrets: Secrets | None = None) -> str:
    """What a key says, by `secret()`."""
    _needed(settings, key)
    must_be_secret(settings, key)
    return Templates(secrets or Secrets(settings), ()).compiled(key, settings.text(key, "")).fixed or ""


def _needed(settings: Settings, key: str) -> bool:
    if key not in settings.values:
        raise settings.error(
            say("there is no `{key}`", key=key), say("docs/channels.md tells what to write there")
        )
    return True
