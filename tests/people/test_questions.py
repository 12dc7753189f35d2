"""S62: which question a reply answers, when several are open; and the inbox when none is."""

from typing import Any

import pytest
import sqlalchemy as sa

from engine.storage.arrivals import mark_changed, take
from engine.storage.inbox_tables import reply_of
from engine.storage.review_tables import review
from engine.storage.schema import enrolment
from engine.storage.symbols import load_symbols
from tests.deliveries import Shop, at
from tests.inboxes import answer, ref_of
from tests.inboxes import shop_with_receipts as shop
from tests.replying import stored, wrote

RULES = """
customer {
  name: text
  phone: phone
  wecom: text
}
event asked { what: text }
record lesson "课" { due: time }
message sample "小样" { sms: "回Y领取小样" }
message booking "预约" { sms: "回Y为您预约" }
message reminder "上课提醒" { sms: "明天上课，回Y确认" }
message news "消息" { sms: "新品到店" }
policy p {
  send on every day 00:00 to 23:59
}
journey samples {
  policy p
  enter when asked where (what = "sample") ever
  state s {
    send sample
    on replied where (text in ("Y", "y")) -> end claimed
  }
}
journey bookings {
  policy p
  enter when asked where (what = "booking") ever
  state s {
    send booking
    on replied where (text in ("Y", "y")) -> call
  }
  state call {
    task book "预约" {
      assign desk
      due 1 day
      outcome done -> end booked
    }
    after 2 days -> end lost
  }
}
journey lessons {
  policy p
  for lesson
  enter when due within next 30 days
  state s {
    send reminder
    on replied where (text in ("Y", "y")) -> end confirmed
    at 1 day after due -> end missed
  }
}
journey newsletter {
  policy p
  enter when asked where (what = "news") ever
  state s {
    send news
    after 30 days -> end over
  }
}
journey feedback {
  policy p
  enter when asked where (what = "named") ever
  state s {
    send news
    on replied where (message = "news" and text = "Y") -> end heard
  }
}
"""

NAMES = {"sample": "samples", "booking": "bookings", "named": "feedback", "news": "newsletter"}


def at_minute(minute: int) -> str:
    """A moment of the day of these tests."""
    return f"2026-11-23 10:{minute:02d}"


class Town:
    """One customer, who is asked things one after the other."""

    def __init__(self) -> None:
        self.shop: Shop = shop(RULES)
        self.shop.customer("C1", name="陈晨", phone="+8613800000001", wecom="W1")
        self.minute, self.seq = 0, 1_000_000

    def turn(self) -> None:
        """A minute later, all that is due is done."""
        self.minute += 1
        for _ in range(2):
            self.shop.run(at_minute(self.minute))
            self.shop.deliver(at_minute(self.minute))

    def ask(self, *whats: str) -> None:
        """The customer is sent a message that asks for a Y, or news that asks for nothing; each a minute later."""
        for what in whats:
            with self.shop.store.write() as connection:
                table = self.shop.plan.tables.events["asked"]
                seq = take(connection, 1)
                row = {"seq": seq, "customer": 1, "at": at(at_minute(self.minute)), "digest": seq}
                connection.execute(table.insert().values(row | {"what": what}))
            self.turn()

    def lesson(self, number: int, due: str) -> None:
        """A lesson, of which the customer is reminded."""
        with self.shop.store.write() as connection:
            table = self.shop.plan.tables.records["lesson"]
            row = {"record": number, "customer": 1, "id": f"L{number}", "due": at(due)}
            connection.execute(table.insert().values(row))
            mark_changed(connection, [1])
        self.turn()

    def reply(self, text: str = "Y", **more: Any) -> None:
        """The customer writes back; then there is a run."""
        self.seq += 1
        answer(self.shop, at_minute(self.minute), wrote(text, str(self.seq), **more))
        self.turn()

    @property
    def places(self) -> dict[str, str]:
        """Where the customer is, or how it ended, by journey and record."""
        with self.shop.store.read() as connection:
            names, rows = load_symbols(connection), connection.execute(sa.select(enrolment)).all()
        found = {}
        for row in rows:
            name = names.name(row.journey) + (f" {row.record}" if row.record else "")
            found[name] = names.name(row.outcome) if row.outcome else names.name(row.state).rpartition("/")[2]
        return found

    @property
    def inbox(self) -> list[str]:
        """What waits for a person."""
        return [row["text"] for row in stored(self.shop, review) if row["decided_at"] is None]


