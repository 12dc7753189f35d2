"""What gateways push: signed over the bytes of the body, fresh, taken once; unsigned only by who has a key."""

import hashlib
import hmac
from pathlib import Path

import pytest

from tests.webs import NOW, Answer, Web, web
from tests.webs import PUSHED as CONFIG
from tests.webs import PUSHED_RULES as RULES

REPLY = b'{"from": "13800000001", "text": "T", "id": "r1"}'


def sign(body: bytes, seconds: int, secret: bytes = b"hook-secret") -> str:
    """As the gateway signs."""
    return "v1=" + hmac.new(secret, str(seconds).encode() + b"." + body, hashlib.sha256).hexdigest()


def push(some: Web, body: bytes, path: str = "/replies/sms", **other: str) -> Answer:
    """A delivery of the gateway's; signed now and rightly where nothing else is said."""
    seconds = int(other.get("sent", some.now // 1000))
    headers = {"X_Signature": other.get("signed", sign(body, seconds)), "X_Time": str(seconds)}
    return some.call("POST", path, body, key=None, X_Id=other.get("name", "d1"), **headers)


def stored(some: Web) -> tuple[int, int, int]:
    """Replies, receipts and deliveries that are known."""
    tables = ("reply", "receipt", "once")
    a, b, c = (int(some.rows(f"select count(*) from {name}")[0][0]) for name in tables)  # noqa: S608
    return a, b, c


def with_customer(some: Web) -> Web:
    """Somebody who can answer."""
    some.homing.well("import", "customers", some.homing.file("c.csv", "id,name,phone\nC1,陈,13800000001\n"))
    return some


def opted_out(some: Web) -> bool:
    """Whether somebody has."""
    return bool(some.homing.well("customer", "C1", "--json").json["optouts"])


def test_a_signed_reply_is_taken_and_answered_as_the_gateway_wants(tmp_path: Path) -> None:
    """And an opt-out in it is kept to."""
    with web(tmp_path, CONFIG, RULES) as some:
        answer = push(with_customer(some), REPLY)
        assert (answer.status, answer.json) == (200, {"code": 0, "msg": "OK"})
        assert stored(some) == (1, 0, 1)
        assert opted_out(some)
        assert some.told == 1


def test_receipts_are_taken_many_at_once(tmp_path: Path) -> None:
    """Those whose message is not known are kept for later."""
    with web(tmp_path, CONFIG, RULES) as some:
        body = b'[{"ref": "a.1.1", "id": "1", "status": "OK"}, {"ref": "b.1.1", "id": "2", "status": "NO"}]'
        assert push(some, body, "/receipts/sms").status == 200
        assert stored(some) == (0, 2, 1)


@pytest.mark.parametrize(
    "forged",
    [
        {"signed": "v1=" + "0" * 64},
        {"signed": sign(REPLY, NOW // 1000).removeprefix("v1=")},
        {"signed": sign(REPLY, NOW // 1000, b"another")},
        {"signed": sign(REPLY + b" ", NOW // 1000)},
        {"signed": sign(REPLY, NOW // 1000 - 1)},
        {"signed": "v1=ü"},
    ],
)
def test_what_is_forged_or_altered_leaves_only_a_count(tmp_path: Path, forged: dict[str, str]) -> None:
    """I1: 401, and nothing is stored."""
    with web(tmp_path, CONFIG, RULES) as some:
        assert push(with_customer(some), REPLY, signed=forged["signed"]).status == 401
        assert stored(some) == (0, 0, 0)
        assert not opted_out(some)
        figures = some.call("GET", "/metrics", key="watch-secret").body.decode()
        assert 'homing_http_refused_total{because="signature",channel="sms"} 1.0' in figures


def test_what_is_replayed_later_is_refused_and_at_once_absorbed(tmp_path: Path) -> None:
    """I2: by its time, and by its id, which is kept longer than the time is tolerated."""
    with web(tmp_path, CONFIG, RULES) as some:
        assert push(with_customer(some), REPLY).status == 200
        assert push(some, REPLY).status == 200
        assert stored(some) == (1, 0, 1)
        sent, some.now = some.now // 1000, some.now + 10 * 60_000
        assert push(some, REPLY, name="d2", sent=str(sent)).status == 401
        assert push(some, REPLY, name="d3", sent=str(some.now // 1000 + 600)).status == 401
        assert stored(some) == (1, 0, 1)


def test_the_bytes_are_signed_not_what_they_mean(tmp_path: Path) -> None:
    """I3: blanks and the order of keys are part of the body."""
    with web(tmp_path, CONFIG, RULES) as some:
        other = b'{"text":"T","id":"r1","from":"13800000001"}'
        assert push(some, other, signed=sign(REPLY, NOW // 1000)).status == 401
        assert push(some, other).status == 200


def test_who_cannot_sign_needs_a_key_from_the_right_place(tmp_path: Path) -> None:
    """I4: a key in the address, and addresses; what comes so may opt somebody out."""
    with web(tmp_path, CONFIG, RULES) as some:
        with_customer(some)
        keys = (None, "nonsense", "watch-secret", "events-secret")
        statuses = [some.call("POST", f"/replies/plain?key={key}", REPLY, key=None).status for key in keys]
        assert statuses == [401, 401, 403, 401]
        assert not opted_out(some)
        assert some.call("POST", "/replies/plain?key=shop-secret", REPLY, key=None).status == 200
        assert opted_out(some)


def test_nobody_is_opted_in_over_http(tmp_path: Path) -> None:
    """I4: no message, no reply and no trait gives a consent or takes an opt-out back."""
    with web(tmp_path, CONFIG, RULES) as some:
        with_customer(some)
        some.call("POST", "/replies/plain?key=shop-secret", REPLY, key=None)
        for number, text in enumerate(("Y", "START", "订阅", "恢复", "TD Y", "同意")):
            body = REPLY.replace(b'"T"', f'"{text}"'.encode()).replace(b"r1", f"x{number}".encode())
            assert some.call("POST", "/replies/plain?key=shop-secret", body, key=None).status == 200
            assert push(some, body.replace(b"x", b"y"), name=f"n{number}").status == 200
        assert opted_out(some)
        assert some.homing.well("customer", "C1", "--json").json["consents"] == []


def test_a_channel_that_reads_nothing_has_no_address(tmp_path: Path) -> None:
    """404; also where it reads the other kind, or there is no such channel."""
    with web(tmp_path, CONFIG, RULES) as some:
        paths = ("/receipts/plain", "/receipts/nobody", "/replies/", "/nothing", "/replies/%2e%2e")
        assert {some.call("POST", path, REPLY).status for path in paths} == {404}
        assert some.call("GET", "/replies/sms").status == 405


def test_a_body_that_nobody_can_read_is_refused(tmp_path: Path) -> None:
    """400, although it is signed: the gateway has changed, or the table is wrong."""
    with web(tmp_path, CONFIG, RULES) as some:
        assert push(some, b"\xff\xfe").status == 400
        assert push(some, b"[" * 500_000).status == 400
        assert stored(some) == (0, 0, 0)
