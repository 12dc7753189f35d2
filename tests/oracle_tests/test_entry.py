"""Who comes in when only so many may, or only at certain times."""

from tests.checked import model_of
from tests.oracle.interpreter import Interpreter
from tests.oracle_tests.times import at, text_of

RULES = """
customer {{ points: number }}
event visit {{ amount: money }}
journey j {{
  enter when visit ever
  {lines}
  state s {{ after 30 days -> end done }}
}}
"""


def oracle_of(lines: str, points: list[float | None]) -> Interpreter:
    """An interpreter with customers C1, C2 … who have points and have come."""
    oracle = Interpreter(model_of(RULES.format(lines=lines)))
    for number, value in enumerate(points, 1):
        oracle.customer(f"C{number}", {"points": value})
        oracle.arrive("visit", f"C{number}", at("2026-11-01 09:00"))
    return oracle


def entered(oracle: Interpreter) -> list[tuple[str, str | None]]:
    """Who has come in, and when."""
    return [(item.customer, text_of(item.entered_at)) for item in oracle.facts.enrolments]


def test_best_rank_first() -> None:
    """Two a day: the highest first, who has no rank last, and the next day the next."""
    oracle = oracle_of("enter at most 2 per day\n rank by points", [5.0, None, 9.0, 7.0, None])
    for day in ("23", "24", "25"):
        oracle.settle(at(f"2026-11-{day} 09:00"))
        oracle.settle(at(f"2026-11-{day} 18:00"))
    assert entered(oracle) == [
        ("C3", "2026-11-23 09:00"),
        ("C4", "2026-11-23 09:00"),
        ("C1", "2026-11-24 09:00"),
        ("C2", "2026-11-24 09:00"),
        ("C5", "2026-11-25 09:00"),
    ]


def test_oldest_in_the_queue_first() -> None:
    """Without a rank, who has qualified longest comes first, whatever their number."""
    oracle = oracle_of("enter at most 1 per week", [])
    for number, day in ((1, "10"), (2, "03"), (3, "05")):
        oracle.customer(f"C{number}", {})
        oracle.arrive("visit", f"C{number}", at(f"2026-11-{day} 09:00"))
    for day in range(3, 27):
        oracle.settle(at(f"2026-11-{day:02} 09:00"))
    assert entered(oracle) == [
        ("C2", "2026-11-03 09:00"),
        ("C3", "2026-11-09 09:00"),
        ("C1", "2026-11-16 09:00"),
    ]


def test_rolling_limit() -> None:
    """`per 7 days` counts the seven days up to now."""
    oracle = oracle_of("enter at most 1 per 7 days", [1.0, 1.0])
    oracle.settle(at("2026-11-03 09:00"))
    oracle.settle(at("2026-11-10 08:59"))
    oracle.settle(at("2026-11-10 09:00"))
    assert entered(oracle) == [("C1", "2026-11-03 09:00"), ("C2", "2026-11-10 09:00")]


def test_only_at() -> None:
    """The door opens in the first run at or after the time; the first run of all looks one minute back."""
    oracle = oracle_of('enter only at "0 9 * * mon"', [1.0])
    oracle.settle(at("2026-11-23 09:02"))
    assert entered(oracle) == []
    oracle.settle(at("2026-11-30 08:59"))
    assert entered(oracle) == []
    oracle.settle(at("2026-11-30 12:00"))
    assert entered(oracle) == [("C1", "2026-11-30 12:00")]


def test_only_at_in_the_first_run() -> None:
    """A first run within the minute lets people in."""
    oracle = oracle_of('enter only at "0 9 * * mon"', [1.0])
    oracle.settle(at("2026-11-23 09:00"))
    assert entered(oracle) == [("C1", "2026-11-23 09:00")]
