"""`pilot N needs P% delivered`: so many of a new or changed message go first; the rest waits for their receipts."""

import sqlalchemy as sa

from engine.delivery.pausing import go_on
from engine.storage.audit import By
from tests.deliveries import Shop, at, gateway
from tests.watched_shop import arrive, because, decide, in_status, leave, rules, statuses, tell, turn, watched

DAY1, LATER, DAY2, DAY5 = "2026-11-23 10:00", "2026-11-23 11:00", "2026-11-24 10:00", "2026-11-27 10:00"
LINE = "pilot 4 needs 50% delivered"
WATCHED = rules(LINE)


def test_so_many_go_and_the_rest_waits() -> None:
    """Four of ten go first; the rest waits until it would be given up, because of the line of the policy."""
    some = watched(WATCHED, 10)
    turn(some, DAY1)
    assert in_status(some, "sent") == [1, 2, 3, 4]
    assert because(some, "waiting") == {LINE}
    assert {one["until"] for one in some.messages() if one["until"]} == {at("2026-11-30 10:00")}


def test_the_rest_goes_once_more_than_the_share_has_arrived() -> None:
    """Two of four are 50%, which is not more than 50%; the third lets the rest go, and whoever comes later."""
    some = watched(WATCHED, 10)
    turn(some, DAY1)
    tell(some, LATER, "delivered", 2)
    turn(some, LATER)
    assert statuses(some) == {"delivered": 2, "sent": 2, "waiting": 6}
    tell(some, LATER, "delivered", 1)
    arrive(some, [10])
    turn(some, LATER)
    assert statuses(some) == {"delivered": 3, "sent": 8}


def test_a_pilot_that_fails_holds_the_rest_for_a_person() -> None:
    """Once so many have failed that the share cannot be passed, the rest is held, and nothing of it leaves."""
    some = watched(WATCHED, 6)
    turn(some, DAY1)
    tell(some, LATER, "failed", 1)
    turn(some, LATER)
    assert statuses(some) == {"failed": 1, "sent": 3, "waiting": 2}
    tell(some, LATER, "failed", 1)
    turn(some, LATER)
    assert statuses(some) == {"failed": 2, "sent": 2, "held": 2}
    assert because(some, "held") == {LINE}
    tell(some, LATER, "delivered")
    turn(some, DAY2)
    assert statuses(some) == {"failed": 2, "delivered": 2, "held": 2}


def resume(some: Shop, now: str, name: str = "hello") -> bool:
    """A person lets a message go on."""
    with some.store.write() as connection:
        return go_on(connection, "message", name, By("li", at(now)))


def test_a_person_lets_the_rest_go() -> None:
    """`homing resume --message` lets go what a pilot holds; the pilot is asked no more."""
    some = watched(WATCHED, 6)
    turn(some, DAY1)
    assert not resume(some, DAY1)
    tell(some, LATER, "failed")
    turn(some, LATER)
    assert resume(some, LATER)
    arrive(some, [6])
    turn(some, LATER)
    assert statuses(some) == {"failed": 4, "sent": 3}
    assert not resume(some, LATER)


def test_a_person_lets_one_of_the_rest_go() -> None:
    """Who approves one held message lets go that one."""
    some = watched(WATCHED, 6)
    turn(some, DAY1)
    tell(some, LATER, "failed")
    turn(some, LATER)
    decide(some, LATER, number=1)
    turn(some, LATER)
    assert statuses(some) == {"failed": 4, "sent": 1, "held": 1}


def test_an_approval_from_before_does_not_outlive_the_failure() -> None:
    """What a manager had approved and waited for the pilot is looked at again when that fails."""
    some = watched(rules(LINE, 'review by manager when name contains "客5"'), 6)
    turn(some, DAY1)
    decide(some, DAY1)
    turn(some, DAY1)
    assert in_status(some, "waiting") == [5, 6]
    tell(some, LATER, "failed")
    turn(some, LATER)
    assert in_status(some, "held") == [5, 6]


def test_without_receipts_nobody_goes_by_silence() -> None:
    """72 hours after it left, a message about which nothing was told counts as not arrived."""
    some = watched(WATCHED, 6)
    turn(some, DAY1)
    turn(some, "2026-11-26 09:59")
    assert statuses(some) == {"sent": 4, "waiting": 2}
    turn(some, DAY5)
    assert statuses(some) == {"sent": 4, "held": 2}


def test_a_receipt_after_that_still_counts() -> None:
    """Late receipts let a pilot pass that had failed for want of them."""
    some = watched(WATCHED, 6)
    turn(some, DAY1)
    turn(some, DAY5)
    tell(some, DAY5, "delivered", 3)
    turn(some, DAY5)
    assert statuses(some) == {"delivered": 3, "sent": 3}


def test_a_place_that_is_given_back_is_taken_by_the_next() -> None:
    """Who leaves before the message does frees a place; one of the rest goes in the next run."""
    some = watched(WATCHED, 6)
    some.run(DAY1)
    leave(some, DAY1, [2])
    turn(some, DAY1)
    assert in_status(some, "sent") == [1, 3, 4, 5]
    assert in_status(some, "waiting") == [6]


def test_what_must_be_looked_at_takes_no_place() -> None:
    """A message that its text holds is none of the pilot."""
    some = watched(rules(LINE, 'forbid "客1"'), 6)
    turn(some, DAY1)
    assert in_status(some, "held") == [2]
    assert in_status(some, "sent") == [1, 3, 4, 5]


def test_the_mark_asks_again() -> None:
    """What was let go before the pilot failed does not leave after that."""
    some = watched(WATCHED, 4)
    some.run(DAY1)
    with some.store.write() as connection:
        connection.execute(sa.text("update message set status = 7, failed_at = 1 where customer in (1, 2)"))
    some.deliver(DAY1)
    assert statuses(some) == {"failed": 2, "held": 2}
    assert gateway(some).got == []


def a_hundred(delivered: int) -> Shop:
    """A hundred have gone, and of so many it is known that they arrived; of the others, that they did not."""
    some = watched(rules("pilot 100 needs 98% delivered"), 103)
    turn(some, DAY1)
    tell(some, LATER, "delivered", delivered)
    tell(some, LATER, "failed")
    turn(some, LATER)
    return some


def test_s60_98_of_100_are_not_more_than_98_percent() -> None:
    """S60, the first half: the batch is held."""
    assert statuses(a_hundred(98)) == {"delivered": 98, "failed": 2, "held": 3}


def test_s60_99_of_100_are() -> None:
    """S60, the second half: the rest goes."""
    assert statuses(a_hundred(99)) == {"delivered": 99, "failed": 1, "sent": 3}
