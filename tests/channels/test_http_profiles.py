"""The profiles of providers: each makes a channel, and what it says is what the provider's documentation shows."""

from pathlib import Path

import pytest

from engine.channels.building import build_channel
from engine.channels.http.profiles import profile_names
from engine.channels.http.signatures import Draft, Moment, aliyun_v3, tencent_tc3
from engine.channels.protocol import (
    Accepted,
    ChannelSettingsError,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
    Unknown,
)
from engine.config import ChannelConfig
from tests.channels_of_profiles import OWN, keep_secrets
from tests.gateways import Hit, says, web_gateway


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_secrets(monkeypatch)


def message() -> Outgoing:
    """A message to a customer."""
    at = "2026-11-23T10:00:00+08:00"
    return Outgoing("K1", "K1.1", "sms", "C1", "+8613800000001", "题", '您好，"李"', at)


def sent(profile: str, document: object, status: int = 200, **headers: str) -> tuple[Outcome, Hit]:
    """What becomes of a message whose gateway answers so, and what the gateway was asked."""
    with web_gateway(says(document, status, **headers)) as gateway:
        settings = {**OWN[profile], "profile": profile, "url": gateway.url}
        channel = build_channel(ChannelConfig("sms", "http", settings=settings), Path("/nowhere"))
        (outcome,) = channel.send([message()], lambda: True)
        channel.close()
    (hit,) = gateway.hits
    return outcome, hit


def test_every_profile_is_tried() -> None:
    """A new profile needs what only its user knows, here, and a test of its own."""
    assert profile_names() == sorted(OWN)


@pytest.mark.parametrize("profile", sorted(OWN))
def test_every_profile_makes_a_channel(profile: str) -> None:
    """With its own address where it has one, and an answer that proves nothing is unknown."""
    settings = {"url": "https://smsapi.example/sms"} if profile == "huawei-sms" else {}
    channel = build_channel(
        ChannelConfig("sms", "http", settings={**OWN[profile], "profile": profile, **settings}),
        Path("/nowhere"),
    )
    channel.close()
    assert isinstance(sent(profile, {}, 500)[0], Unknown)


@pytest.mark.parametrize("profile", sorted(set(OWN) - {"twilio"}))
def test_what_only_the_user_knows_is_asked_for(profile: str) -> None:
    """With the key that must be written."""
    with pytest.raises(ChannelSettingsError, match="needs `"):
        build_channel(ChannelConfig("sms", "http", settings={"profile": profile}), Path("/nowhere"))


class TestAliyun:
    """`aliyun-sms`."""

    def test_the_signature_of_the_documentation(self) -> None:
        """The example with fixed values in "V3 request structure and signature"."""
        query = "RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
        headers = [
            ("x-acs-action", "RunInstances"),
            ("x-acs-version", "2014-05-26"),
            ("Accept", "application/json"),
        ]
        draft = Draft("POST", "ecs.cn-shanghai.aliyuncs.com", "/", query, headers, b"")
        sign = aliyun_v3("YourAccessKeyId", "YourAccessKeySecret", "")
        assert dict(sign(draft, Moment(1698315752, "3156853299f313e23d1673dc12e1703d"))) == {
            "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "x-acs-date": "2023-10-26T10:22:32Z",
            "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
            "Authorization": (
                "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
                "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
                "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
            ),
        }

    def test_a_message(self) -> None:
        """The parameters are in the query, the text is the template's only variable."""
        outcome, hit = sent("aliyun-sms", {"Code": "OK", "Message": "OK", "BizId": "9006197469364984000^0"})
        assert outcome == Accepted("9006197469364984000^0")
        assert hit.method == "POST"
        assert "TemplateParam=%7B%22text%22%3A%22%E6%82%A8%E5%A5%BD" in hit.target
        assert "OutId=K1.1" in hit.target
        assert hit.headers["x-acs-action"] == "SendSms"

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("isv.BUSINESS_LIMIT_CONTROL", NotSent),
            ("isv.MOBILE_NUMBER_ILLEGAL", Rejected),
            ("isp.SYSTEM_ERROR", Unknown),
        ],
    )
    def test_codes(self, code: str, expected: type) -> None:
        """Whatever the status."""
        for status in (200, 400):
            assert isinstance(sent("aliyun-sms", {"Code": code, "Message": "…"}, status)[0], expected)


