"""What is said of messages that a gateway refused, left in doubt or did not take, in English and Chinese."""

from collections.abc import Callable
from typing import Any

import pytest

from dsl.translation import in_language
from engine.channels.protocol import NotSent, Outcome, Outgoing, Rejected, Unknown
from engine.explaining.answers import Sent, Verdict
from engine.explaining.inquiry import inquire
from engine.explaining.verdicts import explain
from engine.storage.symbols import load_symbols
from engine.views.window import Window
from tests.checked import model_of
from tests.deliveries import RULES, SHANGHAI, Gateway, Shop, at, shop

NOW = "2026-01-05 10:00"


def told(answer: Callable[[Outgoing], Outcome]) -> tuple[Verdict, Sent]:
    """A customer's journey and message after a run at ten, when both gateways answer so."""
    found = shop(channels={"sms": Gateway(answer), "wecom": Gateway(answer)})
    found.customer("C1", name="陈", phone="+8613800000001", wecom="w1")
    for _ in range(2):  # a refusal is tried by the next channel
        found.run(NOW)
        found.deliver(NOW, alone=True)
    verdict = explained(found)
    (sent,) = verdict.messages
    return verdict, sent


def explained(found: Shop) -> Verdict:
    """The one journey of the one customer."""
    config: Any = None  # nothing that is asked here looks at it
    with found.store.read() as connection:
        symbols = load_symbols(connection)
        window = Window(connection, config, model_of(RULES), found.plan.tables, symbols, SHANGHAI, 1)
        inquiry = inquire(window, found.plan, found.permits, 1, at(NOW))
        (verdict,) = explain(inquiry, "C1", found.plan.journeys).journeys
    found.store.close()
    return verdict


@pytest.mark.parametrize(
    ("answer", "status", "english", "chinese"),
    [
        (
            Rejected("400 blocked"),
            "failed",
            "failed via sms at 2026-01-05T10:00:00+08:00, and is not sent again: 400 blocked",
            "2026-01-05T10:00:00+08:00 经 sms 发送失败，不再重发：400 blocked",
        ),
        (
            Unknown("no answer"),
            "unknown",
            "left via wecom, and nobody knows whether it arrived; until that is known it is not sent again: no answer",
            "已经 wecom 发出，没人知道是否送达；弄清之前不会重发：no answer",
        ),
    ],
)
def test_what_became_of_it(answer: Outcome, status: str, english: str, chinese: str) -> None:
    """By which channel, when, why, and that it does not go a second time; the state is settled all the same."""
    verdict, sent = told(lambda _: answer)
    assert (sent.status, sent.verdict) == (status, english)
    assert in_language(sent.verdict, "zh") == chinese
    assert verdict.next == at("2026-01-08 10:00")


def test_what_is_tried_again() -> None:
    """A message that was not taken says when it is tried again, and that is what comes next."""
    verdict, sent = told(lambda _: NotSent("503 busy"))
    assert sent.until is not None
    when = SHANGHAI.iso(sent.until)
    assert sent.verdict == f"was not taken, and is tried again at {when}: 503 busy"
    assert in_language(sent.verdict, "zh") == f"没有被接收，{when} 再试：503 busy"
    assert (verdict.next, verdict.then) == (sent.until, "message hello is tried again")
    assert in_language(verdict.then, "zh") == "再试发送消息 hello"
