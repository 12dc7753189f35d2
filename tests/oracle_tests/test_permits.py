"""The permit gate of the reference interpreter, with the figures of the contract and of the acceptance scenarios."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checked import model_of
from tests.oracle.facts import Message
from tests.oracle.interpreter import Interpreter
from tests.oracle.permits import given_up_at, keeps, until
from tests.oracle_tests.times import at, text_of

RULES = """
customer {{ phone: phone, email: email, tier: one of regular, vip }}
event go {{ what: number }}
calendar {{ holidays CN, keyday "店庆" on 2026-12-05 }}
message m {{ sms: "你好", email: subject "你好" "你好" }}
policy marketing {{
  {lines}
}}
policy service {{ give up after 60 days, count with marketing }}
journey ads {{
  policy marketing
  reenter after 1 minute
  enter when go where (what = 1) within last 1 minute
  state s {{
    send m {during}
    otherwise -> end done
  }}
}}
journey help {{
  policy service
  priority 5
  reenter after 1 minute
  enter when go where (what = 2) within last 1 minute
  state s {{ send m, otherwise -> end done }}
}}
"""


def oracle_of(lines: str, during: str = "") -> Interpreter:
    """An interpreter under a policy, with one customer."""
    oracle = Interpreter(model_of(RULES.format(lines=lines, during=during)))
    oracle.customer("C1", {"phone": "13800000001", "email": "c@example.com", "tier": "regular"})
    return oracle


def want(oracle: Interpreter, when: str, what: float = 1.0) -> Message:
    """A message is wanted at a time, and the engine runs."""
    oracle.arrive("go", "C1", at(when), {"what": what})
    oracle.settle(at(when))
    return oracle.facts.messages[-1]


def outcome(message: Message) -> tuple[str, str | None, str | None]:
    """What became of a message, why, and until when."""
    return message.status, message.because, text_of(message.until)


WINDOWS = """
  send on workdays 09:00 to 20:00
  send on weekends 10:00 to 18:00
  never on holidays
  give up after 60 days
"""


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("2026-11-23 19:59", "2026-11-23 19:59"),  # S07
        ("2026-11-23 20:00", "2026-11-24 09:00"),
        ("2026-10-02 10:00", "2026-10-08 09:00"),  # S08: Golden Week
        ("2026-10-10 09:00", "2026-10-10 09:00"),  # a Saturday that is worked
        ("2026-11-22 09:00", "2026-11-22 10:00"),
        ("2026-11-21 18:00", "2026-11-22 10:00"),
        ("2026-11-22 02:00", "2026-11-22 10:00"),  # S25
    ],
)
def test_windows(wanted: str, goes: str) -> None:
    """Windows are half-open in business time, and a message waits for the next one."""
    message = want(oracle_of(WINDOWS), wanted)
    assert text_of(message.sent_at or message.until) == goes


def test_during_must_meet_the_windows() -> None:
    """S05, S06: Wednesday 15:00 to 17:00 within the windows of the policy."""
    oracle = oracle_of(WINDOWS, "during wednesday 15:00 to 17:00")
    message = want(oracle, "2026-11-23 10:00")
    assert outcome(message) == ("waiting", "during", "2026-11-25 15:00")
    oracle.settle(at("2026-11-25 17:00"))
    assert outcome(message) == ("waiting", "during", "2026-12-02 15:00")


def test_gap_of_days_is_counted_by_dates() -> None:
    """S12: sent on 12-01, allowed again on 12-11 from midnight."""
    oracle = oracle_of("at least 10 days apart\n give up after 60 days")
    want(oracle, "2026-12-01 15:00")
    assert outcome(want(oracle, "2026-12-10 23:59")) == ("waiting", "apart", "2026-12-11 00:00")
    assert want(oracle, "2026-12-11 00:05").status == "sent"


def test_gap_of_hours_elapses() -> None:
    """An hour is sixty minutes after the last message."""
    oracle = oracle_of("at least 3 hours apart")
    want(oracle, "2026-12-01 15:20")
    assert outcome(want(oracle, "2026-12-01 18:19")) == ("waiting", "apart", "2026-12-01 18:20")


def test_calendar_cap() -> None:
    """The fourth of a month waits for the next month."""
    oracle = oracle_of("at most 3 per month\n give up after 60 days")
    for day in ("01", "02", "20"):
        assert want(oracle, f"2026-11-{day} 10:00").status == "sent"
    assert outcome(want(oracle, "2026-11-30 23:00")) == ("waiting", "cap", "2026-12-01 00:00")


def test_rolling_cap() -> None:
    """What was sent exactly 30 days ago does not count any more."""
    oracle = oracle_of("at most 1 per 30 days\n give up after 60 days")
    want(oracle, "2026-11-01 10:00")
    assert outcome(want(oracle, "2026-11-20 10:00")) == ("waiting", "cap", "2026-12-01 10:00")


def test_vip_has_a_cap_of_their_own() -> None:
    """The first conditional cap that holds replaces the general ones."""
    oracle = oracle_of("at most 3 per month\n at most 1 per 7 days for tier = vip\n give up after 60 days")
    oracle.customer("C1", {"tier": "vip"})
    for day in ("02", "09", "16", "23", "30"):
        assert want(oracle, f"2026-11-{day} 10:00").status == "sent"
    assert outcome(want(oracle, "2026-12-01 10:00")) == ("waiting", "cap", "2026-12-07 10:00")


def test_keyday_gives_one_more_and_no_gap() -> None:
    """On a key day with `extra` there is one more than the cap, and the gap does not count."""
    oracle = oracle_of(
        "at most 1 per month\n at least 10 days apart\n extra 1 on keydays\n give up after 60 days"
    )
    want(oracle, "2026-12-01 10:00")
    assert outcome(want(oracle, "2026-12-03 10:00")) == ("waiting", "cap", "2026-12-05 00:00")


def test_service_counts_with_marketing() -> None:
    """Messages of a policy that says so use up marketing's cap, but are not held by it."""
    oracle = oracle_of("at most 1 per 7 days\n give up after 60 days")
    assert want(oracle, "2026-12-01 10:00", 2.0).status == "sent"
    assert outcome(want(oracle, "2026-12-02 10:00")) == ("waiting", "cap", "2026-12-08 10:00")
    assert want(oracle, "2026-12-02 11:00", 2.0).status == "sent"


