"""Receipts: E7 to E11 of the faults to survive, and whatever else gateways tell when they please."""

from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from engine.channels.protocol import Accepted, NotSent, Outcome, Outgoing, Rejected, Unknown
from engine.people.doubts import send_anew
from engine.storage.audit import By
from engine.storage.keys import Intent
from engine.storage.schema import enrolment, message, optout
from engine.storage.states import MessageStatus
from tests.deliveries import NOW, RULES, Shop, at, gateway
from tests.inboxes import again, hear, receipts, ref_of, sent, shop_with_receipts, silence, told

SOON, LATER = "2026-11-23 10:01", "2026-11-23 10:05"

TRIGGERED = RULES.replace(
    "on visit -> end came",
    "on delivered -> end arrived\n  on failed -> end lost\n  on visit -> end came",
)


def ended(some: Shop) -> str | None:
    """How the only journey ended."""
    with some.store.read() as connection:
        number = connection.scalar(sa.select(enrolment.c.outcome))
    return some.plan.world.symbols.name_or(number)


class TestMatching:
    """By which names a message is known."""

    @pytest.mark.parametrize("by", ["ref", "key", "reference"])
    def test_by_any_name(self, by: str) -> None:
        """The attempt's ref, the key, or the gateway's own."""
        some = sent()
        ref = ref_of(some)
        names = {"ref": {"ref": ref}, "key": {"ref": ref.partition(".")[0]}, "reference": {"reference": "R1"}}
        assert hear(some, SOON, told("delivered", **names[by])) == {"applied": 1}
        found = some.one()
        assert (found["status"], found["delivered_at"], found["sent_at"]) == ("delivered", at(SOON), at(NOW))

    def test_within_its_channel_alone(self) -> None:
        """Another gateway's receipt is about nothing of this one's."""
        some = sent()
        told_there = told("delivered", ref=ref_of(some), reference="R1")
        assert hear(some, SOON, told_there, channel="wecom") == {"orphan": 1}
        assert some.one()["status"] == "sent"

    def test_a_reference_that_two_messages_have_names_none(self) -> None:
        """It would be a guess."""
        some = shop_with_receipts()
        for number in (1, 2):
            some.customer(f"C{number}", name="陈晨", phone=f"+861380000000{number}")
        some.run(NOW)
        some.deliver(NOW)
        assert hear(some, SOON, told("delivered", reference="R1")) == {"orphan": 1}


class TestWhatTheySay:
    """What a message becomes, and what rules notice."""

    def test_the_gateways_time_counts_within_reason(self) -> None:
        """Neither before the message left nor later than now."""
        for said, expected in ((SOON, SOON), ("2026-11-23 09:00", NOW), ("2026-11-24 10:00", LATER)):
            some = sent()
            hear(some, LATER, told("delivered", ref=ref_of(some), at=at(said)))
            assert some.one()["delivered_at"] == at(expected)

    def test_a_failure_has_its_reason(self) -> None:
        """It still counts against caps: it was sent."""
        some = sent()
        hear(some, SOON, told("failed", ref=ref_of(some), because="the gateway says: UNDELIV"))
        found = some.one()
        assert (found["status"], found["failed_at"]) == ("failed", at(SOON))
        assert found["because"] == "the gateway says: UNDELIV"
        assert (found["sent_at"], found["counted_at"]) == (at(NOW), at(NOW))

    def test_a_failure_without_a_reason(self) -> None:
        """Says at least who said so."""
        some = sent()
        hear(some, SOON, told("failed", ref=ref_of(some)))
        assert some.one()["because"] == "the receipt says that it did not arrive"

    def test_rules_notice(self) -> None:
        """`on delivered` and `on failed` fire in the next run, without anything else having happened."""
        for says, outcome in (("delivered", "arrived"), ("failed", "lost")):
            some = sent(TRIGGERED)
            some.run(SOON)
            assert ended(some) is None
            hear(some, SOON, told(says, ref=ref_of(some)))  # type: ignore[arg-type]  # says what it says
            some.run(LATER)
            assert ended(some) == outcome

    def test_a_receipt_is_no_new_sent(self) -> None:
        """`on sent` does not fire again for a message that had been sent when its state was entered."""
        some = sent(
            RULES.replace(
                "    after 3 days -> end over\n  }",
                "    on sent -> t\n  }\n  state t {\n    on sent -> end wrong\n    after 3 days -> end over\n  }",
            )
        )
        some.run(SOON)
        hear(some, SOON, told("delivered", ref=ref_of(some)))
        some.run(LATER)
        assert ended(some) is None

    def test_opted_out(self) -> None:
        """E7: the receipt says so, and the customer is left alone on this channel from then on."""
        some = sent()
        hear(some, SOON, told("failed", ref=ref_of(some), opted_out=True))
        with some.store.read() as connection:
            (row,) = connection.execute(sa.select(optout)).all()
        assert (row.channel, row.at) == (some.plan.world.number("channel", "sms"), at(SOON))
        assert some.one()["status"] == "failed"

    def test_opted_out_and_nothing_else(self) -> None:
        """Somebody who leaves after the message arrived."""
        some = sent()
        hear(some, SOON, told("delivered", ref=ref_of(some)))
        assert hear(some, LATER, told("nothing", "2", ref=ref_of(some), opted_out=True)) == {"applied": 1}
        assert some.one()["status"] == "delivered"
        with some.store.read() as connection:
            assert len(connection.execute(sa.select(optout)).all()) == 1


