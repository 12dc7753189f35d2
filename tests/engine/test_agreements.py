"""Cases in which engine and reference interpreter once disagreed, each with who was right and why."""

from datetime import date

from tests.checked import model_of
from tests.differential import compare
from tests.oracle import history as h
from tests.oracle.outcomes import Outcome
from tests.oracle_tests.times import at

DECLARED = """
customer { name: text, phone: phone, email: email, worth: money, renewal: date }
event visit { amount: money }
event complaint { resolved: flag }
message hello { sms: "你好", email: "Hello" }
message named { sms: "{{ name }}好" }
policy open { give up after 7 days }
"""
KNOWN = {"phone": "13800000001", "email": "c@example.com"}


def play(
    rules: str,
    *told: tuple[str, list[h.Step]],
    zone: str = "Asia/Shanghai",
    refusing: frozenset[str] = frozenset(),
) -> Outcome:
    """What a history comes to, the same by both; some channels take nothing."""
    history = tuple(h.Moment(at(when), tuple(steps), refusing) for when, steps in told)
    return compare(model_of(DECLARED + rules), history, zone)


def statuses(outcome: Outcome) -> list[tuple[str, str]]:
    """Message and status, in the order of the keys."""
    return [(row[6], row[8]) for row in outcome.messages]


def test_every_message_of_a_state_left_at_once_is_kept() -> None:
    """Two messages wanted in a state that is left in the same run are both on record as cancelled."""
    found = play(
        """
        journey j {
          policy open
          enter when visit ever
          state a { send hello, send named, when visit ever -> end done }
        }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN), h.Happens("visit", "C1")]),
    )
    assert statuses(found) == [("hello", "cancelled"), ("named", "cancelled")]


def test_computed_money_may_be_missing() -> None:
    """The average of nothing is missing, and so is the attribute that it is put into."""
    found = play(
        "journey j { enter when visit ever, state s { set worth = avg(visit.amount ever), after 1 day -> end done } }",
        ("2026-03-02 10:00", [h.Known("C1", {"worth": 500}), h.Happens("visit", "C1")]),
    )
    assert found.attributes == ()


def test_a_date_is_given_the_day_of_a_moment() -> None:
    """A date may be set to a shifted moment: it becomes that moment's day in the business zone."""
    found = play(
        "journey j { enter when visit ever, state s { set renewal = 3 months after last(visit), on visit -> t }\n"
        "state t { set renewal = in 90 days, after 1 day -> end done } }",
        ("2026-01-31 00:30", [h.Known("C1", {}), h.Happens("visit", "C1")]),
        ("2026-01-31 01:00", [h.Known("C2", {}), h.Happens("visit", "C2")]),
        ("2026-02-02 23:59", [h.Happens("visit", "C2")]),
    )
    assert found.attributes == (("C1", "renewal", "2026-04-30"), ("C2", "renewal", "2026-05-03"))


def test_consent_is_judged_by_ones_own_opt_outs() -> None:
    """The opt-out of one customer does not make an older consent of another void."""
    found = play(
        """
        policy careful {
          require consent
          silent 1 day after optout
          review by manager when now before 2026-01-01
        }
        journey j { policy careful, enter when visit ever, state s { send hello, otherwise -> end done } }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN), h.Known("C2", KNOWN), h.Agrees("C1"), h.Agrees("C2")]),
        ("2026-03-03 10:00", [h.OptsOut("C2")]),
        ("2026-03-04 10:00", [h.Happens("visit", "C1"), h.Happens("visit", "C2")]),
    )
    assert [(row[0], row[8]) for row in found.messages] == [("C1", "sent"), ("C2", "dropped")]


def test_held_for_its_text_takes_no_place() -> None:
    """A message that somebody must look at does not use up the cap of another that may go."""
    found = play(
        """
        policy tight { at most 1 per week }
        journey j { policy tight, enter when visit ever, state s { send named, send hello, after 1 day -> end x } }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN), h.Happens("visit", "C1")]),
    )
    assert statuses(found)[1] == ("hello", "sent")


def test_opt_out_from_one_channel_leaves_the_other() -> None:
    """What waits for its window goes by email when SMS is not wanted any more, held or not."""
    found = play(
        """
        policy late { send on every day 18:00 to 20:00 }
        journey j { policy late, enter when visit ever, state s { send hello, otherwise -> end done } }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN), h.Happens("visit", "C1")]),
        ("2026-03-02 11:00", [h.OptsOut("C1", "sms")]),
        ("2026-03-02 18:00", []),
    )
    assert [(row[8], row[10]) for row in found.messages] == [("sent", "email")]


def test_the_next_channel_is_tried_at_once() -> None:
    """What waited until this very moment and is refused by SMS goes by email at the same moment."""
    found = play(
        """
        policy late { send on every day 18:00 to 20:00 }
        journey j { policy late, enter when visit ever, state s { send hello, otherwise -> end done } }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN), h.Happens("visit", "C1")]),
        ("2026-03-02 18:00", []),
        refusing=frozenset({"sms"}),
    )
    assert [(row[8], row[10]) for row in found.messages] == [("sent", "email")]