def test_optout_is_for_ever() -> None:
    """Without `silent` nothing goes after an opt-out."""
    oracle = oracle_of("give up after 60 days")
    oracle.optout("C1", at("2026-08-21 10:00"))
    assert outcome(want(oracle, "2026-12-01 10:00")) == ("dropped", "optout", None)


def test_silence_and_fresh_consent() -> None:
    """S16: nothing for three months, and then only with consent that is newer than the opt-out."""
    lines = "silent 3 months after optout\n require consent\n give up after 200 days"
    oracle = oracle_of(lines)
    oracle.consent("C1", at("2026-01-01 10:00"))
    oracle.optout("C1", at("2026-08-21 10:00"))
    assert outcome(want(oracle, "2026-11-20 10:00")) == ("dropped", "consent", None)
    assert outcome(want(oracle, "2026-11-21 10:00")) == ("dropped", "consent", None)
    oracle.consent("C1", at("2026-11-01 10:00"), "marketing", "sms")
    assert want(oracle, "2026-11-21 11:00").status == "sent"


def test_silence_is_waited_for() -> None:
    """With consent that came during the silence, a message waits for its end."""
    oracle = oracle_of("silent 3 months after optout\n require consent\n give up after 200 days")
    oracle.optout("C1", at("2026-08-21 10:00"))
    oracle.consent("C1", at("2026-09-01 10:00"))
    assert outcome(want(oracle, "2026-09-02 10:00")) == ("waiting", "silent", "2026-11-21 10:00")


def test_no_consent_at_all() -> None:
    """S18: without recorded consent nothing goes."""
    oracle = oracle_of("require consent")
    assert outcome(want(oracle, "2026-09-02 10:00")) == ("dropped", "consent", None)


def test_channels_in_order() -> None:
    """The first channel with an address and no opt-out; none: dropped."""
    oracle = oracle_of("give up after 7 days")
    assert want(oracle, "2026-09-02 10:00").channel == "sms"
    oracle.optout("C1", at("2026-09-02 11:00"), "sms")
    assert want(oracle, "2026-09-03 10:00").channel == "email"
    oracle.customer("C1", {"email": None})
    assert outcome(want(oracle, "2026-09-04 10:00")) == ("dropped", "optout", None)
    oracle.customer("C1", {"phone": None})
    assert outcome(want(oracle, "2026-09-05 10:00")) == ("dropped", "address", None)


