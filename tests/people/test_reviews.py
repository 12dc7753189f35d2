"""Replies that wait for a person: marketing waits with them, one person decides, and the customer is heard."""

from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import RefusedError, UnknownNameError
from engine.people.consents import Consent, give
from engine.people.optouts import OptOut, opt_out
from engine.people.reviews import decide
from engine.storage.audit import By
from engine.storage.review_tables import review
from engine.storage.schema import audit, optout
from engine.storage.staff_tables import staff
from engine.storage.symbols import load_symbols
from tests.deliveries import RULES, Shop, at
from tests.inboxes import answer, sent
from tests.inboxes import shop_with_receipts as shop
from tests.replying import stored, wrote

MORNING, SOON, LATER = "2026-11-23 10:00", "2026-11-23 10:01", "2026-11-23 10:05"

POLICIES = """policy p {
  send on every day 08:00 to 20:00
}
policy service {
  send on every day 08:00 to 21:00
}
"""

BOTH = (
    RULES.replace("policy p {\n  send on every day 08:00 to 20:00\n}\n", POLICIES)
    + """
journey bill {
  policy service
  enter when name is known
  state s {
    after 1 hour -> reminded
  }
  state reminded {
    send hello via sms
    after 3 days -> end over
  }
}
journey offer {
  policy p
  enter when name is known
  state s {
    after 1 hour -> told
  }
  state told {
    send hello via sms
    after 3 days -> end over
  }
}
"""
)
AGAIN = """
journey again {
  policy p
  enter when replied where (text = "1") within last 1 day
  state s {
    after 1 day -> end over
  }
}
"""
CONSENT = BOTH.replace("policy p {\n", "policy p {\n  require consent\n", 1)


def waiting(some: Shop) -> list[dict[str, Any]]:
    """The replies that nobody has decided on."""
    return [row for row in stored(some, review) if row["decided_at"] is None]


def by_journey(some: Shop) -> dict[str, tuple[str, str | None]]:
    """Status and reason of the messages of the two journeys."""
    with some.store.read() as connection:
        names = load_symbols(connection)
    found = {names.name(row["journey"]): (row["status"], row["because"]) for row in some.messages()}
    return {name: found[name] for name in ("bill", "offer")}


def decided(some: Shop, decision: Any, number: int = 1, now: str = LATER, who: str = "wang") -> list[int]:
    """A person decides."""
    with some.store.write() as connection:
        return decide(connection, f"r{number}", decision, By(who, at(now)))


def agreed(some: Shop) -> Shop:
    """The customer has agreed to everything."""
    with some.store.write() as connection:
        give(connection, load_symbols(connection), Consent(1, None, None, 1), By("test", 1))
    return some


def unclear(rules: str) -> Shop:
    """A customer who has written what may be an opt-out, an hour before two messages are due."""
    some = shop(rules)
    some.customer("C1", name="陈晨", phone="+8613800000001")
    agreed(some)
    some.run(MORNING)
    some.deliver(MORNING)
    answer(some, SOON, wrote("请不要再发"))
    some.run("2026-11-23 11:00")
    return some


WAITS = ("waiting", "a reply that may be an opt-out waits for a person")


class TestPause:
    """F8: marketing to that customer is paused until a person has decided."""

    def test_what_needs_consent_waits(self) -> None:
        """The rest is what the customer has asked for, and goes on."""
        assert by_journey(unclear(CONSENT)) == {"bill": ("ready", None), "offer": WAITS}

    def test_without_such_a_policy_everything_waits(self) -> None:
        """Nothing says then what is marketing and what is not."""
        assert by_journey(unclear(BOTH)) == {"bill": WAITS, "offer": WAITS}

    def test_what_is_ready_does_not_leave(self) -> None:
        """The reply came between the decision and the mark."""
        some = shop()
        some.customer("C1", name="陈晨", phone="+8613800000001")
        some.run(MORNING)
        assert some.one()["status"] == "ready"
        answer(some, SOON, wrote("别再发了"))
        assert some.deliver(SOON)["sent"] == 0
        assert (some.one()["status"], some.one()["because"]) == WAITS

    @pytest.mark.parametrize("decision", ["no optout", "done"])
    def test_it_goes_on_when_somebody_says_so(self, decision: str) -> None:
        """At the next run."""
        some = unclear(CONSENT)
        decided(some, decision, now="2026-11-23 11:30")
        some.run("2026-11-23 11:30")
        assert by_journey(some)["offer"] == ("ready", None)

    def test_an_opt_out_takes_back_what_waits(self) -> None:
        """In the same transaction, before any run."""
        some = unclear(CONSENT)
        decided(some, "optout", now="2026-11-23 11:30")
        assert by_journey(some) == {"bill": ("cancelled", "optout"), "offer": ("cancelled", "optout")}
        assert [(row["customer"], row["channel"]) for row in stored(some, optout)] == [(1, 0)]

    def test_a_clear_word_after_it_settles_it(self) -> None:
        """Nobody need decide any more."""
        some = unclear(CONSENT)
        answer(some, "2026-11-23 11:10", wrote("退订", "2"))
        assert waiting(some) == []
        assert by_journey(some)["offer"] == ("cancelled", "optout")

    def test_nobody_is_asked_about_what_is_clear(self) -> None:
        """An opt-out is kept to at once, and what rules listen for is theirs."""
        some = sent(RULES.replace("on visit -> end came", 'on replied where (text = "1") -> end booked'))
        answer(some, SOON, wrote("退订"), wrote("1", "2"))
        assert waiting(some) == []


