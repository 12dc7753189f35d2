"""What only the user of a profile knows, made up."""

from typing import Any

import pytest

OWN: dict[str, dict[str, Any]] = {
    "aliyun-sms": {"params": {"SignName": "毛毛家", "TemplateCode": "SMS_1"}},
    "tencent-sms": {
        "json": {"SmsSdkAppId": "1400006666", "SignName": "毛毛家", "TemplateId": "1110"},
        "headers": {"X-TC-Region": "ap-guangzhou"},
    },
    "huawei-sms": {"url": "", "form": {"from": "8824110605", "templateId": "1d18"}},
    "twilio": {"form": {"From": "+15005550006"}},
    "vonage": {"form": {"from": "Homing"}},
    "sendgrid": {"json": {"from": {"email": "shop@example.com"}}},
}
"""What only the user knows, by profile."""

SECRETS = (
    "ALIYUN_ACCESS_KEY_ID", "ALIYUN_ACCESS_KEY_SECRET", "TENCENT_SECRET_ID", "TENCENT_SECRET_KEY", "HUAWEI_APP_KEY",
    "HUAWEI_APP_SECRET", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "VONAGE_API_KEY", "VONAGE_API_SECRET",
    "SENDGRID_API_KEY",
)  # fmt: skip


def keep_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secrets of all profiles, in the environment."""
    for name in SECRETS:
        monkeypatch.setenv(name, f"the-{name.lower()}")
