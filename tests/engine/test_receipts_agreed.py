"""Engine and reference interpreter agree on what receipts bring about."""

from tests.engine.test_agreements import KNOWN, play
from tests.oracle import history as h
from tests.oracle_tests.times import at

RECEIPTS = """
journey j {
  policy open
  enter when visit ever
  state a {
    send hello via sms
    on sent -> b
  }
  state b {
    on sent -> end wrong
    on failed -> end lost
    on delivered where (message = "hello") -> c
    after 9 days -> end over
  }
  state c {
    send named
    on delivered -> end twice
    when failed within last 3 days -> end half
    after 9 days -> end over
  }
}
"""


def test_receipts_are_happenings_of_their_own() -> None:
    """A `delivered` or `failed` that comes later fires its own transition, and no `on sent` again."""
    begun: list[tuple[str, list[h.Step]]] = [
        ("2026-03-02 10:00", [h.Known("C1", KNOWN), h.Happens("visit", "C1")]),
        ("2026-03-02 11:00", []),
    ]
    told: list[tuple[list[h.Step], str | None]] = [
        ([], None),
        ([h.Told("C1", arrived=False)], "lost"),
        ([h.Told("C1", arrived=True)], None),
        ([h.Told("C1", arrived=True, at=at("2026-03-02 10:30"))], None),
    ]
    for steps, outcome in told:
        found = play(RECEIPTS, *begun, ("2026-03-03 10:00", steps))
        assert [row[9] for row in found.enrolments] == [outcome]


def test_a_receipt_and_what_follows_from_it() -> None:
    """The second message goes once the first has arrived; of it as well a gateway tells."""
    first: list[tuple[str, list[h.Step]]] = [
        ("2026-03-02 10:00", [h.Known("C1", KNOWN | {"name": "陈晨"}), h.Happens("visit", "C1")]),
        ("2026-03-03 10:00", [h.Told("C1", arrived=True)]),
    ]
    for arrived, outcome in ((True, "twice"), (False, "half")):
        found = play(RECEIPTS, *first, ("2026-03-04 10:00", [h.Told("C1", arrived=arrived)]))
        assert [row[9] for row in found.enrolments] == [outcome]
        assert [row[8] for row in found.messages] == ["delivered", "delivered" if arrived else "failed"]


def test_what_a_receipt_calls_failed_counts_against_caps() -> None:
    """It was sent; what a channel refused was not."""
    rules = """
    policy once { at most 1 per 30 days, give up after 60 days }
    journey j {
      policy once
      enter when visit ever
      state s {
        send hello via sms
        on failed -> t
        after 9 days -> end over
      }
      state t {
        send hello via sms
        after 40 days -> end over
      }
    }
    """
    begun: tuple[str, list[h.Step]] = ("2026-03-02 10:00", [h.Known("C1", KNOWN), h.Happens("visit", "C1")])
    found = play(rules, begun, ("2026-03-03 10:00", [h.Told("C1", arrived=False)]))
    assert [row[8] for row in found.messages] == ["failed", "waiting"]