class TestDeciding:
    """Once, by a name."""

    def test_of_two_people_one_decides(self) -> None:
        """The other is told who."""
        some = sent()
        answer(some, SOON, wrote("别发了"))
        decided(some, "no optout")
        with pytest.raises(RefusedError, match="r1 has been decided on already, by wang"):
            decided(some, "optout", who="li")
        assert stored(some, optout) == []

    def test_where_there_is_a_staff_it_is_for_them(self) -> None:
        """Whatever their role; others are refused, and nothing is decided."""
        some = sent()
        answer(some, SOON, wrote("别发了"))
        with some.store.write() as connection:
            connection.execute(staff.insert().values(name="wang", role="manager", since=0))
        with pytest.raises(RefusedError, match="li is not on the staff and may not decide on reply r1"):
            decided(some, "no optout", who="li")
        assert decided(some, "no optout") == [1]

    def test_it_is_for_everybody_with_that_number(self) -> None:
        """A couple with one phone: one opt-out silences both."""
        some = sent()
        some.customer("C2", name="李雷", phone="+8613800000001")
        answer(some, SOON, wrote("别发了"))
        assert len(waiting(some)) == 2
        assert sorted(decided(some, "optout", number=2)) == [1, 2]
        assert waiting(some) == []
        assert sorted(row["customer"] for row in stored(some, optout)) == [1, 2]

    @pytest.mark.parametrize("name", ["r9", "r", "rx", "9", "1.1.0.1.1.0", "r" + "9" * 40])
    def test_there_must_be_one(self, name: str) -> None:
        """Else it is said."""
        some = sent()
        with some.store.write() as connection, pytest.raises(UnknownNameError, match="there is no reply"):
            decide(connection, name, "done", By("wang", at(LATER)))

    def test_the_trail_names_who(self) -> None:
        """With the decision and the reply."""
        some = sent()
        answer(some, SOON, wrote("别发了"))
        decided(some, "no optout")
        with some.store.read() as connection:
            row = connection.execute(sa.select(audit).order_by(audit.c.seq.desc()).limit(1)).one()
        assert (row.actor, row.verb, row.customer, row.what) == ("wang", "reply: no optout", 1, "r1")


class TestNobodyAsked:
    """S62: what no rule listens for goes to a person; nothing is paused for it."""

    @pytest.mark.parametrize("text", ["Y", "谢谢", "你们几点开门?", ""])
    def test_it_waits_for_a_person(self, text: str) -> None:
        """As it was written, with what it answers."""
        some = sent()
        answer(some, SOON, wrote(text))
        (row,) = waiting(some)
        assert (row["text"], row["unclear"], row["visit"]) == (text, False, 1)

    def test_a_way_into_a_journey_listens_as_well(self) -> None:
        """`enter when replied where …`."""
        some = sent(f"{RULES}{AGAIN}")
        answer(some, SOON, wrote("1"), wrote("2", "2"))
        assert [row["text"] for row in waiting(some)] == ["2"]

    def test_opting_out_by_a_person_settles_what_was_unclear(self) -> None:
        """Whichever way the opt-out came, the customer stays silent; what is open stays on the list."""
        some = sent()
        answer(some, SOON, wrote("别发了"))
        with some.store.write() as connection:
            said = OptOut(1, "C1", None, at(LATER), "test")
            opt_out(connection, load_symbols(connection), said, By("test", at(LATER)))
        assert decided(some, "done") == [1]
