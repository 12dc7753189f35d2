"""`stop at P% optout`: a message after which too many opt out is stopped until a person lets it go on."""

from engine.delivery.pausing import go_on
from engine.storage.audit import By
from tests.deliveries import Shop, at, gateway
from tests.inboxes import answer
from tests.replying import wrote
from tests.watched_shop import arrive, because, decide, leave, rules, statuses, turn, watched

DAY1, DAY2, DAY9 = "2026-11-23 10:00", "2026-11-24 10:00", "2026-12-02 10:00"
LINE = "stop at 10% optout"
WATCHED = rules(LINE)


def test_s15_a_batch_with_12_percent_optouts_is_stopped() -> None:
    """Three of twenty-five opt out: what comes after them is held, by the line of the policy."""
    some = watched(WATCHED, 25)
    turn(some, DAY1)
    leave(some, DAY2, [1, 2, 3])
    arrive(some, range(25, 28))
    turn(some, DAY2)
    assert statuses(some) == {"sent": 25, "held": 3}
    assert because(some, "held") == {LINE}


def test_the_share_must_be_passed() -> None:
    """Two of twenty are ten percent, not more: the message goes on."""
    some = watched(WATCHED, 20)
    turn(some, DAY1)
    leave(some, DAY2, [1, 2])
    arrive(some, [20])
    turn(some, DAY2)
    assert statuses(some) == {"sent": 21}


def test_a_customer_counts_once() -> None:
    """Who opts out of sms and then of everything has opted out after one message."""
    some = watched(WATCHED, 10)
    turn(some, DAY1)
    leave(some, DAY1, [1], "sms")
    leave(some, DAY2, [1])
    arrive(some, [10])
    turn(some, DAY2)
    assert statuses(some) == {"sent": 11}


def test_only_what_follows_within_a_week_counts() -> None:
    """An opt-out later than that, or from another channel, says nothing of the message."""
    some = watched(WATCHED, 4)
    turn(some, DAY1)
    leave(some, DAY2, [1], "wecom")
    leave(some, DAY9, [2, 3])
    arrive(some, [4])
    turn(some, DAY9)
    assert statuses(some) == {"sent": 5}


def test_a_reply_that_names_a_message_counts_with_that_one() -> None:
    """Not with the last one, which came later."""
    second = WATCHED.replace("after 30 days -> end over", "after 1 day -> s2").replace(
        "  }\n}\n", "  }\n  state s2 { send again, after 30 days -> end over }\n}\n"
    )
    assert "state s2" in second
    for names_it in (False, True):
        some = watched(second + 'message again { sms: "{{ name }}好" }\n')
        some.customer("C1", name="韩梅", phone="+8613800000001")
        turn(some, DAY1)
        turn(some, DAY2)
        first, _ = some.messages()
        named = {"answers": f"{first['key']}.1"} if names_it else {}
        answer(some, "2026-11-24 10:05", wrote("T", **named))
        turn(some, "2026-11-24 10:10")
        assert [one["opted_out"] for one in some.messages()] == [names_it, not names_it]


def test_the_mark_asks_again() -> None:
    """What was let go before too many opted out does not leave after that."""
    some = watched(WATCHED, 4)
    turn(some, DAY1)
    arrive(some, [4])
    some.run(DAY2)
    leave(some, DAY2, [1])
    some.deliver(DAY2)
    assert statuses(some) == {"sent": 4, "held": 1}
    assert len(gateway(some).got) == 4


def stopped() -> Shop:
    """Of four, two have opted out, and two more wait."""
    some = watched(WATCHED, 4)
    turn(some, DAY1)
    leave(some, DAY2, [1, 2])
    arrive(some, [4, 5])
    turn(some, DAY2)
    assert statuses(some) == {"sent": 4, "held": 2}
    return some


def test_a_person_lets_it_go_on_and_counting_begins_anew() -> None:
    """After `homing resume --message` neither what had gone before nor who leaves because of it counts."""
    some = stopped()
    with some.store.write() as connection:
        assert go_on(connection, "message", "hello", By("li", at(DAY2)))
    turn(some, DAY2)
    assert statuses(some) == {"sent": 6}
    leave(some, DAY2, [3])
    arrive(some, [6])
    turn(some, DAY2)
    assert statuses(some) == {"sent": 7}
    leave(some, DAY2, [5])
    arrive(some, [7])
    turn(some, DAY2)
    assert statuses(some) == {"sent": 7, "held": 1}


def test_a_person_lets_one_message_go() -> None:
    """Who approves a held message lets go that one."""
    some = stopped()
    decide(some, DAY2, number=1)
    turn(some, DAY2)
    assert statuses(some) == {"sent": 5, "held": 1}
