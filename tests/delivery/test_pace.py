"""How many messages may leave at once: the gateway's rate, its slowness, its wish to be left alone."""

from engine.delivery.pace import Pace


def test_without_a_rate_the_batch_grows_while_answers_are_brisk() -> None:
    """Up to the most that it may be; it shrinks when they are slow."""
    pace = Pace(500)
    sizes = [pace.room(0)]
    for _ in range(3):
        pace.took(0.1)
        sizes.append(pace.room(0))
    pace.took(2.0)
    assert [*sizes, pace.room(0)] == [100, 200, 400, 500, 250]


def test_answers_that_are_neither_brisk_nor_slow_change_nothing() -> None:
    """A second on the wire is what a batch should take."""
    pace = Pace(500)
    pace.took(1.0)
    assert pace.room(0) == 100


def test_a_rate_lets_so_many_go_in_a_second() -> None:
    """The first at once, the others as time passes; the time until the next is told."""
    pace = Pace(500, rate=10)
    assert pace.room(100.0) == 1
    pace.spend(1)
    assert pace.room(100.0) == 0
    assert round(pace.next(100.0), 3) == 0.1
    assert pace.room(100.5) == 5
    pace.spend(5)
    assert pace.room(100.5) == 0


def test_a_long_pause_gives_no_burst() -> None:
    """The bucket holds a second's worth, however far the clock goes forward; backwards gives nothing."""
    pace = Pace(500, rate=10)
    pace.room(100.0)
    assert pace.room(90_000.0) == 10
    pace.spend(10)
    assert pace.room(80_000.0) == 0


def test_a_gateway_that_asks_for_it_is_left_alone() -> None:
    """For as long as it asks, and with half as many at once after it."""
    pace = Pace(500)
    pace.rest(100.0, 3.0)
    assert pace.room(102.9) == 0
    assert round(pace.next(102.0), 3) == 1.0
    assert pace.room(103.0) == 50


def test_less_than_one_a_second_is_a_rate_too() -> None:
    """One message every ten seconds."""
    pace = Pace(500, rate=0.1)
    assert pace.room(0.0) == 1
    pace.spend(1)
    assert pace.room(9.9) == 0
    assert pace.room(10.1) == 1
