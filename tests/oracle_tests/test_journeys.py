"""How customers move through journeys in the reference interpreter, with the dates worked out by hand."""

from tests.checked import model_of
from tests.oracle.facts import Enrolment
from tests.oracle.interpreter import Interpreter
from tests.oracle_tests.times import at, text_of

DECLARED = """
customer { name: text, phone: phone, points: number, worth: money, reason: one of price, service }
event visit { amount: money }
event complaint { resolved: flag }
record booking { due: time, kept: flag }
message hello { sms: "你好" }
message again { sms: "再来" }
policy open { give up after 7 days }
"""


def oracle_of(journeys: str) -> Interpreter:
    """An interpreter of journeys with one customer in it."""
    oracle = Interpreter(model_of(DECLARED + journeys))
    oracle.customer("C1", {"phone": "13800000001"})
    return oracle


def trail(enrolment: Enrolment) -> list[tuple[str | None, str]]:
    """When each state and the end was entered."""
    return [(text_of(visit.at), visit.state or f"end {visit.outcome}") for visit in enrolment.visits]


WIN_BACK = """
journey win_back {
  policy open
  enter when no visit within last 90 days and visit ever
  reenter after 180 days
  goal within 60 days when visit where (amount > 0) since entry
  on visit -> end won
  state first { send hello, after 3 days at 10:00 -> second }
  state second { send again, after 7 days -> end lost }
}
"""


def test_ladder_goes_by_time() -> None:
    """Days count from what the customer really got; the clock time is the first at or after."""
    oracle = oracle_of(WIN_BACK)
    oracle.arrive("visit", "C1", at("2026-01-01 10:00"))
    for day in range(1, 15):
        oracle.settle(at(f"2026-04-{day:02} 10:30"))
    assert [trail(item) for item in oracle.facts.enrolments] == [
        [
            ("2026-04-01 10:30", "first"),
            ("2026-04-05 10:30", "second"),
            ("2026-04-12 10:30", "end lost"),
        ]
    ]
    assert [text_of(item.sent_at) for item in oracle.facts.messages] == [
        "2026-04-01 10:30",
        "2026-04-05 10:30",
    ]


def test_visit_beats_time() -> None:
    """Who has come is not written to in the same run, and the goal is seen at its end."""
    oracle = oracle_of(WIN_BACK)
    oracle.arrive("visit", "C1", at("2026-01-01 10:00"))
    oracle.settle(at("2026-04-02 09:00"))
    oracle.arrive("visit", "C1", at("2026-04-05 09:59"), {"amount": 100})
    oracle.settle(at("2026-04-05 10:00"))
    enrolment = oracle.facts.enrolments[0]
    assert trail(enrolment) == [("2026-04-02 09:00", "first"), ("2026-04-05 10:00", "end won")]
    assert text_of(enrolment.goal_at) == "2026-04-05 10:00"
    assert len(oracle.facts.messages) == 1


def test_reentry_counts_from_the_end() -> None:
    """The next time is 180 days after the end, not after the entry."""
    oracle = oracle_of(WIN_BACK)
    oracle.arrive("visit", "C1", at("2026-01-01 10:00"))
    oracle.settle(at("2026-04-02 09:00"))
    oracle.settle(at("2026-04-06 09:00"))
    oracle.settle(at("2026-04-13 09:00"))
    oracle.settle(at("2026-10-10 08:59"))
    assert len(oracle.facts.enrolments) == 1
    oracle.settle(at("2026-10-10 09:00"))
    assert [item.occurrence for item in oracle.facts.enrolments] == [1, 2]


def test_late_event_counts_when_it_is_not_too_late() -> None:
    """An event that arrives after entry counts if it lies at most three days before it."""
    for when, ended in (("2026-03-30 09:00", True), ("2026-03-30 08:59", False)):
        oracle = oracle_of(WIN_BACK)
        oracle.arrive("visit", "C1", at("2026-01-01 10:00"))
        oracle.settle(at("2026-04-02 09:00"))
        oracle.arrive("visit", "C1", at(when))
        oracle.settle(at("2026-04-02 10:00"))
        assert (oracle.facts.enrolments[0].status == "ended") is ended


def test_event_is_used_once() -> None:
    """Two events in one run move twice in the order in which they happened; none moves anybody twice."""
    oracle = oracle_of("""
    journey j {
      enter when points > 0
      state a { on visit -> b }
      state b { on complaint -> a }
    }
    """)
    oracle.customer("C1", {"points": 1.0})
    oracle.settle(at("2026-04-01 09:00"))
    oracle.arrive("complaint", "C1", at("2026-04-01 12:00"))
    oracle.arrive("visit", "C1", at("2026-04-01 10:00"))
    oracle.settle(at("2026-04-02 09:00"))
    assert [name for _, name in trail(oracle.facts.enrolments[0])] == ["a", "b", "a"]