class TestTencent:
    """`tencent-sms`."""

    def test_the_signature_of_the_documentation(self) -> None:
        """The example of "签名方法 v3"."""
        body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
        headers = [("Content-Type", "application/json; charset=utf-8")]
        draft = Draft("POST", "cvm.tencentcloudapi.com", "/", "", headers, body)
        sign = tencent_tc3("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm")
        assert dict(sign(draft, Moment(1551113065, ""))) == {
            "X-TC-Timestamp": "1551113065",
            "Authorization": (
                "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
                "SignedHeaders=content-type;host, "
                "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
            ),
        }

    def test_a_message(self) -> None:
        """The answer names it by what it was given as its context."""
        status = {"SerialNo": "5000:1", "SessionContext": "K1.1", "Code": "Ok", "Message": "send success"}
        outcome, hit = sent("tencent-sms", {"Response": {"SendStatusSet": [status], "RequestId": "a"}})
        assert outcome == Accepted("5000:1")
        assert hit.json["PhoneNumberSet"] == ["+8613800000001"]
        assert hit.json["TemplateParamSet"] == ['您好，"李"']
        assert "SignedHeaders=content-type;host;x-tc-action" in hit.headers["authorization"]

    def test_opted_out(self) -> None:
        """Numbers that want no messages."""
        status = {"SessionContext": "K1.1", "Code": "FailedOperation.PhoneNumberInBlacklist", "Message": "…"}
        outcome, _ = sent("tencent-sms", {"Response": {"SendStatusSet": [status]}})
        assert isinstance(outcome, Rejected)
        assert outcome.opted_out

    def test_the_whole_call_fails(self) -> None:
        """The code then stands elsewhere."""
        error = {"Code": "RequestLimitExceeded.IPLimitExceeded", "Message": "…"}
        outcome, _ = sent("tencent-sms", {"Response": {"Error": error}})
        assert outcome == NotSent("the gateway says: RequestLimitExceeded.IPLimitExceeded …", slower=True)


def test_huawei() -> None:
    """A form, and a digest of nonce, time and secret."""
    document = {
        "result": [{"status": "000000", "smsMsgId": "d6e3"}],
        "code": "000000",
        "description": "Success",
    }
    outcome, hit = sent("huawei-sms", document)
    assert outcome == Accepted("d6e3")
    assert hit.form["templateParas"] == '["您好，\\"李\\""]'
    assert hit.headers["x-wsse"].startswith('UsernameToken Username="the-huawei_app_key",PasswordDigest="')
    assert isinstance(
        sent("huawei-sms", {"code": "E000000", "description": "System error."}, 400)[0], Unknown
    )
    assert isinstance(sent("huawei-sms", {"code": "E000021", "description": "…"}, 400)[0], NotSent)


def test_twilio() -> None:
    """Basic authentication; the code is in answers that are no 201."""
    outcome, hit = sent("twilio", {"sid": "SM1", "status": "queued", "code": None}, 201)
    assert outcome == Accepted("SM1")
    assert hit.form == {"From": "+15005550006", "To": "+8613800000001", "Body": '您好，"李"'}
    outcome, _ = sent("twilio", {"code": 21610, "message": "unsubscribed", "status": 400}, 400)
    assert outcome == Rejected("HTTP 400: 21610 unsubscribed", opted_out=True)


def test_vonage() -> None:
    """The code is in a 200."""
    outcome, hit = sent("vonage", {"messages": [{"status": "0", "message-id": "0C00"}], "message-count": "1"})
    assert outcome == Accepted("0C00")
    assert hit.form["to"] == "8613800000001"
    outcome, _ = sent("vonage", {"messages": [{"status": "1", "error-text": "Throttled"}]})
    assert outcome == NotSent("the gateway says: 1 Throttled", slower=True)
    assert isinstance(sent("vonage", {"messages": [{"status": "5"}]})[0], Unknown)


def test_sendgrid() -> None:
    """A 202 without a body; the reference is a header."""
    outcome, hit = sent("sendgrid", "", 202, X_Message_Id="m1")
    assert outcome == Accepted("m1")
    assert hit.json["personalizations"] == [
        {"to": [{"email": "+8613800000001"}], "custom_args": {"ref": "K1.1"}}
    ]
    assert hit.headers["authorization"] == "Bearer the-sendgrid_api_key"
