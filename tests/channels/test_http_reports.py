"""What `receipts` and `replies` of a table say: what is fetched, how bodies are read, and what cannot be meant."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.channels.building import build_channel
from engine.channels.http.channel import HttpChannel
from engine.channels.http.report_times import read_time
from engine.channels.protocol import (
    ChannelSettingsError,
    Fetching,
    Heard,
    Kind,
    NotSent,
    Page,
    Receipt,
    Reporter,
    Unknown,
    UnreadableBodyError,
)
from engine.config import ChannelConfig
from tests.deliveries import at
from tests.gateways import refusing_port, says, web_gateway

RECEIPTS: dict[str, Any] = {
    "list": "$.reports[*]",
    "ref": "$.ref",
    "id": "$.msgid",
    "receipt_id": "$.id",
    "code": "$.status",
    "delivered_codes": ["DELIVRD"],
    "failed_codes": ["UNDELIV", "E*"],
    "opted_out_codes": ["BLACK"],
    "unsubscribed_codes": ["LEFT"],
    "taken_codes": ["ACCEPTD"],
    "because": "$.why",
    "at": "$.at",
    "zone": "Asia/Shanghai",
}
REPLIES: dict[str, Any] = {
    "list": "$.replies",
    "id": "$.id",
    "from": "$.from",
    "text": "$.text",
    "at": "$.at",
}
START = Fetching(None, at("2026-11-23 10:00"))


def channel(kind: Kind, table: dict[str, Any], url: str = "https://gateway.example/send") -> HttpChannel:
    """A channel whose table says this of what is reported."""
    settings = {"url": url, "json": {"to": "{{ to }}"}, kind: table}
    made = build_channel(ChannelConfig("sms", "http", settings=settings), Path("/nowhere"))
    assert isinstance(made, HttpChannel)
    return made


def read(kind: Kind, table: dict[str, Any], body: str) -> Heard:
    """What a body says."""
    made = channel(kind, table)
    heard = made.heard(kind, body.encode())
    made.close()
    return heard


class TestReceipts:
    """Bodies with receipts."""

    @pytest.mark.parametrize(
        ("code", "says", "opted_out"),
        [
            ("DELIVRD", "delivered", False),
            ("UNDELIV", "failed", False),
            ("E200018", "failed", False),
            ("BLACK", "failed", True),
            ("LEFT", "nothing", True),
            ("ACCEPTD", "taken", False),
        ],
    )
    def test_what_codes_say(self, code: str, says: str, opted_out: bool) -> None:  # noqa: FBT001
        """Of the message, and of the customer."""
        body = (
            f'{{"reports": [{{"id": 7, "ref": "K1.1", "msgid": "m1", "status": "{code}", "why": "空号"}}]}}'
        )
        (one,) = read("receipts", RECEIPTS, body).receipts
        because = f"the gateway says: {code} 空号"
        assert one == Receipt("7", "K1.1", "m1", says, because, None, opted_out)  # type: ignore[arg-type]  # what it says

    def test_what_says_nothing_is_passed_over(self) -> None:
        """A code that stands nowhere, and a receipt about nothing."""
        body = '{"reports": [{"ref": "K1.1", "status": "WHAT"}, {"status": "DELIVRD"}, 7, null, "x"]}'
        assert read("receipts", RECEIPTS, body) == Heard([], (), 5)

    def test_without_an_id_all_that_it_says_tells_it_apart(self) -> None:
        """In whatever order its fields come."""
        table = {key: value for key, value in RECEIPTS.items() if key != "receipt_id"}
        bodies = (
            '{"reports": [{"ref": "K1.1", "status": "DELIVRD"}]}',
            '{"reports": [{"status": "DELIVRD", "ref": "K1.1"}]}',
            '{"reports": [{"status": "DELIVRD", "ref": "K1.2"}]}',
        )
        first, second, third = (read("receipts", table, body).receipts[0].id for body in bodies)
        assert first == second != third
        assert len(first) == 64

    def test_several_codes(self) -> None:
        """The first that says something counts."""
        table = RECEIPTS | {"code": ["$.error", "$.status"], "opted_out_codes": [21610]}
        bodies = ('{"error": 21610, "status": "UNDELIV"', '{"error": 30003, "status": "UNDELIV"')
        read_ones = [read("receipts", table, f'{{"reports": [{body}, "ref": "K1.1"}}]}}') for body in bodies]
        assert [one.receipts[0].opted_out for one in read_ones] == [True, False]

    def test_a_form(self) -> None:
        """What many gateways push: one receipt, as fields."""
        table = {key: value for key, value in RECEIPTS.items() if key != "list"}
        (one,) = read("receipts", table, "ref=K1.1&status=DELIVRD&at=2026-11-23+10%3A00%3A00").receipts
        assert (one.ref, one.says, one.at) == ("K1.1", "delivered", at("2026-11-23 10:00"))

    def test_a_list_that_is_the_whole_body(self) -> None:
        """And null, which is an empty one."""
        table = RECEIPTS | {"list": ["$.reports", "$[*]"]}
        assert len(read("receipts", table, '[{"ref": "K1.1", "status": "DELIVRD"}]').receipts) == 1
        assert read("receipts", table, '{"reports": null}') == Heard([], (), 0)

    @pytest.mark.parametrize("body", ["what?", "{", "", "\x00\x01", '{"error": "no"}', "7"])
    def test_what_cannot_be_read(self, body: str) -> None:
        """Is told, and is no traceback."""
        with pytest.raises(UnreadableBodyError):
            read("receipts", RECEIPTS, body)


class TestReplies:
    """Bodies with replies."""

    def test_a_reply(self) -> None:
        """With its id and time."""
        body = '{"replies": [{"id": 3, "from": "13800000001", "text": "T", "at": 1795399200}]}'
        (one,) = read("replies", REPLIES, body).replies
        assert (one.id, one.sender, one.text, one.dated) == ("3", "13800000001", "T", True)
        assert one.at == at("2026-11-23 10:00")

    def test_what_is_none_is_passed_over(self) -> None:
        """Other elements, by their code."""
        table = REPLIES | {"code": "$.direction", "reply_codes": ["inbound"]}
        body = '{"replies": [{"direction": "outbound", "from": "1", "text": "a"}, {"from": "1"}]}'
        assert read("replies", table, body).passed_over == 2

    def test_nothing_to_tell_it_apart(self) -> None:
        """Neither id nor time: whoever stores it goes by when it came."""
        (one,) = read("replies", REPLIES, '{"replies": [{"from": "1", "text": "a"}]}').replies
        assert not one.dated


class TestFetching:
    """Asking the gateway."""

    def test_a_request_and_its_page(self) -> None:
        """Templates know from where on, and the answer says where to go on."""
        table = RECEIPTS | {
            "url": "{url}?from={{ since_utc }}",
            "params": {
                "c": "{{ cursor }}",
                "s": "{{ since }}",
                "ms": "{{ since_ms }}",
                "d": "{{ since_day }}",
            },
            "headers": {"X-Who": "homing"},
            "cursor": "$.next",
        }
        answer = says({"reports": [{"ref": "K1.1", "status": "DELIVRD"}], "next": "c2"})
        with web_gateway(answer) as gateway:
            made = channel("receipts", table | {"url": f"{gateway.url}?from={{{{ since_utc }}}}"})
            page = made.fetch("receipts", START)
            assert isinstance(page, Page)
            assert (page.cursor, page.more) == ("c2", True)
            again = made.fetch("receipts", Fetching("c2", START.since))
            assert isinstance(again, Page)
            assert not again.more
            made.close()
        first, second = gateway.hits
        assert first.method == "GET"
        assert first.target == (
            "/send?from=2026-11-23T02%3A00%3A00Z&c=&s=1795399200&ms=1795399200000&d=2026-11-23"
        )
        assert "&c=c2&" in second.target
        assert first.headers["x-who"] == "homing"
        assert len(made.heard("receipts", page.body).receipts) == 1

    def test_a_full_page_has_another_after_it(self) -> None:
        """Where the gateway gives what it has not given yet."""
        elements = [{"ref": f"K{number}.1", "status": "DELIVRD"} for number in range(2)]
        for page, more in ((2, True), (3, False)):
            with web_gateway(says({"reports": elements})) as gateway:
                made = channel("receipts", RECEIPTS | {"url": gateway.url, "json": {}, "page": page})
                found = made.fetch("receipts", START)
                made.close()
            assert isinstance(found, Page)
            assert found.more is more
            assert gateway.hits[0].method == "POST"

    @pytest.mark.parametrize(
        ("answer", "because"),
        [
            (says({}, 500), "HTTP 500"),
            (says("what?"), "the body is neither JSON nor a form"),
            (says({"Error": "no"}), "the gateway says: no"),
            (says({"reported": []}), "the body has no list where the table says"),
            (says({}, 302, Location="http://127.0.0.1/"), "HTTP 302"),
        ],
    )
    def test_no_answer_that_can_be_used(self, answer: Any, because: str) -> None:
        """Says why."""
        with web_gateway(answer) as gateway:
            made = channel("receipts", RECEIPTS | {"url": gateway.url, "error": "$.Error"})
            found = made.fetch("receipts", START)
            made.close()
        assert found == Unknown(because)

    def test_nobody_there(self) -> None:
        """As for messages."""
        made = channel("receipts", RECEIPTS | {"url": f"http://127.0.0.1:{refusing_port()}/"})
        assert isinstance(made.fetch("receipts", START), NotSent)
        made.close()

    def test_what_a_channel_reports(self) -> None:
        """What is described, and what of it is fetched and from how far back."""
        pushed = channel("receipts", RECEIPTS)
        fetched = channel("receipts", RECEIPTS | {"url": "https://gateway.example/", "back": "3 days"})
        assert isinstance(pushed, Reporter)
        assert (set(pushed.reports), pushed.fetched, pushed.capabilities.receipts) == ({"receipts"}, {}, True)
        assert fetched.fetched == {"receipts": 3 * 24 * 3_600_000}
        assert not channel("replies", REPLIES).capabilities.receipts


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("receipts", {"ref": None, "id": None}, "`receipts` needs `ref` or `id`"),
        ("receipts", {"code": None}, "`receipts` needs `code` and what its codes mean"),
        (
            "receipts",
            {"failed_codes": ["DELIVRD"]},
            "DELIVRD stands in `delivered_codes` and in `failed_codes`",
        ),
        ("receipts", {"cursor": "$.next"}, "`receipts.cursor` says nothing without `url`"),
        ("receipts", {"zone": "Mars"}, "`receipts.zone` is 'Mars'"),
        ("receipts", {"list": "reports"}, "`receipts.list` is 'reports'"),
        ("receipts", {"reff": "$.ref"}, "a http channel has no `receipts.reff`"),
        ("receipts", {"back": "long"}, "`receipts.back`"),
        ("replies", {"from": None}, "`replies` needs `from`"),
        (
            "replies",
            {"id": None, "at": None, "url": "https://gateway.example"},
            "`replies` needs `id` or `at`",
        ),
        ("replies", {"url": "https://gateway.example/{{ to }}"}, "names `to`"),
    ],
)
def test_what_cannot_be_meant(kind: Kind, changes: dict[str, Any], message: str) -> None:
    """Is refused when the channel is built, and names the key."""
    if "back" in changes:
        changes = changes | {"url": "https://gateway.example"}
    table = {
        key: value
        for key, value in ((RECEIPTS if kind == "receipts" else REPLIES) | changes).items()
        if value
    }
    with pytest.raises(ChannelSettingsError) as error:
        channel(kind, table)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:00:00+08:00", "2026-11-23T02:00:00Z", "2026-11-23 10:00:00", "20261123100000", "202611231000",
        "1795399200", "1795399200000", "1795399200.0", "Mon, 23 Nov 2026 02:00:00 +0000", "2026-11-23 10:00:00 ",
    ],
)  # fmt: skip
def test_times(text: str) -> None:
    """As gateways write them."""
    assert read_time(text, ZoneInfo("Asia/Shanghai")) == at("2026-11-23 10:00")


@pytest.mark.parametrize("text", ["", "soon", "9" * 400, "2026-13-45 10:00", "20269999999999"])
def test_no_times(text: str) -> None:
    """What cannot be read is none, or at least no traceback."""
    found = read_time(text, ZoneInfo("Asia/Shanghai"))
    assert found is None or isinstance(found, int)