def test_watch_over_and_reentry_due_in_one_run() -> None:
    """Who was held out comes in again in the first run after both times, even if both passed since the last run."""
    found = play(
        """
        journey j {
          enter when visit ever
          holdout 100%
          goal within 1 day when complaint since entry
          reenter after 90 minutes
          state s { after 1 day -> end done }
        }
        """,
        ("2026-03-02 10:00", [h.Known("C1"), h.Happens("visit", "C1")]),
        ("2026-03-05 10:00", []),
    )
    assert [(row[3], row[4]) for row in found.enrolments] == [(1, "ended"), (2, "watched")]


def test_look_ups_of_the_zone_inside_each_other() -> None:
    """Days after a clock time before a date, over the change to summer time."""
    rules = """
    journey j {
      enter when visit ever and next(renewal) after now
      state s { after 1 day at 10:00 -> t }
      state t { at 2 days before renewal at 09:00 -> u, after 2 months -> end x }
      state u { after 1 day in journey -> end done }
    }
    """
    found = play(
        rules,
        ("2026-03-27 10:00", [h.Known("C1", {"renewal": date(2026, 4, 2)}), h.Happens("visit", "C1")]),
        ("2026-03-28 18:00", []),
        ("2026-04-01 18:00", []),
        zone="Europe/Berlin",
    )
    assert [row[6] for row in found.visits] == ["s", "t", "u", None]


def test_two_events_of_one_run_lead_on_in_their_order() -> None:
    """What happened after the event that led to a state leads on, though both arrived before the same run."""
    found = play(
        """
        journey j {
          enter when phone is known
          state a { on visit -> b, after 30 days -> end done }
          state b { on complaint -> c, after 30 days -> end done }
          state c { after 30 days -> end done }
        }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN)]),
        (
            "2026-03-02 13:00",
            [
                h.Happens("complaint", "C1", at=at("2026-03-02 12:00")),
                h.Happens("visit", "C1", at=at("2026-03-02 11:00")),
            ],
        ),
    )
    assert [row[6] for row in found.visits] == ["a", "b", "c"]


def test_no_event_leads_on_twice() -> None:
    """Two states that lead to each other by events that arrived out of order are each entered once."""
    found = play(
        """
        journey j {
          enter when phone is known
          state a { on complaint -> b, after 30 days -> end done }
          state b { on visit -> a, after 30 days -> end done }
        }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN)]),
        (
            "2026-03-02 13:00",
            [
                h.Happens("visit", "C1", at=at("2026-03-02 12:00")),
                h.Happens("complaint", "C1", at=at("2026-03-02 11:00")),
            ],
        ),
    )
    assert [row[6] for row in found.visits] == ["a", "b", "a"]


def test_policy_conditions_are_asked_again() -> None:
    """A conditional cap that held a message lets it go in the run after an event, or time, ends the condition."""
    rules = """
    policy p {
      at most 0 per day for %s
      give up after 30 days
    }
    journey j { policy p, enter when phone is known, state s { send hello, after 60 days -> end done } }
    """
    came = h.Happens("visit", "C1")
    by_event = play(
        rules % "no visit within last 3 days",
        ("2026-03-02 10:00", [h.Known("C1", KNOWN)]),
        ("2026-03-02 13:00", [came]),
    )
    by_time = play(
        rules % "visit within last 3 days",
        ("2026-03-02 10:00", [h.Known("C1", KNOWN), came]),
        ("2026-03-05 10:00", []),
    )
    assert statuses(by_event) == statuses(by_time) == [("hello", "sent")]


