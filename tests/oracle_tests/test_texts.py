"""Texts of messages in the reference interpreter, and the last look at them."""

from datetime import date

import pytest

from tests.checked import model_of
from tests.oracle.facts import Message
from tests.oracle.interpreter import Interpreter
from tests.oracle_tests.times import at

RULES = """
customer {{ name: text, title: text, phone: phone, worth: money, points: number, born: date, seen: time }}
event visit {{ amount: money }}
value double = worth * 2
message m {{ sms: "{text}" }}
policy p {{
  forbid "清仓"
  require "回T退订"
}}
journey j {{ policy p, enter when visit ever, state s {{ send m, otherwise -> end done }} }}
"""

KNOWN = {
    "name": "陈晨",
    "phone": "13800000001",
    "worth": 123450,
    "points": 12.0,
    "born": date(1990, 11, 24),
    "seen": at("2026-11-01 09:30"),
}


def sent(text: str) -> Message:
    """The message that one customer gets, or does not."""
    oracle = Interpreter(model_of(RULES.format(text=text)), variables={"brand": "毛毛家"})
    oracle.customer("C1", KNOWN)
    oracle.arrive("visit", "C1", at("2026-11-23 09:00"))
    oracle.settle(at("2026-11-23 10:00"))
    return oracle.facts.messages[0]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("【{{ brand }}】{{ name }}", "【毛毛家】陈晨"),
        ("{{ worth }}元 {{ double|money }} {{ points }}分", "1234.50元 2,469.00 12分"),
        ("{{ born|date('%-m月%-d日') }} {{ seen }} {{ seen|time }}", "11月24日 2026-11-01 09:30 09:30"),
        ("{% if title %}{{ title }}{% else %}您{% endif %}好", "您好"),
        ("{{ phone|mask }}", "138****0001"),
    ],
)
def test_texts(template: str, text: str) -> None:
    """Every type in its form; what is missing may be asked for."""
    message = sent(template + "回T退订")
    assert (message.status, message.text) == ("sent", text + "回T退订")


@pytest.mark.parametrize(
    ("template", "because"),
    [
        ("{{ name }}{{ title }} 回T退订", "text: 'title' is undefined"),
        ("{% if points > 10 %}清{% endif %}{{ '仓' }} 回T退订", "forbid 清仓"),
        ("{# allow: required-text #}{% if points > 100 %}回T退订{% endif %}", "require 回T退订"),
    ],
)
def test_held_for_a_look(template: str, because: str) -> None:
    """A hole, something forbidden or something lacking in the final text holds the message."""
    message = sent(template)
    assert (message.status, message.because) == ("held", because)
