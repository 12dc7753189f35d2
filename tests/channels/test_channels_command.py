"""`homing channels`: what people see when they set a channel up."""

import json
from pathlib import Path

import pytest

from engine.cli import run
from tests.gateways import refusing_port, says, web_gateway

CONFIG = """[project]
brand = "毛毛家"
language = "{language}"
[channels.sms]
kind = "http"
url = "{url}"
headers = {{ Authorization = "Bearer {{{{ secret('SMS_TOKEN') }}}}" }}
json = {{ to = "{{{{ to }}}}", text = "{{{{ text }}}}" }}
id = "$.id"
because = "$.msg"
rate = 20
remembers = "24 hours"
[channels.email]
"""


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_TOKEN", "canary-7")


def project(folder: Path, url: str, language: str = "en") -> list[str]:
    """A project with a gateway there; the arguments that name it."""
    (folder / "homing.toml").write_text(CONFIG.format(url=url, language=language), encoding="utf-8")
    return ["--project", str(folder)]


def test_a_message_that_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Request, answer and verdict on stdout, that it is real on stderr; the token is masked, the number is not."""
    with web_gateway(says({"id": "77"})) as gateway:
        asked = ["channels", "test", "sms", "--to", "+8613800000001", "--text", "试一下"]
        assert run([*project(tmp_path, gateway.url), *asked]) == 0
    shown = capsys.readouterr()
    assert shown.err == "sending a real message to +8613800000001 via sms\n"
    assert f"request:\n    POST /send HTTP/1.1\n    Host: 127.0.0.1:{gateway.port}\n" in shown.out
    assert "    Authorization: Bearer ••••\n" in shown.out
    assert '    {"to":"+8613800000001","text":"试一下"}\n' in shown.out
    assert "answer:\n    HTTP 200\n" in shown.out
    assert shown.out.endswith("verdict: accepted, as 77\n")
    assert "canary" not in shown.out
    assert [hit.json for hit in gateway.hits] == [{"to": "+8613800000001", "text": "试一下"}]


def test_a_message_that_is_not_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 1, with the reason; nothing that the gateway says can act on the terminal."""
    with web_gateway(says({"msg": "no\x1b[2J such number"}, 400)) as gateway:
        assert run([*project(tmp_path, gateway.url), "channels", "test", "sms", "--to", "1"]) == 1
    shown = capsys.readouterr().out
    assert shown.endswith("verdict: rejected for good: HTTP 400: no␛[2J such number\n")
    assert "\x1b" not in shown


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document, in English."""
    arguments = project(tmp_path, f"http://127.0.0.1:{refusing_port()}/send", "zh")
    assert run([*arguments, "channels", "test", "sms", "--to", "1", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "not_sent"
    assert found["because"].startswith("the gateway could not be reached: ")
    assert "Bearer ••••" in found["request"]
    assert found["answer"] is None


def test_a_channel_that_shows_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It sends all the same, and tells the outcome."""
    assert run([*project(tmp_path, "http://127.0.0.1:1/"), "channels", "test", "email", "--to", "a@b.c"]) == 0
    assert capsys.readouterr().out == "verdict: accepted\n"
    assert json.loads((tmp_path / "outbox.jsonl").read_text(encoding="utf-8"))["to"] == "a@b.c"


def test_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it says, the message that it makes up, and the verdict."""
    with web_gateway(says({"msg": "号码有误"}, 400)) as gateway:
        run([*project(tmp_path, gateway.url, "zh"), "channels", "test", "sms", "--to", "1"])
    shown = capsys.readouterr()
    assert shown.err == "正通过 sms 向 1 真正发送一条消息\n"
    assert shown.out.startswith("请求：\n    POST /send HTTP/1.1\n")
    assert shown.out.endswith("判定：被永久拒绝：HTTP 400：号码有误\n")
    assert gateway.hits[0].json["text"] == "这是一条测试消息。"


def test_nobody_there_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the system says, too, and without its number."""
    arguments = project(tmp_path, f"http://127.0.0.1:{refusing_port()}/send", "zh")
    assert run([*arguments, "channels", "test", "sms", "--to", "1"]) == 1
    assert capsys.readouterr().out.endswith("判定：没有发出，会再试：连不上网关：对方拒绝连接\n")