@pytest.fixture
def town() -> Town:
    """A town."""
    return Town()


def test_one_after_the_other(town: Town) -> None:
    """S62: claim, booking task, attendance confirmed; a Y when nothing is open goes to the inbox."""
    town.ask("sample")
    town.reply()
    assert town.places == {"samples": "claimed"}
    town.ask("booking")
    town.reply("ｙ")
    assert town.inbox == ["ｙ"], "it is no Y to these rules"
    town.reply("y")
    assert town.places == {"samples": "claimed", "bookings": "call"}
    town.lesson(1, "2026-11-25 10:00")
    town.reply()
    assert town.places["lessons 1"] == "confirmed"
    town.reply()
    assert town.inbox == ["ｙ", "Y"]


def test_all_at_once(town: Town) -> None:
    """Three questions are open: a Y answers the last one, the next Y the one before."""
    town.ask("sample", "booking")
    town.lesson(1, "2026-11-25 10:00")
    waiting = {"samples": "s", "bookings": "s", "lessons 1": "s"}
    assert town.places == waiting
    town.reply()
    assert town.places == waiting | {"lessons 1": "confirmed"}
    town.reply()
    assert town.places == waiting | {"lessons 1": "confirmed", "bookings": "call"}
    town.reply()
    assert town.places == {"samples": "claimed", "lessons 1": "confirmed", "bookings": "call"}
    assert town.inbox == []
    town.reply()
    assert town.inbox == ["Y"]


def test_news_that_ask_for_nothing_are_no_question(town: Town) -> None:
    """The Y answers what was asked before them."""
    town.ask("sample", "news")
    town.reply()
    assert town.places == {"samples": "claimed", "newsletter": "s"}


def test_the_message_that_it_names(town: Town) -> None:
    """And no other, though another was asked later."""
    town.ask("sample")
    first = ref_of(town.shop)
    town.ask("booking")
    town.reply(answers=first)
    assert town.places == {"samples": "claimed", "bookings": "s"}


def test_a_message_that_asks_nothing_any_more(town: Town) -> None:
    """Whoever answers that, though another question is open, is read by a person."""
    town.ask("sample")
    first = ref_of(town.shop)
    town.reply()
    town.ask("booking")
    town.reply(answers=first)
    assert (town.places["bookings"], town.inbox) == ("s", ["Y"])


def test_one_of_several_records(town: Town) -> None:
    """Reminded of two lessons, the customer confirms the one reminded of last."""
    town.lesson(1, "2026-11-25 10:00")
    town.lesson(2, "2026-11-24 10:00")
    town.reply()
    assert town.places == {"lessons 1": "s", "lessons 2": "confirmed"}


def test_rules_may_ask_which_message(town: Town) -> None:
    """`replied` knows its message, channel and journey."""
    town.ask("named", "sample")
    town.reply("N")
    assert town.places == {"feedback": "s", "samples": "s"}
    town.reply()
    assert town.places == {"feedback": "s", "samples": "claimed"}
    town.reply()
    assert town.places == {"feedback": "heard", "samples": "claimed"}
    last = max(stored(town.shop, "replied"), key=lambda row: row["seq"])
    assert (last["message"], last["channel"], last["journey"]) == ("news", "sms", "feedback")


def test_by_another_channel_it_is_for_everybody_who_waits(town: Town) -> None:
    """Nothing was asked by that channel: nobody knows which question is meant."""
    town.ask("sample", "booking")
    answer(town.shop, at_minute(town.minute), wrote("Y", "9", "W1"), channel="wecom")
    (tie,) = stored(town.shop, reply_of)
    assert (tie["journey"], tie["asked"]) == (None, False)
    town.turn()
    assert town.places == {"samples": "claimed", "bookings": "call"}
    assert town.inbox == []
