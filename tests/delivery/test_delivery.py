"""Delivery: what is ready leaves once; what is not known stays unknown; whatever was committed before the mark wins."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.channels.file import FileChannel
from engine.channels.protocol import Accepted, NotSent, Outgoing, Rejected, Unknown
from engine.people import optouts
from engine.plans import working
from engine.storage.audit import By
from engine.storage.store import Store
from engine.storage.symbols import load_symbols
from tests.deliveries import LATER, NOW, RULES, Gateway, Shop, at, gateway, ready, shop
from tests.town import as_if_analyzed, as_if_analyzed_empty


class TestSending:
    """The way of a message that nothing hinders."""

    def test_a_ready_message_is_sent_once(self) -> None:
        """It is recorded with its time, settles its state, and a second delivery finds nothing to do."""
        some = ready()
        assert some.deliver(NOW) == {"sent": 1}
        (sent,) = gateway(some).got
        assert sent[2:] == ("sms", "C1", "13800000001", None, "陈晨您好", "2026-11-23T10:00:00+08:00")
        found = some.one()
        expected = {
            "status": "sent",
            "sent_at": at(NOW),
            "counted_at": at(NOW),
            "reference": "R1",
            "attempt": 1,
        }
        assert {name: found[name] for name in expected} == expected
        assert found["sent_seq"] is not None
        assert found["lease_until"] is None
        assert some.settled() == [at(NOW)]
        assert some.deliver(NOW) == {}
        assert len(gateway(some).got) == 1

    def test_many_messages_go_in_batches(self, tmp_path: Path) -> None:
        """Every one once, whatever the sizes of batches."""
        channel = FileChannel(tmp_path / "outbox.jsonl")
        some = shop(channels={"sms": channel, "wecom": Gateway(batch=7)})
        for number in range(120):
            some.customer(f"C{number}", name="陈", phone="138", wecom="w" if number % 2 else None)
        some.run(NOW)
        assert some.deliver(NOW, batch=50) == {"sent": 120}
        lines = [json.loads(line) for line in channel.path.read_text(encoding="utf-8").splitlines()]
        keys = [line["key"] for line in lines] + [item.key for item in gateway(some, "wecom").got]
        assert len(lines) == 60
        assert len(set(keys)) == 120

    def test_the_channel_is_chosen_by_the_gate(self) -> None:
        """The first of `via` with an address."""
        some = ready(wecom="wx1")
        some.deliver(NOW)
        assert gateway(some, "wecom").texts == ["陈晨您好呀"]
        assert some.one()["channel"] == "wecom"

    def test_a_message_of_a_state_that_was_left_meanwhile_settles_nothing(self) -> None:
        """Its enrolment is somewhere else by then."""
        some = ready()

        def leave(reached: str) -> None:
            if reached == "sent":
                with some.store.write() as connection:
                    connection.exec_driver_sql(
                        "UPDATE enrolment SET visit = 2, pending = 1, settled_at = NULL"
                    )

        some.deliver(NOW, reached=leave)
        assert some.settled() == [None]


class TestMark:
    """The gate is asked once more in the transaction that marks."""

    def opt_out(self, some: Shop) -> Any:
        """A hook by which the customer opts out after the claim."""

        def hook(reached: str) -> None:
            if reached == "claimed":
                with some.store.write() as connection:
                    said = optouts.OptOut(1, "C1", None, at(NOW), "test")
                    optouts.opt_out(connection, load_symbols(connection), said, By("test", at(NOW)))

        return hook

    def test_an_optout_before_the_mark_wins(self) -> None:
        """Nothing leaves; the message was taken back by the opt-out itself."""
        some = ready()
        some.deliver(NOW, reached=self.opt_out(some))
        assert gateway(some).got == []
        assert some.one()["status"] == "cancelled"

    def test_an_optout_that_took_nothing_back_wins_too(self) -> None:
        """The gate sees it."""
        some = ready()
        with some.store.write() as connection:
            connection.exec_driver_sql(
                "INSERT INTO optout (customer, channel, at) VALUES (1, 0, ?)", (at(NOW),)
            )
        assert some.deliver(NOW) == {"dropped": 1}
        assert gateway(some).got == []
        assert some.one()["because"] == "silent for ever after optout"
        assert some.settled() == [at(NOW)]

    def test_a_window_that_has_closed_meanwhile_keeps_it(self) -> None:
        """Ready at 10:00, delivered at 20:00: it waits for the morning and counts no longer."""
        some = ready()
        assert some.deliver("2026-11-23 20:00") == {"waiting": 1}
        found = some.one()
        assert (found["until"], found["because"]) == (
            at("2026-11-24 08:00"),
            "send on every day 08:00 to 20:00",
        )
        assert found["counted_at"] is None
        assert gateway(some).got == []

    def test_values_that_have_changed_make_a_new_text(self) -> None:
        """S59: the old one never leaves; the next run writes it anew."""
        some = ready()
        some.customer("C1", name="陈晨晨")
        assert some.deliver(LATER) == {"waiting": 1}
        assert gateway(some).got == []
        some.run(LATER)
        assert some.deliver(LATER) == {"sent": 1}
        assert gateway(some).texts == ["陈晨晨您好"]

    def test_an_address_that_is_gone_moves_on_to_the_next_channel(self) -> None:
        """S19: the number is dead on the morning of the send."""
        some = ready(wecom="wx1")
        some.customer("C1", wecom=None)
        assert some.deliver(LATER) == {"waiting": 1}
        some.run(LATER)
        assert some.deliver(LATER) == {"sent": 1}
        assert gateway(some).texts == ["陈晨您好"]

    def test_a_corrected_address_is_the_one_that_is_used(self) -> None:
        """The text has not changed, so it goes at once."""
        some = ready()
        some.customer("C1", phone="13900000009")
        some.deliver(NOW)
        assert [item.to for item in gateway(some).got] == ["13900000009"]
        assert some.one()["address"] == "13900000009"

    def test_a_cap_that_has_become_tighter_lets_only_one_go(self) -> None:
        """Two were let go; by the mark the customer is one of those who get one a day."""
        rules = RULES.replace(
            "20:00\n", "20:00\n  at most 1 per day for tier = vip\n  at most 2 per day\n", 1
        )
        rules += (
            "journey k { policy p\n enter when name is known\n"
            " state s { send hello\n after 3 days -> end over } }\n"
        )
        some = ready(rules)
        assert [item["status"] for item in some.messages()] == ["ready", "ready"]
        some.customer("C1", tier="vip")
        assert some.deliver(NOW) == {"sent": 1, "waiting": 1}
        assert len(gateway(some).got) == 1

    def test_a_message_whose_rule_is_gone_is_cancelled(self) -> None:
        """Rather than sent under rules that nobody can name."""
        some = ready()
        some.permits = type(some.permits)({}, some.permits.renderer)
        assert some.deliver(NOW) == {"cancelled": 1}
        assert some.settled() == [at(NOW)]

    def test_a_claim_that_was_taken_over_marks_nothing(self, tmp_path: Path) -> None:
        """A delivery that was frozen past its lease finds that another has sent the message."""
        some = ready(database=tmp_path / "homing.db")

        def other(reached: str) -> None:
            if reached == "claimed":
                some.deliver(LATER)

        assert some.deliver(NOW, reached=other) == {}
        assert len(gateway(some).got) == 1
        assert some.one()["sent_at"] == at(LATER)


class TestOutcomes:
    """What a channel may answer."""

    def test_a_refusal_moves_on_to_the_next_channel(self) -> None:
        """By way of the gate; the refused channel is not tried again."""
        some = ready(wecom="wx1")
        gateway(some, "wecom").answer = lambda _: Rejected("no such user")
        assert some.deliver(NOW) == {"waiting": 1}
        found = some.one()
        assert (found["because"], found["until"], found["counted_at"]) == ("no such user", at(NOW), None)
        some.run(NOW)
        assert some.deliver(NOW) == {"sent": 1}
        assert gateway(some).texts == ["陈晨您好"]
        assert len(gateway(some, "wecom").got) == 1

    def test_a_refusal_by_the_last_channel_is_a_failure(self) -> None:
        """It is an event to rules, settles the state and counts against no cap."""
        some = ready()
        gateway(some).answer = lambda _: Rejected("dead number")
        assert some.deliver(NOW) == {"failed": 1}
        found = some.one()
        assert (found["because"], found["failed_at"], found["counted_at"]) == ("dead number", at(NOW), None)
        assert found["ended_seq"] is not None
        assert some.settled() == [at(NOW)]

    def test_what_was_not_sent_is_tried_again_after_a_pause(self) -> None:
        """With the same key; the longest pause doubles, and after six tries it has failed."""
        some = ready()
        gateway(some).answer = lambda _: NotSent("busy")
        assert some.deliver(NOW) == {"ready": 1}
        assert at(NOW) + 1_000 <= some.one()["until"] <= at(NOW) + 30_000
        assert some.deliver(NOW) == {}
        for seconds in (30, 60, 120, 240, 480):
            now = some.one()["until"]
            some.delivery()(now)
            until = some.one()["until"]
            assert until is None or now + 1_000 <= until <= now + 2000 * seconds
        assert some.one()["status"] == "failed"
        assert some.one()["because"] == "tried 6 times: busy"
        assert len({item.key for item in gateway(some).got}) == 1
        assert len(gateway(some).got) == 6

    @pytest.mark.parametrize("how", ["answer", "raise", "short"])
    def test_what_is_not_known_is_never_tried_again(self, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whether the channel says so, raises, or does not tell about every message."""
        some = ready()
        if how == "answer":
            gateway(some).answer = lambda _: Unknown("time-out")
        elif how == "raise":
            gateway(some).answer = _raise
        else:
            monkeypatch.setattr(Gateway, "send", lambda *_: [])
        assert some.deliver(NOW) == {"unknown": 1}
        assert some.deliver("2026-11-24 10:00", alone=True) == {}
        found = some.one()
        assert found["status"] == "unknown"
        assert found["counted_at"] == at(NOW)
        assert some.settled() == [at(NOW)]

    def test_a_channel_that_the_configuration_lacks_sends_nothing(self) -> None:
        """It is proved that nothing left; it is tried again later."""
        some = ready()
        del some.channels["sms"]
        assert some.deliver(NOW) == {"ready": 1}
        assert some.one()["because"] == "homing.toml has no channel `sms`"