def test_receipts_are_mentioned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether they are fetched or pushed, where the table describes them."""
    with web_gateway(says({"id": "77"})) as gateway:
        arguments = project(tmp_path, gateway.url)
        config = tmp_path / "homing.toml"
        text = config.read_text(encoding="utf-8").replace("[channels.email]", REPORTS)
        config.write_text(text, encoding="utf-8")
        assert run([*arguments, "channels", "test", "sms", "--to", "1"]) == 0
        shown = capsys.readouterr().out
        run([*arguments, "channels", "test", "sms", "--to", "1", "--json"])
        found = json.loads(capsys.readouterr().out)
    assert shown.endswith(
        "verdict: accepted, as 77\nreceipts: taken when the gateway pushes them\nreplies: `homing run` fetches them\n"
    )
    assert found["reports"] == {"receipts": "pushed", "replies": "fetched"}
    run([*arguments, "channels"])
    assert "receipts, replies" in capsys.readouterr().out


REPORTS = """
[channels.sms.receipts]
ref = "$.ref"
code = "$.status"
delivered_codes = ["DELIVRD"]
[channels.sms.replies]
url = "https://gateway.example/replies"
id = "$.id"
from = "$.from"
text = "$.text"
[channels.email]
"""


def test_no_such_channel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, with the nearest one."""
    assert run([*project(tmp_path, "http://127.0.0.1:1/"), "channels", "test", "smss", "--to", "1"]) == 2
    assert "did you mean `sms`?" in capsys.readouterr().err


def test_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What each can do; one that cannot be built is a problem, and exit status 1."""
    arguments = project(tmp_path, "http://127.0.0.1:1/")
    assert run([*arguments, "channels", "--json"]) == 0
    sms, email = json.loads(capsys.readouterr().out)
    assert sms == {
        "name": "sms", "kind": "http", "rate": 20, "remembers": 86400, "can_be_asked": False, "reports": [],
        "problem": None, "hint": None,
    }  # fmt: skip
    assert email["can_be_asked"]
    monkeypatch.delenv("SMS_TOKEN")
    assert run([*arguments, "channels", "list"]) == 1
    file = tmp_path / "secrets" / "SMS_TOKEN"
    hint = f"set the environment variable SMS_TOKEN, or write it into {file}"
    assert f"the secret `SMS_TOKEN` is nowhere; {hint}\n" in capsys.readouterr().out
    run([*arguments, "channels", "--json"])
    assert json.loads(capsys.readouterr().out)[0]["hint"] == hint


def test_the_list_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every column of it; what is wrong comes with what to write instead."""
    arguments = project(tmp_path, "http://127.0.0.1:1/", "zh")
    config = tmp_path / "homing.toml"
    text = config.read_text(encoding="utf-8").replace('id = "$.id"', 'id = "id"')
    config.write_text(text, encoding="utf-8")
    assert run([*arguments, "channels"]) == 1
    assert capsys.readouterr().out == THE_LIST


THE_LIST = """\
名称   类别  每秒  去重秒数  可查询  回报  问题
sms    http                  否      无    [channels.sms]：`id` 的值是 'id'；请写路径，例如 "$.data.id" 或 "$.messages[*]"
email  file                  是      无
"""  # noqa: E501  # a table is as wide as it is


@pytest.mark.parametrize(
    ("headers", "language", "verdict"),
    [
        ({}, "en", "verdict: not sent, the channel slows down: HTTP 429: 慢一点\n"),
        ({"Retry-After": "1"}, "en", "the channel slows down and would try again after 1 second: HTTP 429: 慢一点\n"),
        ({"Retry-After": "7"}, "zh", "判定：没有发出，渠道放慢，7 秒后再试：HTTP 429：慢一点\n"),
    ],
)  # fmt: skip
def test_a_gateway_that_is_busy(
    headers: dict[str, str], language: str, verdict: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """That the channel slows down, and for how long where the gateway says so."""
    with web_gateway(says({"msg": "慢一点"}, 429, **headers)) as gateway:
        arguments = [*project(tmp_path, gateway.url, language), "channels", "test", "sms", "--to", "1"]
        assert run(arguments) == 1
        assert capsys.readouterr().out.endswith(verdict)
        run([*arguments, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["slower"]
    assert found["after"] == (int(headers["Retry-After"]) * 1000 if headers else None)


def test_a_pause_without_slowing_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a status that is not taken comes with a pause."""
    with web_gateway(says({}, 403, **{"Retry-After": "90"})) as gateway:
        run([*project(tmp_path, gateway.url), "channels", "test", "sms", "--to", "1"])
    assert (
        "verdict: not sent, would be tried again after 90 seconds or more: HTTP 403"
        in capsys.readouterr().out
    )
