"""`sample N`: the first of a new or changed message are looked at by a person."""

from pathlib import Path

from dsl.units import Duration
from engine.calendars.setting import Setting
from engine.permits.senders import make_permits
from engine.plans.plan import make_plan
from tests.checked import model_of
from tests.deliveries import SHANGHAI, Shop, gateway
from tests.watched_shop import arrive, because, decide, in_status, rules, statuses, turn, watched

DAY1, DAY2, DAY9 = "2026-11-23 10:00", "2026-11-24 10:00", "2026-12-02 10:00"
WATCHED = rules("sample 3")
UNWATCHED = """
policy q { send on every day 08:00 to 20:00 }
journey k {
  policy q
  enter when name is known
  state s {
    send hello
    after 30 days -> end over
  }
}
"""


def test_the_first_are_held_and_the_others_go() -> None:
    """Of seven customers the first three wait for a person, by the line of the policy; four messages leave."""
    some = watched(WATCHED, 7)
    turn(some, DAY1)
    assert in_status(some, "held") == [1, 2, 3]
    assert in_status(some, "sent") == [4, 5, 6, 7]
    assert because(some, "held") == {"sample 3"}


def test_who_comes_later_is_none_of_them() -> None:
    """The sample is full for good: not even a refused message makes room in it."""
    some = watched(WATCHED, 4)
    turn(some, DAY1)
    decide(some, DAY1, approved=False, number=1)
    arrive(some, range(4, 6))
    turn(some, DAY2)
    assert statuses(some) == {"dropped": 1, "held": 2, "sent": 3}


def test_an_approved_message_goes_and_is_still_one_of_the_sample() -> None:
    """What a person lets go leaves; nobody takes its place."""
    some = watched(WATCHED, 3)
    turn(some, DAY1)
    decide(some, DAY1)
    arrive(some, [3])
    turn(some, DAY2)
    assert statuses(some) == {"sent": 4}
    assert sum(one["sampled"] for one in some.messages()) == 3


def test_a_sample_that_nobody_looks_at_is_given_up() -> None:
    """`give up after` ends it; the reason says what it waited for."""
    some = watched(rules("sample 1", "give up after 3 days"), 1)
    turn(some, DAY1)
    turn(some, DAY9)
    assert because(some, "dropped") == {"give up after 3 days; until then: sample 1"}


def change(some: Shop, text: str) -> None:
    """Another rule set takes effect."""
    with some.store.write() as connection:
        some.plan = make_plan(connection, 2, model_of(text), Setting(SHANGHAI, Duration(3, "day"), "CN"))
    some.permits = make_permits(some.plan, {"brand": "毛毛家"}, {})


def test_a_changed_message_is_looked_at_again() -> None:
    """The first three with another text are held; a change elsewhere in the rules makes no new sample."""
    some = watched(WATCHED, 3)
    turn(some, DAY1)
    decide(some, DAY1)
    change(some, rules("sample 3", "at most 9 per month"))
    arrive(some, [3])
    turn(some, DAY1)
    assert statuses(some) == {"sent": 4}
    change(some, rules("sample 3", text="{{ name }},早上好"))
    arrive(some, range(4, 8))
    turn(some, DAY2)
    assert in_status(some, "held") == [5, 6, 7]


def test_what_is_held_when_its_message_changes_belongs_to_the_new_sample() -> None:
    """It shows the new text, and takes one of the new places."""
    some = watched(rules("sample 2"), 2)
    turn(some, DAY1)
    change(some, rules("sample 2", text="{{ name }},早上好"))
    arrive(some, range(2, 4))
    turn(some, DAY2)
    assert in_status(some, "held") == [1, 2]
    assert [one["text"] for one in some.messages() if one["status"] == "held"] == ["客0,早上好", "客1,早上好"]


def test_each_policy_has_its_own_sample() -> None:
    """The same message under a policy that samples nothing goes."""
    some = watched(WATCHED + UNWATCHED, 2)
    turn(some, DAY1)
    assert statuses(some) == {"held": 2, "sent": 2}


def test_thousands_in_one_batch(tmp_path: Path) -> None:
    """Of three thousand that one run decides on exactly twenty are held: the first by number."""
    some = watched(rules("sample 20"), 0, tmp_path / "homing.db")
    table = some.plan.tables.customer
    with some.store.write() as connection:
        rows = [{"id": f"C{n}", "hash": n, "name": "客", "phone": f"138{n:08}"} for n in range(3000)]
        connection.execute(table.insert(), rows)
    some.run(DAY1)
    some.deliver(DAY1)
    assert in_status(some, "held") == list(range(1, 21))
    assert len(gateway(some).got) == 2980
