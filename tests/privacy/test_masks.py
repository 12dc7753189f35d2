"""What lists show of addresses and card numbers (S20), and that secrets and addresses are in no log (fault I6)."""

from pathlib import Path

import pytest

from engine.storage.masks import mask_address
from tests.projects import CONFIG, Homing, applied_project, make_project

RULES = """\
customer { name: text, phone: phone, email: email, card: text }
message hello { sms: "{{ name }}您好" }
policy p { at most 9 per day }
journey greet {
  policy p
  enter when phone is known
  state first {
    send hello via sms
    otherwise -> end done
  }
}
"""
CUSTOMERS = "id,name,phone,email,card\nC1,陈晨,15912341234,chenchen@example.cn,4111 1111 1111 1111\n"


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A shop with a customer who has a phone number, an address and a card."""
    homing = applied_project(tmp_path / "shop", RULES, CONFIG)
    homing.well("import", "customers", homing.file("../c.csv", CUSTOMERS))
    return homing


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("+8615912341234", "phone", "159****1234"),
        ("chenchen@example.cn", "email", "ch***@example.cn"),
        ("c@example.cn", "email", "***@example.cn"),
        ("4111111111111111", "text", "************1111"),
        ("卡号 4111 1111 1111 1111 已开通", "text", "卡号 ***************1111 已开通"),
        ("4111111111111112", "text", "4111111111111112"),
        ("订单 123456", "text", "订单 123456"),
    ],
)
def test_what_is_shown(value: str, kind: str, shown: str) -> None:
    """Numbers as 159****1234, addresses by their beginning, cards by their last four digits."""
    assert mask_address(value, kind) == shown


def test_a_customer_on_a_screen(homing: Homing) -> None:
    """Masked, unless somebody asks for all of it: then the trail says who."""
    shown = homing.well("customer", "C1").out
    assert "159****1234" in shown
    assert "ch***@example.cn" in shown
    assert not [word for word in ("15912341234", "chenchen", "4111 1111") if word in shown]
    assert "15912341234" in homing.well("customer", "C1", "--show", "--as", "小林").out
    last = homing.well("audit", "--json").json[-1]
    assert (last["actor"], last["verb"], last["customer"]) == ("小林", "shown in full", "C1")


def test_a_card_number_in_a_text(tmp_path: Path) -> None:
    """A text with a whole card number is an error, with its place; the last four digits are none."""
    tail = make_project(tmp_path / "a", RULES.replace("您好", "您好,尾号1111"), CONFIG)
    assert not [one for one in tail("check", "--json").json["diagnostics"] if one["slug"] == "forbidden-text"]
    whole = make_project(tmp_path / "b", RULES.replace("您好", "您好,卡号4111111111111111"), CONFIG)
    (one,) = [one for one in whole("check", "--json").json["diagnostics"] if one["slug"] == "forbidden-text"]
    assert (one["severity"], one["line"]) == ("error", 2)


def test_secrets_and_addresses_stay_where_they_belong(homing: Homing, tmp_path: Path) -> None:
    """A secret is in no output, database or backup; what is talked about on stderr names no address."""
    canary = "CANARY-7f3a9c"
    homing.file("secrets/SMS_TOKEN", canary)
    config = CONFIG + (
        '\n[channels.gateway]\nkind = "http"\nurl = "http://127.0.0.1:9/send"\n'
        "headers = { Authorization = \"Bearer {{ secret('SMS_TOKEN') }}\" }\n"
        'json = { to = "{{ to }}", text = "{{ text }}" }\nid = "$.id"\n'
    )
    homing.file("homing.toml", config)
    backup = tmp_path / "shop.backup"
    said = [
        homing("channels", "test", "gateway", "--to", "+8613800000009"),
        homing("run", "--at", "2026-10-01 10:00"),
        homing("status"),
        homing("messages"),
        homing("backup", str(backup)),
        homing("apply", "--as", canary[:3]),
    ]
    assert not [one for one in said if canary in one.out + one.err]
    assert not [one for one in said[1:] if "15912341234" in one.err]
    files = [backup, *(path for path in homing.folder.iterdir() if path.is_file())]
    assert not [path.name for path in files if canary.encode() in path.read_bytes()]
