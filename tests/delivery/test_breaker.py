"""When a channel is left alone, and when it is tried again."""

from collections.abc import Sequence

import pytest

from engine.channels.protocol import Accepted, NotSent, Outcome, Rejected, Unknown
from engine.delivery.breaker import LONGEST, SHORTEST, WINDOW, Health, after

NOW = 1_000_000_000
WELL: Outcome = Accepted()
DOWN: Outcome = NotSent("connection refused")
SLOW: Outcome = NotSent("too many", slower=True)
GREY: Outcome = NotSent("greylisted", alone=True)
DOUBT: Outcome = Unknown("time-out")


def so(*outcomes: Outcome, health: Health | None = None, at: int = NOW) -> Health:
    """The health after some outcomes."""
    return after(health or Health(NOW), outcomes, at)


@pytest.mark.parametrize(
    ("outcomes", "opens"),
    [
        ([DOWN] * 4, False),
        ([DOWN] * 5, True),
        ([DOWN] * 4 + [WELL] + [DOWN] * 4, False),
        ([SLOW] * 50, False),
        ([GREY] * 50, False),
        ([DOUBT] * 9, False),
        ([DOUBT] * 10, True),
        ([WELL] * 98 + [DOUBT] * 2, False),
        ([WELL] * 97 + [DOUBT] * 3, True),
        ([Rejected("dead number")] * 50, False),
    ],
)
def test_what_trips_it(outcomes: Sequence[Outcome], opens: bool) -> None:  # noqa: FBT001
    """Five calls in a row that did not reach the gateway; ten in doubt, or more than one in fifty."""
    assert so(*outcomes).is_open(NOW) is opens


def test_it_says_why() -> None:
    """In the gateway's words, or in numbers."""
    assert so(*[DOWN] * 5).because == "connection refused"
    assert so(*[DOUBT] * 10).because == "of 10 messages the gateway left 10 in doubt"


def test_doubt_is_counted_within_five_minutes() -> None:
    """What was long ago does not count."""
    before = so(*[DOUBT] * 9)
    assert so(DOUBT, health=before, at=NOW + WINDOW - 1).is_open(NOW + WINDOW)
    assert not so(DOUBT, health=before, at=NOW + WINDOW).is_open(NOW + WINDOW)


def test_it_stays_open_longer_each_time_and_a_message_that_goes_closes_it() -> None:
    """A minute, two, four, up to ten; one message is tried between."""
    health, pauses = so(*[DOWN] * 5), []
    for _ in range(5):
        assert health.open_until is not None
        pauses.append(health.open_until)
        assert not health.is_open(health.open_until)
        assert health.on_trial
        health = so(DOWN, health=health, at=health.open_until)
    spans = [later - earlier for earlier, later in zip([NOW, *pauses], pauses, strict=False)]
    assert spans == [SHORTEST, 2 * SHORTEST, 4 * SHORTEST, 8 * SHORTEST, LONGEST]
    assert health.open_until is not None
    healed = so(WELL, health=health, at=health.open_until)
    assert (healed.on_trial, healed.tripped, healed.because) == (False, 0, None)


def test_doubt_on_trial_opens_it_again() -> None:
    """One message in doubt is enough then."""
    health = so(*[DOUBT] * 10)
    assert health.open_until is not None
    assert so(DOUBT, health=health, at=health.open_until).is_open(health.open_until)