def test_what_a_state_emits_is_heard_in_the_same_run() -> None:
    """Who leaves by an event that the state itself records is sent nothing."""
    found = play(
        """
        event ping { size: number }
        journey j {
          policy open
          enter when visit ever
          state s { send hello, emit ping, on ping -> end done, after 1 day -> end late }
        }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN), h.Happens("visit", "C1")]),
    )
    assert statuses(found) == [("hello", "cancelled")]


def test_calendar_months_are_looked_up_for_each_by_themselves() -> None:
    """When one customer's month ends does not depend on when another's began."""
    found = play(
        """
        journey j {
          enter when phone is known
          state s { at renewal -> end lost, after 1 month -> end done }
        }
        """,
        ("2026-02-25 10:00", [h.Known("C1", KNOWN)]),
        ("2026-03-24 10:00", [h.Known("C2", KNOWN), h.Happens("visit", "C1"), h.Known("C1", {"worth": 1})]),
        ("2026-03-25 10:00", []),
        zone="America/New_York",
    )
    assert [(row[0], row[4]) for row in found.enrolments] == [("C1", "ended"), ("C2", "active")]


def test_events_are_looked_up_for_each_by_themselves() -> None:
    """Which event led somebody on does not depend on the events of others."""
    found = play(
        """
        journey j {
          enter when phone is known
          state a { on visit where (amount > worth) -> b, after 30 days -> end done }
          state b { on complaint -> c, after 30 days -> end done }
          state c { after 30 days -> end done }
        }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN | {"worth": 5}), h.Known("C2", KNOWN | {"worth": 5})]),
        (
            "2026-03-02 13:00",
            [
                h.Happens("visit", "C1", {"amount": 9}, at("2026-03-02 10:30")),
                h.Happens("visit", "C2", {"amount": 9}, at("2026-03-02 12:30")),
                h.Happens("complaint", "C2", {}, at("2026-03-02 11:00")),
            ],
        ),
    )
    assert [row[6] for row in found.visits] == ["a", "b", "a", "b"]


def test_what_goes_later_does_not_hold_back_what_goes_first() -> None:
    """Checked once more before it is sent, a message is not held by one of the same moment that comes after it."""
    found = play(
        """
        policy gap { at least 2 days apart }
        policy free { count with gap }
        journey j {
          policy free
          enter when visit ever
          state s { send hello under gap, send named, after 3 days -> end done }
        }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN | {"name": "陈"}), h.Happens("visit", "C1")]),
    )
    assert statuses(found) == [("hello", "sent"), ("named", "sent")]


def test_who_is_watched_no_longer_may_stand_in_the_queue_at_once() -> None:
    """Who was held out comes in again at the moment at which they may, where only so many come in, too."""
    found = play(
        """
        journey j {
          enter when visit ever
          enter at most 1 per day
          reenter after 3 days
          holdout 100%
          goal within 1 week when complaint since entry
          state s { after 1 day -> end done }
        }
        """,
        ("2026-03-02 10:00", [h.Known("C1"), h.Happens("visit", "C1")]),
        ("2026-03-14 10:00", []),
    )
    assert [(row[3], row[4]) for row in found.enrolments] == [(1, "ended"), (2, "watched")]


def test_two_records_begin_one_journey_of_the_customer() -> None:
    """What several records begin at once for their customer begins once."""
    found = play(
        """
        record booking { due: time }
        journey each { for booking, enter when email is known, state s { begin once, after 1 day -> end done } }
        journey once { for customer, state s { after 2 days -> end done } }
        """,
        (
            "2026-03-02 10:00",
            [h.Known("C1", KNOWN), h.Thing("booking", "R1", "C1"), h.Thing("booking", "R2", "C1")],
        ),
    )
    assert [row[1:4] for row in found.enrolments] == [("each", "R1", 1), ("each", "R2", 1), ("once", None, 1)]


def test_records_that_come_in_at_once_count_one_after_the_other() -> None:
    """What the one adds to the customer's values the next one adds to; what it emits the next one counts."""
    found = play(
        """
        event ping { size: number }
        record booking { due: time }
        journey each {
          for booking
          enter when email is known
          state s { set worth = worth + 1, emit ping { size: count(ping ever) }, after 1 day -> end done }
        }
        """,
        (
            "2026-03-02 10:00",
            [
                h.Known("C1", KNOWN | {"worth": 0}),
                h.Known("C2", KNOWN | {"worth": 10}),
                *(h.Thing("booking", f"R{number}", "C1") for number in (1, 2, 3)),
                h.Thing("booking", "R4", "C2"),
            ],
        ),
    )
    assert {row[0]: row[2] for row in found.attributes if row[1] == "worth"} == {"C1": 300, "C2": 110}


def test_who_moves_too_often_goes_on_later() -> None:
    """Fifty moves are the most at one instant; the next run goes on from there, though nothing else happens."""
    found = play(
        """
        journey j {
          enter when email is known
          state a { set worth = worth + 1, when worth < 500 -> b, after 90 days -> end done }
          state b { set worth = worth + 1, when worth < 500 -> a, after 90 days -> end done }
        }
        """,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN | {"worth": 0})]),
        ("2026-03-02 10:00", []),
        ("2026-03-03 10:00", []),
    )
    assert [
        len([row for row in found.visits if row[5][:10] == day]) for day in ("2026-03-02", "2026-03-03")
    ] == [51, 50]
