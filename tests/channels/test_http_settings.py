"""What a table of kind `http` cannot mean is refused when the channel is built."""

from pathlib import Path
from typing import Any

import pytest

from engine.channels.building import build_channel
from engine.channels.protocol import ChannelSettingsError
from engine.config import ChannelConfig

URL = "http://gateway.example/send"


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ({}, "there is no `url`", "write the address"),
        ({"url": "gateway.example"}, "`url` is 'gateway.example'", "https://gateway.example/send"),
        ({"url": "http://{{ to }}.example/"}, "`url` is", "no templates in the host"),
        ({"url": "http://u:p@x.example/"}, "`url` is", "write one such as"),
        ({"url": "http://x.example/短信"}, "`url` is", "percent-encode"),
        ({"url": URL, "jsno": {}}, "a http channel has no `jsno`", "did you mean `json`?"),
        ({"url": URL, "json": {}, "form": {}}, "`json` and `form` exclude each other", "write one of them"),
        ({"url": URL, "json": {"a": "{{ txt }}"}}, "`json.a` names `txt`", "did you mean `text`?"),
        (
            {"url": URL, "json": {"a": "{{ text|jsn }}"}},
            "`json.a` names the filter `jsn`",
            "did you mean `json`?",
        ),
        ({"url": URL, "json": {"a": "{{ text "}}, "`json.a` is no template", "a value is written"),
        (
            {"url": URL, "json": {"a": "{% for a in text %}{% endfor %}"}},
            "not for these templates: For",
            "they have",
        ),
        ({"url": URL, "json": {"a": "{{ text.upper() }}"}}, "`json.a` calls something", "the only call"),
        ({"url": URL, "json": {"a": "{{ text.__class__ }}"}}, "templates: Getattr", "they have"),
        (
            {"url": URL, "json": {"a": "{{ secret('../x') }}"}},
            "cannot be the name of a secret",
            "such as SMS_TOKEN",
        ),
        ({"url": URL, "headers": {"Host": "x"}}, "`headers.Host` cannot be set", "leave it out"),
        ({"url": URL, "headers": {"A": "a\nb"}}, "`headers.A` holds a line break", "write one line"),
        (
            {"url": URL, "headers": {"authorization": "Bearer abc"}},
            "`headers.authorization` is plain text",
            "write `{{ secret('NAME') }}` in it",
        ),
        (
            {"url": URL, "basic": {"user": "a", "password": "b"}},
            "`basic.password` is no secret",
            "write `password = \"{{ secret('NAME') }}\"`",
        ),
        (
            {"url": URL, "basic": {"user": "a", "password": "secret('B')"}},
            "`basic.password` is no secret",
            "{{ secret('NAME') }}",
        ),
        (
            {"url": URL, "sign": {"over": "{{ body }}", "secret": "k"}},
            "`sign.secret` is no secret",
            "write `secret = \"{{ secret('NAME') }}\"`",
        ),
        (
            {"url": URL, "sign": {"scheme": "tencent-tc3", "id": "i", "secret": "k", "service": "sms"}},
            "`sign.secret` is no secret",
            "{{ secret('NAME') }}",
        ),
        ({"url": URL, "sign": {"over": "{{ body }}"}}, "`sign.secret` is no secret", "{{ secret('NAME') }}"),
        ({"url": URL, "sign": {"over": "body"}}, "`sign.over` holds no template", "write `{{ body }}`"),
        ({"url": URL, "sign": {"over": "-"}}, "`sign.over` holds no template", "is written `{{ text }}`"),
        ({"url": URL, "accepted": [99]}, "`accepted` is 99", "statuses of HTTP"),
        (
            {"url": URL, "accepted": [200], "rejected": [200]},
            "200 stands in `accepted` and in `rejected`",
            "one thing",
        ),
        ({"url": URL, "accepted_codes": [0]}, "there are codes, and no `code`", "write where the code is"),
        ({"url": URL, "code": "code"}, "`code` is 'code'", "write a path"),
        ({"url": URL, "id": "$..id"}, "`id` is '$..id'", "write a path"),
        ({"url": URL, "timeout": 0}, "`timeout` is 0", "write a number from"),
        ({"url": URL, "connections": 1.5}, "`connections` is 1.5", "write a whole number"),
        ({"url": URL, "list": "$"}, "`list` says nothing without `batch`", "write `batch = 100`"),
        ({"url": URL, "batch": 5, "form": {}}, "`batch` needs `json`", "stands for one message"),
        ({"url": URL, "batch": 5, "json": {}, "list": "$[0]"}, "`list` is '$[0]'", "path of names"),
        (
            {"url": URL, "batch": 5, "json": {}, "headers": {"A": "{{ key }}"}},
            "names `key`",
            "known here: channel, at",
        ),
        ({"url": URL, "remembers": "1 month"}, "`remembers` is '1 month'", "24 hours"),
        ({"url": URL, "method": "DELETE"}, "`method` is 'DELETE'", "write POST"),
        ({"url": URL, "profile": "aliyun"}, "`profile` is 'aliyun'", "did you mean `aliyun-sms`?"),
        ({"url": URL, "query": {"url": URL, "rate": 1}}, "has no `query.rate`", ""),
        ({"url": URL, "query": {"url": URL + "/{{ ref }}"}}, "`query.url` names `ref`", "known here: key"),
        ({"url": URL, "sign": {"scheme": "md4"}}, "`scheme` is 'md4'", "hmac-sha256"),
        ({"url": URL, "json": {"a": "{{ signature }}"}}, "names `signature`", "known here"),
        ({"url": URL, "certificates": "no.pem"}, "`certificates` is", "PEM"),
        ({"url": URL, "json": {"a": []}, "headers": "x"}, "`headers` is 'x'", "write a table"),
    ],
)
def test_what_cannot_be_meant_is_refused(settings: dict[str, Any], message: str, hint: str) -> None:
    """When the channel is built, with the key and what to write instead."""
    with pytest.raises(ChannelSettingsError) as caught:
        build_channel(ChannelConfig("sms", "http", settings=settings), Path("/nowhere"))
    assert message in str(caught.value)
    assert str(caught.value).startswith("[channels.sms]: ")
    assert hint in caught.value.hint
