"""F9: one person may have several records; what one of them refuses, all refuse."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.projects import CONFIG, Homing, make_project

PEOPLE = """id,phone,email
A,13800000001,a@example.com
B,+86 138-0000-0001,b@example.com
C,００８６１３８０００００００１,
D,13800000002,a@example.com
E,13800000003,
"""


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project in which A, B and C have the same number, A and D the same address."""
    made = make_project(tmp_path / "shop", config=CONFIG + '\n[replies]\noptout = ["STOPP"]\n')
    made.well("apply")
    made.well("import", "customers", made.file("people.csv", PEOPLE))
    return made


def silent(homing: Homing) -> str:
    """Who has opted out."""
    return "".join(one for one in "ABCDE" if homing.well("customer", one, "--json").json["optouts"])


def by_command(homing: Homing) -> None:
    """A person records it."""
    homing.well("optout", "A")


def by_channel(homing: Homing) -> None:
    """Of one channel: that reaches people by their number alone."""
    homing.well("optout", "A", "--channel", "sms")


def by_event(homing: Homing) -> None:
    """A file has it."""
    homing.well("import", "optout", homing.file("o.csv", "customer,at,channel\nA,2026-01-01 10:00,sms\n"))


def by_reply(homing: Homing) -> None:
    """A file has what was written, in a word of this project."""
    homing.well("import", "replied", homing.file("r.csv", "customer,at,text\nA,2026-01-01 10:00,stopp!\n"))


@pytest.mark.parametrize(
    ("refuse", "silenced"), [(by_command, "ABCD"), (by_channel, "ABC"), (by_event, "ABC"), (by_reply, "ABCD")]
)
def test_whoever_has_the_number(homing: Homing, refuse: Callable[[Homing], None], silenced: str) -> None:
    """However it was written, and whichever way the opt-out came."""
    refuse(homing)
    assert silent(homing) == silenced


def test_the_queue(homing: Homing) -> None:
    """A reply that may be an opt-out: listed, shown, decided once."""
    homing.well(
        "import", "replied", homing.file("r.csv", "customer,at,text\nE,2026-01-01 10:00,请不要再发\n")
    )
    (one,) = homing.well("queue", "--kind", "reply", "--json").json
    assert (one["id"], one["kind"], one["customer"], one["what"]) == ("r1", "reply", "E", "请不要再发")
    assert one["because"] == "a reply that may be an opt-out waits for a person"
    assert homing.well("queue", "show", "r1", "--json").json[0]["text"] == "请不要再发"
    assert homing("queue", "resolve", "r1", "--sent", "--because", "x").status == 2
    homing.well("queue", "resolve", "r1", "--optout", "--as", "wang")
    assert (silent(homing), homing.well("queue", "--json").json) == ("E", [])
    again = homing("queue", "resolve", "r1", "--done", "--as", "li")
    assert again.status != 0
    assert "r1 has been decided on already, by wang" in again.err
