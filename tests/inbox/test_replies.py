"""What customers write back: F7, F9 of the faults to survive, whose it is, and what it answers."""

import pytest
import sqlalchemy as sa

from engine.storage.inbox_tables import reply, reply_of
from engine.storage.schema import enrolment, optout
from tests.deliveries import RULES, Shop, at
from tests.inboxes import answer, hear, ref_of, sent, told
from tests.replying import stored, wrote

SOON, LATER = "2026-11-23 10:01", "2026-11-23 10:05"

ASKING = RULES.replace("on visit -> end came", 'on replied where (text = "1") -> end booked')


def test_rules_notice() -> None:
    """`on replied` fires in the next run."""
    some = sent(ASKING)
    assert answer(some, SOON, wrote()) == 1
    some.run(LATER)
    with some.store.read() as connection:
        number = connection.scalar(sa.select(enrolment.c.outcome))
    assert some.plan.world.symbols.name_or(number) == "booked"


@pytest.mark.parametrize(
    "sender", ["13800000001", "8613800000001", "008613800000001", "+86 138-0000-0001", "１３８００００００01"]
)
def test_one_person_behind_the_variants_of_a_number(sender: str) -> None:
    """F9."""
    some = sent()
    assert answer(some, SOON, wrote(sender=sender)) == 1
    (event,) = stored(some, "replied")
    assert (event["text"], event["at"], event["customer"]) == ("1", at(SOON), 1)


def test_everybody_with_that_address() -> None:
    """A couple with one phone."""
    some = sent()
    some.customer("C2", name="李雷", phone="+8613800000001")
    assert answer(some, SOON, wrote()) == 1
    assert [event["customer"] for event in stored(some, "replied")] == [1, 2]


def test_nobody() -> None:
    """It is kept all the same."""
    some = sent()
    assert answer(some, SOON, wrote(sender="+8613800000099")) == 1
    assert stored(some, "replied") == []
    assert stored(some, reply)[0]["sender"] == "+8613800000099"


def test_each_once() -> None:
    """In one body, and in another."""
    some = sent()
    assert answer(some, SOON, wrote(), wrote()) == 1
    assert answer(some, LATER, wrote()) == 0
    assert len(stored(some, "replied")) == 1


def test_two_in_the_same_second() -> None:
    """F7: the gateway gives no id, only what they say tells them apart; an opt-out twice is one."""
    some = sent()
    some.customer("C2", name="李雷", phone="+8613800000002")
    moment = at(SOON)
    several = (
        wrote("T", "hash of T", at=moment),
        wrote("1", "hash of 1", at=moment),
        wrote("T", "hash of T", at=moment),
        wrote("T", "another hash", "+8613800000002", at=moment),
    )
    assert answer(some, SOON, *several) == 3
    assert len(stored(some, "replied")) == 3
    assert sorted(row["customer"] for row in stored(some, optout)) == [1, 2]


def test_without_id_and_time_an_equal_one_is_the_same_for_an_hour() -> None:
    """A gateway that gives neither, and says it again since our answer was lost; and somebody who says it tomorrow."""
    some = sent()
    one = wrote(dated=False)
    assert [answer(some, now, one) for now in (SOON, LATER, "2026-11-23 11:30", "2026-11-24 10:00")] == [
        1,
        0,
        0,
        1,
    ]


class TestAnswered:
    """Which message a reply answers."""

    def answered(self, some: Shop) -> tuple[int | None, ...]:
        """By its journey and visit."""
        (row,) = stored(some, reply_of)
        return row["journey"], row["visit"], row["action"]

    def test_the_one_it_names(self) -> None:
        """By any of its names, and it is that customer's whoever has the number now."""
        for name in ("ref", "R1"):
            some = sent()
            message = some.one()
            some.customer("C1", phone="+8613800000009")
            named = ref_of(some) if name == "ref" else name
            assert answer(some, SOON, wrote(answers=named)) == 1
            assert self.answered(some) == (message["journey"], message["visit"], message["action"])
            assert [event["customer"] for event in stored(some, "replied")] == [1]

    def test_else_the_last_one_to_that_address(self) -> None:
        """By that channel, within 72 hours."""
        some = sent()
        message = some.one()
        answer(some, "2026-11-26 10:00", wrote())
        assert self.answered(some) == (message["journey"], message["visit"], message["action"])

    @pytest.mark.parametrize(("now", "channel"), [("2026-11-26 10:01", "sms"), (SOON, "wecom")])
    def test_else_none(self, now: str, channel: str) -> None:
        """Too late, or by another channel."""
        some = sent(wecom=None)
        some.customer("C1", wecom="+8613800000001")
        answer(some, now, wrote(), channel=channel)
        assert self.answered(some) == (None, None, None)


def test_an_opt_out_is_kept_to() -> None:
    """From every channel; the word itself is an event as well."""
    some = sent()
    answer(some, SOON, wrote("退订"))
    (row,) = stored(some, optout)
    assert (row["customer"], row["channel"], row["at"]) == (1, 0, at(SOON))
    assert [event["text"] for event in stored(some, "replied")] == ["退订"]


def test_a_number_that_the_gateway_knows_wants_no_more() -> None:
    """F9: a receipt says so of one message; it holds for everybody with that number, by that channel."""
    some = sent()
    some.customer("C2", name="李雷", phone="+8613800000001")
    some.customer("C3", name="韩梅", phone="+8613800000003")
    hear(some, SOON, told("failed", ref=ref_of(some), opted_out=True))
    sms = some.plan.world.number("channel", "sms")
    assert sorted((row["customer"], row["channel"]) for row in stored(some, optout)) == [(1, sms), (2, sms)]
