"""What time alone brings, where engine and reference interpreter once disagreed; and a run that did too much."""

from datetime import date

from engine.running.run import run
from tests.checked import model_of
from tests.differential import compare
from tests.engine_side import EngineSide, ms
from tests.oracle import history as h
from tests.oracle.outcomes import Outcome
from tests.oracle_tests.times import at

DECLARED = """
customer { name: text, phone: phone, renewal: date, points: number }
event visit { amount: money }
message hello { sms: "{{ name }}好" }
"""
KNOWN = {"phone": "13800000001", "name": "陈"}


def play(rules: str, first: str, steps: list[h.Step], *later: str, zone: str = "Asia/Shanghai") -> Outcome:
    """What comes of it when something happens once, and then there are only runs."""
    history = (h.Moment(at(first), tuple(steps)), *(h.Moment(at(when)) for when in later))
    return compare(model_of(DECLARED + rules), history, zone)


def entered(outcome: Outcome, journey: str) -> list[str]:
    """When somebody came into a journey, in UTC."""
    return [row[6][:16] for row in outcome.enrolments if row[1] == journey]


def test_the_end_of_a_month_is_a_month_ago_for_days() -> None:
    """Who ended on 31 January did so within the last month until 28 February is over."""
    found = play(
        """
        journey first { enter when phone is known, state s { after 1 day -> end done } }
        journey again {
          enter when ended first and not ended first within last 1 month
          state s { after 90 days -> end done }
        }
        """,
        "2026-01-30 10:00", [h.Known("C1", KNOWN)],
        "2026-01-31 10:00", "2026-02-28 11:00", "2026-03-01 09:00",
    )  # fmt: skip
    assert entered(found, "again") == ["2026-03-01T01:00"]


def test_a_month_ago_may_be_earlier_than_it_was() -> None:
    """A visit of 28 February, 12:00, lies within the last month on the morning of 29 March, not on 28 March, 15:00."""
    found = play(
        "journey j { enter when visit within last 1 month, state s { after 90 days -> end done } }",
        "2026-03-28 15:00", [h.Known("C1", KNOWN), h.Happens("visit", "C1", at=at("2026-02-28 12:00"))],
        "2026-03-29 10:00",
    )  # fmt: skip
    assert entered(found, "j") == ["2026-03-29T02:00"]


def test_a_run_at_midnight_leaves_the_day_to_the_next() -> None:
    """A date begins with the run at its midnight, and lies before the run after that."""
    found = play(
        "journey j { enter when renewal before now, state s { after 90 days -> end done } }",
        "2026-03-04 00:00", [h.Known("C1", {"renewal": date(2026, 3, 4)}), h.Known("C2", KNOWN)],
        "2026-03-04 16:00",
    )  # fmt: skip
    assert entered(found, "j") == ["2026-03-04T08:00"]


def test_a_birthday_comes_into_view_and_is_over() -> None:
    """The next return enters a window of days, and leaves it when the day is over: it lies a year ahead then."""
    found = play(
        """
        journey j {
          enter when next(renewal) within next 3 days
          reenter after 1 hour
          state s { when not (days until next(renewal) <= 3) -> end over, after 1 year -> end done }
        }
        """,
        "2026-02-20 09:00", [h.Known("C1", {"renewal": date(2024, 2, 29)})],
        "2026-02-25 09:00", "2026-02-26 09:00", "2026-02-28 09:00", "2026-03-01 09:00", "2027-02-25 09:00",
    )  # fmt: skip
    assert entered(found, "j") == ["2026-02-25T01:00", "2027-02-25T01:00"]


def test_what_is_calculated_with_days_is_asked_once_a_day() -> None:
    """Points against days have no range to cross; who comes in by them does so in the first run of the day."""
    found = play(
        "journey j { enter when points < days since last(visit), state s { after 90 days -> end done } }",
        "2026-03-02 10:00", [h.Known("C1", {"points": 1.0}), h.Happens("visit", "C1")],
        "2026-03-03 23:59", "2026-03-04 00:10",
    )  # fmt: skip
    assert entered(found, "j") == ["2026-03-03T16:10"]


def test_a_held_message_is_not_written_again() -> None:
    """A text that somebody must look at stays as it is while the customer's other values change."""
    rules = """
    policy p { forbid "陈" }
    journey j { policy p, enter when phone is known, state s { send hello, after 90 days -> end done } }
    """
    side, moment = EngineSide(model_of(DECLARED + rules), "Asia/Shanghai"), h.Moment(at("2026-03-02 10:00"))
    side.tell(h.Known("C1", KNOWN), moment)
    side.settle(moment)
    side.tell(h.Known("C1", {"points": 3.0}), moment)
    report = run(side.store, side.plan, side.permits, ms(at("2026-03-02 11:00")))
    assert (report.examined, report.idle) == (1, True)
    side.tell(h.Known("C1", {"name": "陈晨"}), moment)
    report = run(side.store, side.plan, side.permits, ms(at("2026-03-02 12:00")))
    assert report.messages == {"held": 1}