class TestEarly:
    """E8: before the answer to the call is recorded."""

    def gone(self) -> tuple[Shop, Iterator[str]]:
        """A message on the wire."""
        some = shop_with_receipts()
        some.customer("C1", name="陈晨", phone="+8613800000001")
        some.run(NOW)
        steps = some.delivery().steps(at(NOW), Counter())
        while next(steps) != "sent":
            pass
        return some, steps

    @pytest.mark.parametrize("says", ["delivered", "failed", "taken"])
    def test_it_counts_and_the_answer_changes_nothing(self, says: str) -> None:
        """The message goes forward, its state is settled, and the reference is the receipt's."""
        some, steps = self.gone()
        assert some.one()["status"] == "sending"
        told_early = told(says, ref=ref_of(some), reference="R7")  # type: ignore[arg-type]  # says what it says
        assert hear(some, SOON, told_early) == {"applied": 1}
        before = some.one()
        list(steps)
        assert some.one() == before
        assert before["status"] == {"taken": "sent"}.get(says, says)
        assert before["reference"] == "R7"
        assert some.settled() == [at(SOON)]

    def test_by_the_gateways_name_it_waits_for_the_answer(self) -> None:
        """Nobody knows that name before."""
        some, steps = self.gone()
        assert hear(some, SOON, told("delivered", reference="R1")) == {"orphan": 1}
        assert again(some, SOON) == {}
        list(steps)
        assert again(some, LATER) == {"applied": 1}
        assert some.one()["status"] == "delivered"
        assert again(some, LATER) == {}
        assert receipts(some) == {"1": "applied"}


class TestInDoubt:
    """A message of which nobody knows whether the gateway has it."""

    def doubtful(self, outcome: Outcome | None = None) -> Shop:
        """One whose call broke."""
        some = shop_with_receipts()
        gateway(some).answer = lambda _: outcome or Unknown("reset")
        some.customer("C1", name="陈晨", phone="+8613800000001")
        some.run(NOW)
        some.deliver(NOW)
        return some

    def test_delivered_was_sent(self) -> None:
        """A4: it is an event `sent`, at its mark, and then `delivered`."""
        some = self.doubtful()
        hear(some, SOON, told("delivered", ref=ref_of(some)))
        found = some.one()
        assert (found["status"], found["sent_at"], found["delivered_at"]) == ("delivered", at(NOW), at(SOON))
        assert found["sent_seq"] < found["ended_seq"]
        assert (found["because"], found["until"]) == (None, None)

    def test_taken_was_sent(self) -> None:
        """And waits for what becomes of it."""
        some = self.doubtful()
        hear(some, SOON, told("taken", ref=ref_of(some)))
        assert some.one()["status"] == "sent"
        assert hear(some, LATER, told("delivered", "2", ref=ref_of(some))) == {"applied": 1}

    def test_failed(self) -> None:
        """It is over."""
        some = self.doubtful()
        hear(some, SOON, told("failed", ref=ref_of(some)))
        assert some.one()["status"] == "failed"

    def test_what_was_proved_not_sent_and_arrived_is_not_sent_again(self) -> None:
        """The gateway said that it did not take it, and it did."""
        some = self.doubtful(NotSent("busy"))
        assert some.one()["status"] == "ready"
        hear(some, SOON, told("delivered", ref=ref_of(some)))
        assert some.one()["status"] == "delivered"
        some.run("2026-11-23 12:00")
        assert some.deliver("2026-11-23 12:00") == {}
        assert len(gateway(some).got) == 1
        assert some.settled() == [at(SOON)]

    def test_an_earlier_attempt_failed(self) -> None:
        """That says nothing of the one after it."""
        some = self.doubtful(NotSent("refused"))
        first = ref_of(some)
        assert hear(some, SOON, told("failed", ref=first)) == {"earlier": 1}
        gateway(some).answer = lambda _: Accepted("R2")
        some.deliver("2026-11-23 12:00")
        assert ref_of(some) != first
        assert hear(some, "2026-11-23 12:01", told("failed", "2", ref=first)) == {"earlier": 1}
        assert some.one()["status"] == "sent"
        assert hear(some, "2026-11-23 12:01", told("failed", "3", ref=ref_of(some))) == {"applied": 1}

    def test_sent_anew_by_a_person_and_then_found_to_have_arrived(self) -> None:
        """Before it left once more: it does not leave."""
        some = self.doubtful()
        first, row = ref_of(some), some.one()
        with some.store.write() as connection:
            intent = Intent(*(row[name] for name in Intent._fields))
            send_anew(connection, intent, By("小林", at("2026-11-23 11:00")), "not in their list")
        assert hear(some, "2026-11-23 11:01", told("delivered", ref=first)) == {"applied": 1}
        some.run("2026-11-23 11:02")
        some.deliver("2026-11-23 11:02")
        assert len(gateway(some).got) == 1
        assert some.one()["status"] == "delivered"