def test_second_run_changes_nothing() -> None:
    """A run at the same time over the same facts is a no-op."""
    oracle = oracle_of(WIN_BACK)
    oracle.arrive("visit", "C1", at("2026-01-01 10:00"))
    oracle.settle(at("2026-04-02 09:00"))
    before = oracle._picture()
    oracle.settle(at("2026-04-02 09:00"))
    assert oracle._picture() == before


def test_future_event_arrives_when_the_clock_passes_it() -> None:
    """An event dated ahead is not seen before its time, and is new then."""
    oracle = oracle_of(WIN_BACK)
    oracle.arrive("visit", "C1", at("2026-01-01 10:00"))
    oracle.arrive("visit", "C1", at("2026-04-03 09:00"))
    oracle.settle(at("2026-04-02 09:00"))
    oracle.settle(at("2026-04-03 08:00"))
    assert oracle.facts.enrolments[0].status == "active"
    oracle.settle(at("2026-04-03 09:00"))
    assert oracle.facts.enrolments[0].outcome == "won"


TASKS = """
journey calls {
  policy open
  enter when visit ever
  state call {
    task phone "问候" {
      assign advisor
      due 2 days
      ask reason: one of price, service
      outcome reached -> thanks
      outcome refused -> end refused
    }
    after 5 days -> end expired
  }
  state thanks { send hello, when reason = price -> end price, otherwise -> end other }
}
"""


def test_task_is_done() -> None:
    """An outcome moves the customer; the answer is stored and seen by what follows."""
    oracle = oracle_of(TASKS)
    oracle.arrive("visit", "C1", at("2026-04-01 09:00"))
    oracle.settle(at("2026-04-01 10:00"))
    task = oracle.facts.tasks[0]
    assert (task.status, task.role, text_of(task.due_at)) == ("open", "advisor", "2026-04-03 10:00")
    oracle.finish(task, "reached", at("2026-04-02 11:00"), {"reason": "price"})
    oracle.settle(at("2026-04-02 11:00"))
    assert oracle.facts.enrolments[0].outcome == "price"
    assert oracle.facts.customers["C1"].attributes["reason"] == "price"


def test_task_expires() -> None:
    """Time that leads on closes an open task as expired."""
    oracle = oracle_of(TASKS)
    oracle.arrive("visit", "C1", at("2026-04-01 09:00"))
    oracle.settle(at("2026-04-01 10:00"))
    oracle.settle(at("2026-04-06 10:00"))
    assert [task.status for task in oracle.facts.tasks] == ["expired"]
    assert oracle.facts.enrolments[0].outcome == "expired"


def test_record_journey() -> None:
    """Every record has its own run; `at` follows the value when it changes; what has passed is at once."""
    oracle = oracle_of("""
    journey remind {
      for booking
      policy open
      enter when due within next 30 days
      when kept -> end kept
      state wait { at 3 days before due at 10:00 -> tell }
      state tell { send hello, at 1 day after due -> end missed }
    }
    """)
    oracle.record("booking", "B1", "C1", {"due": at("2026-04-20 15:00")})
    oracle.record("booking", "B2", "C1", {"due": at("2026-04-02 15:00")})
    oracle.settle(at("2026-04-01 10:00"))
    oracle.record("booking", "B1", "C1", {"due": at("2026-04-10 15:00")})
    oracle.settle(at("2026-04-07 09:59"))
    oracle.settle(at("2026-04-07 10:00"))
    oracle.record("booking", "B1", "C1", {"kept": True})
    oracle.settle(at("2026-04-08 10:00"))
    assert [trail(item) for item in oracle.facts.enrolments] == [
        [
            ("2026-04-01 10:00", "wait"),
            ("2026-04-07 10:00", "tell"),
            ("2026-04-08 10:00", "end kept"),
        ],
        [("2026-04-01 10:00", "wait"), ("2026-04-01 10:00", "tell"), ("2026-04-07 09:59", "end missed")],
    ]


def test_stages() -> None:
    """A stage's clock runs from its entry; an outer transition never restarts the stage someone is in."""
    oracle = oracle_of("""
    journey j {
      policy open
      enter when visit ever
      on complaint -> care
      stage contact { state hello { after 1 day -> bye }, state bye { after 30 days -> end lost } }
      stage care {
        after 10 days in stage -> end won
        state first { after 4 days -> second }
        state second { after 30 days -> first }
      }
    }
    """)
    oracle.arrive("visit", "C1", at("2026-04-01 09:00"))
    oracle.settle(at("2026-04-01 09:00"))
    oracle.arrive("complaint", "C1", at("2026-04-02 08:00"))
    oracle.settle(at("2026-04-02 09:00"))
    oracle.settle(at("2026-04-06 09:00"))
    oracle.arrive("complaint", "C1", at("2026-04-07 08:00"))
    oracle.settle(at("2026-04-07 09:00"))
    oracle.settle(at("2026-04-12 09:00"))
    assert trail(oracle.facts.enrolments[0]) == [
        ("2026-04-01 09:00", "contact.hello"),
        ("2026-04-02 09:00", "care.first"),
        ("2026-04-06 09:00", "care.second"),
        ("2026-04-12 09:00", "end won"),
    ]