def _raise(outgoing: Outgoing) -> Accepted:
    raise ConnectionResetError(outgoing.key)


@pytest.mark.parametrize("analyze", [as_if_analyzed, as_if_analyzed_empty])
def test_delivery_looks_messages_up_one_by_one(analyze: Callable[[Store], None]) -> None:
    """No statement reads the whole log of messages, or all that are in a journey."""
    some = ready()
    analyze(some.store)
    statements: dict[str, Any] = {}

    def keep(_connection: object, _cursor: object, text: str, values: Any, *more: object) -> None:
        if text.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            statements.setdefault(text, values[0] if more[-1] else values)

    sa.event.listen(some.store.engine, "before_cursor_execute", keep)
    assert some.deliver(NOW) == {"sent": 1}
    sa.event.remove(some.store.engine, "before_cursor_execute", keep)
    assert len(statements) > 10
    with some.store.writer() as connection, connection.begin():
        working.prepare(connection)
        plans = {
            text: [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
            for text, values in statements.items()
        }
    scans = ("SCAN message", "SCAN customer", "SCAN enrolment")
    ready_alone = "SCAN message USING COVERING INDEX message_ready"
    assert [
        text
        for text, steps in plans.items()
        if any(step.startswith(scans) and step != ready_alone for step in steps)
    ] == []
    enrolments = {step for steps in plans.values() for step in steps if "enrolment" in step}
    assert enrolments
    assert [step for step in enrolments if "PRIMARY KEY (customer=?" not in step] == []
