"""Lanes: each channel at its own pace, in threads, with time passing while messages leave."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Barrier

import pytest

from engine.channels.protocol import Accepted, Capabilities, InTime, NotSent, Outcome, Outgoing, Unknown
from engine.delivery.hands import Threads
from engine.delivery.pace import Timer
from tests.deliveries import Gateway, Shop, at, shop

NOW = "2026-11-23 10:00"
MINUTE = 60_000


@dataclass
class Clock:
    """Seconds that pass when somebody waits."""

    seconds: float = 50.0
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        """They have passed."""
        self.waits.append(seconds)
        self.seconds += seconds

    @property
    def timer(self) -> Timer:
        """As a delivery wants it."""
        return Timer(lambda: self.seconds, self.wait)


@dataclass
class Paced(Gateway):
    """A gateway with a rate, which may be slow."""

    rate: float | None = None
    clock: Clock | None = None
    takes: float = 0.0
    late: int = 0

    @property
    def capabilities(self) -> Capabilities:
        """As told."""
        return Capabilities(batch=self.batch, rate=self.rate)

    def send(self, batch: Sequence[Outgoing], in_time: InTime) -> Sequence[Outcome]:
        """One after the other, each taking its time."""
        return [self._one(item, in_time) for item in batch]

    def _one(self, item: Outgoing, in_time: InTime) -> Outcome:
        if not in_time():
            self.late += 1
            return NotSent("too late", slower=True)
        self.got.append(item)
        if self.clock is not None:
            self.clock.seconds += self.takes
        return self.answer(item)


def crowd(gateway: Gateway, number: int) -> Shop:
    """A shop with many messages that may leave by sms."""
    some = shop(channels={"sms": gateway, "wecom": Gateway()})
    for place in range(number):
        some.customer(f"C{place}", name="陈晨", phone=f"138{place:08}")
    some.run(NOW)
    return some


def test_a_rate_is_kept() -> None:
    """Ten a second: twenty-five messages take two seconds and a half, and the store knows when each left."""
    clock = Clock()
    some = crowd(Paced(rate=10), 25)
    assert some.deliver(NOW, timer=clock.timer) == {"sent": 25}
    assert 2.3 <= sum(clock.waits) <= 2.6
    times = sorted(found["sent_at"] - at(NOW) for found in some.messages())
    assert (times[0], 2_300 <= times[-1] <= 2_600) == (0, True)


def test_on_virtual_time_no_rate_counts() -> None:
    """A day is lived through in a moment."""
    assert crowd(Paced(rate=0.001), 25).deliver(NOW) == {"sent": 25}


def test_what_would_leave_too_late_does_not_leave() -> None:
    """Five seconds after its mark a message goes back and is marked anew: whatever was true then may be no more."""
    clock = Clock()
    gateway = Paced(clock=clock, takes=2.0)
    some = crowd(gateway, 10)
    assert some.deliver(NOW, timer=clock.timer)["sent"] >= 3
    assert gateway.late > 0
    for _ in range(20):
        some.delivery(timer=clock.timer)(at(NOW) + int(clock.seconds * 1000))
    assert [found["status"] for found in some.messages()] == ["sent"] * 10
    assert len(gateway.got) == 10
    assert {found["attempt"] for found in some.messages()} == {1}


def test_a_gateway_that_is_busy_is_given_time() -> None:
    """What it asks for passes before anything else leaves, and uses no attempt up."""
    clock = Clock()
    answers = [NotSent("too many", after=3_000, slower=True)] * 2
    some = crowd(Paced(answer=lambda _: answers.pop() if answers else Accepted()), 5)
    assert some.deliver(NOW, timer=clock.timer) == {"sent": 5}
    assert sum(clock.waits) == 3.0
    assert {found["attempt"] for found in some.messages()} == {1}


def test_a_gateway_that_does_not_say_how_long_it_is_busy_is_left_alone_longer_each_time() -> None:
    """After one, two, four and eight seconds of rest comes one that is too long to wait for: the delivery ends."""
    clock = Clock()
    gateway = Paced(answer=lambda _: NotSent("busy", slower=True))
    some = crowd(gateway, 1)
    delivery = some.delivery(timer=clock.timer)
    assert not delivery(at(NOW))
    assert (len(gateway.got), some.one()["until"] - at(NOW)) == (5, 15_000 + 16_000)
    assert not delivery(at(NOW) + 20_000)
    assert len(gateway.got) == 5


def test_a_channel_that_is_down_is_left_alone() -> None:
    """After the first batch; a minute later one message tries, and when it goes the others follow."""
    gateway = Gateway(answer=lambda _: NotSent("connection refused"))
    some = crowd(gateway, 300)
    some.deliver(NOW, batch=100)
    assert len(gateway.got) == 100
    assert some.deliver("2026-11-23 10:00:30", batch=100) == {}
    gateway.answer = lambda _: Unknown("reset")
    assert some.deliver("2026-11-23 10:02", batch=100) == {"unknown": 1}
    gateway.answer = lambda _: Accepted()
    assert some.deliver("2026-11-23 10:12", batch=100) == {"sent": 299}


def test_a_channel_that_leaves_messages_in_doubt_is_left_alone() -> None:
    """E13: ten of them, and nothing follows what was on the wire already; the others stay ready."""
    clock, channel = Clock(), Paced(answer=lambda _: Unknown("HTTP 500"))
    some = crowd(channel, 500)
    assert some.deliver(NOW, timer=clock.timer)["unknown"] <= 2 * 100
    standing = Counter(found["status"] for found in some.messages())
    assert standing["unknown"] + standing["ready"] == 500
    assert standing["unknown"] == len(channel.got)


def test_a_channel_that_is_down_keeps_no_other_waiting() -> None:
    """Each has a breaker of its own."""
    down = Gateway(answer=lambda _: NotSent("connection refused"))
    some = crowd(down, 10)
    some.customer("W1", name="王五", wecom="w1")
    some.run(NOW)
    assert some.deliver(NOW) == {"ready": 10, "sent": 1}


def test_lanes_are_at_work_at_once() -> None:
    """Each waits for the other in the middle of its call: one after the other, neither would come back."""
    meeting = Barrier(2, timeout=60)

    def answer(_: Outgoing) -> Outcome:
        meeting.wait()
        return Accepted()

    some = shop(channels={"sms": Gateway(answer), "wecom": Gateway(answer)})
    some.customer("C1", name="陈晨", phone="13800000001")
    some.customer("W1", name="王五", wecom="w1")
    some.run(NOW)
    assert some.deliver(NOW, hands=Threads(), timer=Timer()) == {"sent": 2}


@pytest.mark.parametrize("most", [1, 2])
def test_a_customer_is_kept_from_rules_gone_wild(most: int) -> None:
    """So many a day; the next is held for a person, whatever the rules say."""
    some = shop(CHATTY)
    some.customer("C1", name="陈晨", phone="13800000001")
    some.run(NOW)
    counts = some.deliver(NOW, most=most, batch=1)
    assert counts == {"sent": most, "held": 3 - most}
    held = [found["because"] for found in some.messages() if found["status"] == "held"]
    assert set(held) == {f"the customer has had {most} messages within a day; somebody must look"}


CHATTY = """
customer {
  name: text
  phone: phone
}
message hello { sms: "您好" }
policy p { send on every day 08:00 to 20:00 }
journey j {
  policy p
  enter when name is known
  state s {
    send hello via sms
    send hello via sms
    send hello via sms
    after 3 days -> end over
  }
}
"""