def test_give_up() -> None:
    """What could not go within the time is dropped, and the state is settled then."""
    oracle = oracle_of("send on friday 09:00 to 10:00\n give up after 2 days")
    message = want(oracle, "2026-11-23 10:00")
    assert outcome(message) == ("waiting", "window", "2026-11-25 10:00")
    oracle.settle(at("2026-11-25 10:00"))
    assert outcome(message) == ("dropped", "give up", None)
    assert message.enrolment.outcome == "done"


def test_optout_takes_back_what_waits() -> None:
    """An opt-out cancels what waits, at once."""
    oracle = oracle_of("send on friday 09:00 to 10:00\n silent 1 day after optout")
    message = want(oracle, "2026-11-23 10:00")
    oracle.optout("C1", at("2026-11-23 10:00"))
    assert message.status == "cancelled"
    assert text_of(message.enrolment.settled_at) == "2026-11-23 10:00"


def test_review_comes_before_waiting() -> None:
    """People may decide before the window opens; once they have, the message waits for it."""
    oracle = oracle_of("send on friday 09:00 to 10:00\n review by manager when tier = regular")
    message = want(oracle, "2026-11-23 10:00")
    assert (message.status, message.asked) == ("held", ("manager",))
    oracle.look(message, frozenset({"manager"}), at("2026-11-23 10:00"), approve=True)
    oracle.settle(at("2026-11-23 10:00"))
    assert outcome(message) == ("waiting", "window", "2026-11-27 09:00")


def test_higher_priority_goes_first() -> None:
    """Two that compete in one run: the journey with the higher priority wins."""
    oracle = oracle_of("at most 1 per 7 days\n give up after 60 days")
    oracle.arrive("go", "C1", at("2026-12-01 10:00"), {"what": 1.0})
    oracle.arrive("go", "C1", at("2026-12-01 10:00"), {"what": 2.0})
    oracle.settle(at("2026-12-01 10:00"))
    by_journey = {item.enrolment.journey: item.status for item in oracle.facts.messages}
    assert by_journey == {"help": "sent", "ads": "waiting"}


def test_refused_channel_gives_way_to_the_next() -> None:
    """S19: a dead number moves on to the next channel; when all have refused it has failed."""
    oracle = oracle_of("give up after 7 days")
    oracle.arrive("go", "C1", at("2026-12-01 10:00"), {"what": 1.0})
    oracle.settle(at("2026-12-01 10:00"), {"sms"})
    assert (oracle.facts.messages[0].status, oracle.facts.messages[0].channel) == ("sent", "email")
    oracle.arrive("go", "C1", at("2026-12-02 10:00"), {"what": 1.0})
    oracle.settle(at("2026-12-02 10:00"), {"sms", "email"})
    assert oracle.facts.messages[1].status == "failed"


LINES = (
    "at most 1 per day",
    "at most 1 per week",
    "at most 1 per 3 days",
    "at most 1 per 5 hours",
    "extra 1 on keydays",
    "send on workdays 09:00 to 20:00",
    "send on weekends 10:30 to 11:00",
    "send on saturday, sunday 00:00 to 24:00",
    "never on keydays",
    "silent 2 days after optout",
)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.sampled_from(LINES), unique=True, max_size=5),
    st.sampled_from(("", "at least 2 days apart", "at least 90 minutes apart")),
    st.lists(st.integers(0, 6_000), max_size=4),
    st.integers(0, 6_000),
)
def test_until_is_the_first_minute(lines: list[str], gap: str, sent: list[int], asked: int) -> None:
    """Trying every single minute finds the same `until` as trying the instants that matter."""
    oracle = oracle_of("\n".join([*lines, gap, "give up after 2 days"]))
    start = at("2026-12-02 11:00")
    oracle.optout("C1", start)
    for minute in sorted(sent):
        oracle.arrive("go", "C1", start + timedelta(minutes=minute), {"what": 2.0})
        oracle.settle(start + timedelta(minutes=minute))
    now = start + timedelta(minutes=max([asked, *sent]))
    oracle.arrive("go", "C1", now, {"what": 1.0})
    oracle.run(now)
    message = oracle.facts.messages[-1]
    if message.status == "waiting":
        minute = now
        while minute < given_up_at(message, oracle.world) and keeps(message, minute, now, oracle.world):
            minute += timedelta(minutes=1)
        assert until(message, now, oracle.world) == minute