def test_journeys_that_exclude_each_other() -> None:
    """The higher priority starts; the other sees it in the same run."""
    oracle = oracle_of("""
    journey low { enter when visit ever and not in journey high, state s { after 1 day -> end done } }
    journey high {
      priority 5
      enter when visit ever and not in journey low
      state s { after 1 day -> end done }
    }
    """)
    oracle.arrive("visit", "C1", at("2026-04-01 09:00"))
    oracle.settle(at("2026-04-01 09:00"))
    assert [item.journey for item in oracle.facts.enrolments] == ["high"]


def test_actions_and_chains() -> None:
    """Actions act in order and are seen by every journey of the same run; `begin` starts without `enter`."""
    oracle = oracle_of("""
    event ping { size: money }
    journey a {
      enter when visit ever
      state s {
        set worth = worth * 0.333
        tag "新"
        emit ping { size: worth / 2 }
        begin b
        on ping where (size = 50) -> end heard
        after 1 day -> end deaf
      }
    }
    journey b { state s { when tagged "新" -> t }, state t { untag "新", after 1 day -> end done } }
    """)
    oracle.customer("C1", {"worth": 30000})
    oracle.arrive("visit", "C1", at("2026-04-01 09:00"))
    oracle.settle(at("2026-04-01 09:00"))
    assert oracle.facts.customers["C1"].attributes["worth"] == 9990
    assert oracle.facts.customers["C1"].tags == set()
    assert oracle.facts.events["C1"][-1].fields == {"size": 4995}
    assert [(item.journey, item.state) for item in oracle.facts.enrolments] == [("a", "s"), ("b", "t")]


def test_money_is_rounded_half_to_even() -> None:
    """Half a minor unit goes to the even one."""
    oracle = oracle_of("""
    journey a { enter when visit ever, state s { set worth = worth / 2, after 1 day -> end done } }
    """)
    oracle.customer("C1", {"worth": 25})
    oracle.arrive("visit", "C1", at("2026-04-01 09:00"))
    oracle.settle(at("2026-04-01 09:00"))
    assert oracle.facts.customers["C1"].attributes["worth"] == 12


def test_held_out() -> None:
    """Who is held out takes no action and is not in the journey; the goal is watched until its time is over."""
    oracle = oracle_of(WIN_BACK.replace("policy open", "policy open\n  holdout 100%"))
    oracle.arrive("visit", "C1", at("2026-01-01 10:00"))
    oracle.settle(at("2026-04-02 09:00"))
    oracle.arrive("visit", "C1", at("2026-05-01 09:00"), {"amount": 100})
    oracle.settle(at("2026-05-01 09:00"))
    enrolment = oracle.facts.enrolments[0]
    assert (enrolment.status, enrolment.visits, text_of(enrolment.goal_at)) == (
        "watched",
        [],
        "2026-05-01 09:00",
    )
    oracle.settle(at("2026-06-01 09:00"))
    assert enrolment.status == "watched"
    oracle.settle(at("2026-06-02 09:00"))
    assert (enrolment.status, text_of(enrolment.ended_at)) == ("ended", "2026-06-01 09:00")
    assert (enrolment.outcome, oracle.facts.messages) == (None, [])


def test_split_and_otherwise_wait_for_what_is_sent() -> None:
    """Both are taken once the state has settled, and in the same `homing run`."""
    oracle = oracle_of("""
    journey j {
      policy open
      enter when visit ever
      state a { send hello, split { 40% -> b, 60% -> c } }
      state b { after 1 day -> end left }
      state c { after 1 day -> end right }
    }
    """)
    for number in range(100):
        oracle.customer(f"C{number}", {"phone": "13800000001"})
        oracle.arrive("visit", f"C{number}", at("2026-04-01 09:00"))
    oracle.run(at("2026-04-01 09:00"))
    assert {item.state for item in oracle.facts.enrolments} == {"a"}
    oracle.deliver(at("2026-04-01 09:00"))
    oracle.settle(at("2026-04-01 09:00"))
    left = sum(item.state == "b" for item in oracle.facts.enrolments)
    assert 25 < left < 55
    assert left == 100 - sum(item.state == "c" for item in oracle.facts.enrolments)


def test_fifty_moves_are_the_most() -> None:
    """Who moves more than fifty times in one run is left where they are, and reported."""
    oracle = oracle_of("""
    event ping { size: number }
    journey j {
      enter when visit ever
      state a { emit ping { size: 1 }, on ping -> b }
      state b { emit ping { size: 2 }, on ping -> a }
    }
    """)
    oracle.arrive("visit", "C1", at("2026-04-01 09:00"))
    oracle.run(at("2026-04-01 09:00"))
    assert len(oracle.facts.enrolments[0].visits) == 51
    assert oracle.stuck == {("j", "C1")}