class TestAgain:
    """E9: twice, reordered, contradictory."""

    def test_the_same_receipt_twice_does_nothing(self) -> None:
        """Neither in one body nor in two."""
        some = sent()
        one = told("delivered", ref=ref_of(some))
        assert hear(some, SOON, one, one) == {"applied": 1}
        before = some.one()
        assert hear(some, LATER, one) == {}
        assert some.one() == before

    def test_what_is_known_is_not_told_again(self) -> None:
        """Two receipts of their own that say the same are one happening."""
        some = sent()
        hear(some, SOON, told("delivered", ref=ref_of(some)))
        before = some.one()
        assert hear(some, LATER, told("delivered", "2", ref=ref_of(some))) == {"known": 1}
        assert hear(some, LATER, told("taken", "3", ref=ref_of(some))) == {"known": 1}
        assert some.one() == before

    @pytest.mark.parametrize(("first", "second"), [("delivered", "failed"), ("failed", "delivered")])
    def test_the_first_word_wins(self, first: str, second: str) -> None:
        """The other is kept."""
        some = sent()
        ref = ref_of(some)
        pair = [told(first, "1", ref=ref), told(second, "2", ref=ref)]  # type: ignore[arg-type]  # what they say
        assert hear(some, SOON, *pair) == {"applied": 1, "contradicts": 1}
        assert some.one()["status"] == first
        assert receipts(some) == {"1": "applied", "2": "contradicts"}

    def test_what_was_refused_at_once_and_arrived(self) -> None:
        """The answer was the first word."""
        some = shop_with_receipts()
        gateway(some).answer = lambda _: Rejected("dead number")
        some.customer("C1", name="陈晨", phone="+8613800000001")
        some.run(NOW)
        some.deliver(NOW)
        assert hear(some, SOON, told("delivered", ref=ref_of(some))) == {"contradicts": 1}
        assert some.one()["status"] == "failed"


class TestOrphans:
    """E10: for nobody we know."""

    def test_it_is_kept_and_found_later(self) -> None:
        """When the message turns up: its reference was recorded."""
        some = sent()
        assert hear(some, SOON, told("delivered", reference="R9"), told("failed", "2", ref="X.1")) == {
            "orphan": 2
        }
        with some.store.write() as connection:
            connection.execute(message.update().values(reference="R9"))
        assert again(some, LATER) == {"applied": 1}
        assert receipts(some) == {"1": "applied", "2": "orphan"}

    def test_it_is_not_looked_for_for_ever(self) -> None:
        """A week."""
        some = sent()
        hear(some, SOON, told("delivered", reference="R9"))
        with some.store.write() as connection:
            connection.execute(message.update().values(reference="R9"))
        assert again(some, "2026-12-01 10:05") == {}


class TestSilence:
    """E11: no receipt ever comes."""

    def test_after_three_days_it_is_told(self) -> None:
        """Once; the message stays sent, and is not sent again."""
        some = sent()
        assert silence(some, "2026-11-26 09:59") == 0
        assert silence(some, "2026-11-26 10:00") == 1
        assert silence(some, "2026-11-26 10:01") == 0
        found = some.one()
        assert (found["status"], found["because"]) == ("sent", "no receipt came")
        some.run("2026-11-26 10:02")
        some.deliver("2026-11-26 10:02")
        assert len(gateway(some).got) == 1

    def test_one_that_comes_after_all_counts(self) -> None:
        """However late."""
        some = sent()
        silence(some, "2026-11-26 10:00")
        hear(some, "2026-11-27 10:00", told("delivered", ref=ref_of(some)))
        found = some.one()
        assert (found["status"], found["because"]) == ("delivered", None)

    def test_of_a_channel_that_gives_none_nothing_is_said(self) -> None:
        """None was to be expected."""
        some = sent()
        with some.store.write() as connection:
            connection.execute(message.update().values(key=None))
        assert silence(some, "2026-12-26 10:00") == 0
        assert some.one()["status"] == MessageStatus.SENT.word


def test_outgoing_names() -> None:
    """What a gateway is given names the message and the attempt."""
    some = sent()
    (one,) = gateway(some).got
    assert isinstance(one, Outgoing)
    assert one.ref == f"{some.one()['key']}.1"
