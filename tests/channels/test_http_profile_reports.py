"""What the profiles say of receipts and replies, tried on what the providers' documentation shows."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.channels.building import build_channel
from engine.channels.http.channel import HttpChannel
from engine.channels.protocol import Fetching, Heard, Kind, Page, Receipt, Reply
from engine.config import ChannelConfig
from tests.channels_of_profiles import OWN, keep_secrets
from tests.deliveries import at
from tests.gateways import says, web_gateway

START = Fetching(None, at("2026-11-23 10:00"))
FETCHED = {"tencent-sms": {"receipts", "replies"}, "twilio": {"receipts", "replies"}}
NO_REPLIES = {"huawei-sms", "sendgrid"}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_secrets(monkeypatch)


def channel(profile: str, **tables: Any) -> HttpChannel:
    """A channel of a profile that takes what is reported."""
    address = {"url": "https://smsapi.example/sms"} if profile == "huawei-sms" else {}
    settings = {**OWN[profile], "profile": profile, **address, "receipts": {}, **tables}
    if profile not in NO_REPLIES:
        settings.setdefault("replies", {})
    made = build_channel(ChannelConfig("sms", "http", settings=settings), Path("/nowhere"))
    assert isinstance(made, HttpChannel)
    return made


def pushed(profile: str, body: object, kind: Kind = "receipts") -> Heard:
    """What a pushed body says."""
    text = body if isinstance(body, str) else json.dumps(body)
    return channel(profile).heard(kind, text.encode())


@pytest.mark.parametrize("profile", sorted(OWN))
def test_only_where_the_table_wants_it(profile: str) -> None:
    """Without `receipts = {}` a profile says nothing of receipts; some are fetched, the others pushed."""
    made = channel(profile)
    assert "receipts" in made.reports
    assert set(made.fetched) == FETCHED.get(profile, set())
    settings = {**OWN[profile], "profile": profile, "url": "https://smsapi.example/sms"}
    plain = build_channel(ChannelConfig("sms", "http", settings=settings), Path("/nowhere"))
    assert isinstance(plain, HttpChannel)
    assert not plain.reports


def test_aliyun() -> None:
    """SmsReport and SmsUp."""
    report = {
        "phone_number": "13800000001", "send_time": "2026-11-23 09:59:58", "report_time": "2026-11-23 10:00:00",
        "success": True, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1", "biz_id": "12345",
        "out_id": "K1.1",
    }  # fmt: skip
    (one,) = pushed("aliyun-sms", [report]).receipts
    assert one[1:4] == ("K1.1", "12345", "delivered")
    assert one.at == at("2026-11-23 10:00")
    (one,) = pushed("aliyun-sms", [report | {"success": False, "err_code": "MK:0013"}]).receipts
    assert (one.says, one.because) == ("failed", "the gateway says: false MK:0013")
    reply = {
        "phone_number": "13800000001", "send_time": "2026-11-23 10:00:00", "content": "T", "sign_name": "毛毛家",
        "dest_code": "1", "sequence_id": 1234567890,
    }  # fmt: skip
    (back,) = pushed("aliyun-sms", [reply], "replies").replies
    assert back == Reply("1234567890", "13800000001", "T", at("2026-11-23 10:00"))


def test_tencent() -> None:
    """Pulled by page, signed, with the application that the messages are sent by; and pushed."""
    element = {
        "UserReceiveTime": 1795399200, "CountryCode": "86", "SubscriberNumber": "13800000001",
        "PhoneNumber": "+8613800000001", "SerialNo": "5000:1", "ReportStatus": "SUCCESS", "Description": "DELIVRD",
        "SessionContext": "K1.1",
    }  # fmt: skip
    document = {"Response": {"PullSmsSendStatusSet": [element], "RequestId": "a"}}
    with web_gateway(says(document)) as gateway:
        made = channel("tencent-sms", receipts={"url": gateway.url})
        page = made.fetch("receipts", START)
        made.close()
    assert isinstance(page, Page)
    (one,) = made.heard("receipts", page.body).receipts
    assert one[1:4] == ("K1.1", "5000:1", "delivered")
    assert one.at == at("2026-11-23 10:00")
    (hit,) = gateway.hits
    assert hit.json == {"Limit": 100, "SmsSdkAppId": "1400006666"}
    assert (hit.headers["x-tc-action"], hit.headers["x-tc-region"]) == ("PullSmsSendStatus", "ap-guangzhou")
    assert hit.headers["authorization"].startswith("TC3-HMAC-SHA256 Credential=the-tencent_secret_id/")
    fail = {
        "user_receive_time": "2026-11-23 10:00:00", "nationcode": "86", "mobile": "13800000001",
        "report_status": "FAIL", "errmsg": "UNDELIV", "description": "用户关机", "sid": "5000:2",
    }  # fmt: skip
    (one,) = pushed("tencent-sms", [fail]).receipts
    assert one[1:5] == (None, "5000:2", "failed", "the gateway says: FAIL 用户关机")
    reply = {
        "PhoneNumber": "+8613800000001",
        "ReplyContent": "退订",
        "ReplyTime": 1795399200,
        "ExtendCode": "",
    }
    document = {"Response": {"PullSmsReplyStatusSet": [reply]}}
    (back,) = pushed("tencent-sms", document, "replies").replies
    assert back[1:4] == ("+8613800000001", "退订", at("2026-11-23 10:00"))


def test_huawei() -> None:
    """A form for each report."""
    body = "sequence=1&total=1&updateTime=2026-11-23T02%3a00%3a00Z&source=2&smsMsgId=d6e3&status=DELIVRD&extend=K1.1"
    (one,) = pushed("huawei-sms", body).receipts
    assert one[1:4] == ("K1.1", "d6e3", "delivered")
    assert one.at == at("2026-11-23 10:00")
    (one,) = pushed("huawei-sms", "smsMsgId=d6e3&status=E200018").receipts
    assert (one.says, one.reference) == ("failed", "d6e3")


def test_twilio() -> None:
    """The list of messages, as far back as one may still arrive; and the form of a status callback."""
    element = {
        "sid": "SM1", "status": "delivered", "error_code": None, "direction": "outbound-api", "from": "+15005550006",
        "body": "…", "date_updated": "Mon, 23 Nov 2026 02:00:00 +0000", "to": "+8613800000001",
    }  # fmt: skip
    inbound = element | {
        "sid": "SM2",
        "status": "received",
        "direction": "inbound",
        "from": "+8613800000001",
        "body": "Y",
    }
    with web_gateway(says({"messages": [element, inbound], "next_page_uri": None})) as gateway:
        made = channel("twilio", receipts={"url": gateway.url}, replies={"url": gateway.url})
        page = made.fetch("receipts", START)
        made.close()
    assert isinstance(page, Page)
    heard = made.heard("receipts", page.body)
    assert [(one.reference, one.says, one.at) for one in heard.receipts] == [
        ("SM1", "delivered", at("2026-11-23 10:00"))
    ]
    assert [(one.id, one.sender, one.text) for one in made.heard("replies", page.body).replies] == [
        ("SM2", "+8613800000001", "Y")
    ]
    (hit,) = gateway.hits
    assert hit.target == "/send?DateSent%3E=2026-11-23&PageSize=1000"
    assert hit.headers["authorization"].startswith("Basic ")
    (one,) = pushed("twilio", "MessageSid=SM1&MessageStatus=undelivered&ErrorCode=21610").receipts
    assert (one.reference, one.says, one.opted_out) == ("SM1", "failed", True)
    (back,) = pushed("twilio", "MessageSid=SM9&From=%2B8613800000001&Body=STOP", "replies").replies
    assert (back.id, back.sender, back.text, back.dated) == ("SM9", "+8613800000001", "STOP", True)


def test_vonage() -> None:
    """Delivery receipts and inbound messages, by POST."""
    receipt = {
        "msisdn": "8613800000001", "to": "Homing", "network-code": "46000", "messageId": "0C00", "price": "0.03",
        "status": "expired", "scts": "2611231000", "err-code": "5", "client-ref": "K1.1",
        "message-timestamp": "2026-11-23 02:00:00",
    }  # fmt: skip
    (one,) = pushed("vonage", receipt).receipts
    assert one == Receipt(
        one.id, "K1.1", "0C00", "failed", "the gateway says: expired 5", at("2026-11-23 10:00")
    )
    inbound = {
        "msisdn": "8613800000001",
        "messageId": "0C01",
        "text": "1",
        "message-timestamp": "2026-11-23 02:00:00",
    }
    (back,) = pushed("vonage", inbound, "replies").replies
    assert back == Reply("0C01", "8613800000001", "1", at("2026-11-23 10:00"))


def test_sendgrid() -> None:
    """The Event Webhook; who leaves has had the message all the same."""
    base = {"email": "a@b.c", "timestamp": 1795399200, "sg_message_id": "m1.filter", "ref": "K1.1"}
    events = [
        base | {"event": event, "sg_event_id": event}
        for event in ("processed", "deferred", "delivered", "open", "bounce", "unsubscribe")
    ]
    heard = pushed("sendgrid", events)
    told = [(one.id, one.says, one.opted_out) for one in heard.receipts]
    assert told == [
        ("processed", "taken", False),
        ("delivered", "delivered", False),
        ("bounce", "failed", False),
        ("unsubscribe", "nothing", True),
    ]
    assert heard.passed_over == 2
