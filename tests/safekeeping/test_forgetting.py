"""What goes by `[retention]`, table by table, what stays since somebody still needs it, and what is refused."""

import atexit
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from dsl.units import Duration
from engine.plans.needs import covers
from engine.projects.virtual_time import last_run_at
from engine.safekeeping.retention import forget
from tests.projects import CONFIG, Homing, applied_project

RULES = """\
customer { name: text, phone: phone }
event visit { amount: money }
event call
event look
message hello { sms: "{{ name }}您好" }
benefit gift "礼品" { quota 5 per month, valid 10 days }
policy p { at most 2 per 40 days }
journey again {
  policy p
  enter when phone is known and call ever and count(look within last 100 days) >= 0
  state first {
    send hello via sms
    grant gift
    task phone { due 1 day, outcome done -> end over }
    after 2 days -> end silent
  }
}
"""
KEPT = """
[retention]
moves = "100 days"
messages = "100 days"
events = "100 days"
tasks = "100 days"
benefits = "100 days"
inbox = "100 days"
runs = "100 days"
rejects = "100 days"
trail = "100 days"
"""


def count(homing: Homing, table: str, where: str = "1") -> int:
    """Rows of a table."""
    with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:
        found: int = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]  # noqa: S608  # a test's own words
        return found


@cache
def _template() -> Path:
    """Made once for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="homing-forgetting-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    homing = applied_project(folder, RULES, CONFIG + KEPT)
    homing.well("run", "--at", "2062-01-01 10:00")
    people = "id,name,phone\nC1,陈晨,13800000001\nC2,李明,13800000002\n"
    homing.well("import", "customers", homing.file("c.csv", people))
    for kind in ("call", "visit", "look"):
        rows = "customer,at\nC1,2061-12-01 10:00\nC1,2061-12-02 10:00\nC2,2061-12-05 10:00\n"
        homing.well("import", kind, homing.file(f"{kind}.csv", rows))
    for day in ("01-02", "01-05", "01-06"):
        homing.well("run", "--at", f"2062-{day} 10:00")
    return folder


def lived(folder: Path) -> Homing:
    """A January with two customers, before a spring and a summer in which nothing happens."""
    shutil.copytree(_template(), folder / "shop")
    return Homing(folder / "shop")


def test_everything_of_customers_who_are_done(tmp_path: Path) -> None:
    """Messages, tasks, runs, events and the words of benefits go; enrolments, and what still counts, stay."""
    homing = lived(tmp_path)
    old, young = (Path(homing.file(f"rejects/{name}.csv", "")) for name in ("old", "young"))
    os.utime(young, (2_915_000_000, 2_915_000_000))  # in May 2062
    before = {name: count(homing, name) for name in ("message", "task", "run", "event_visit", "enrolment")}
    assert min(before.values()) > 0
    homing.well("run", "--at", "2062-08-01 10:00")
    assert {name: count(homing, name) for name in before} == {
        "message": 0, "task": 0, "run": 1, "event_visit": 0, "enrolment": 2,
    }  # fmt: skip
    assert count(homing, "benefit_grant") == 2
    assert count(homing, "benefit_grant", "code IS NOT NULL") == 0
    assert (old.exists(), young.exists()) == (False, True)
    for asked in (
        ("customer", "C1"),
        ("explain", "C1"),
        ("export", "C1"),
        ("messages",),
        ("tasks", "list"),
        ("queue",),
    ):
        homing.well(*asked)


def test_the_last_event_stays_where_rules_ask_whether_there_was_one(tmp_path: Path) -> None:
    """`call ever` wants one of each customer, the newest; the others have gone."""
    homing = lived(tmp_path)
    homing.well("run", "--at", "2062-08-01 10:00")
    assert count(homing, "event_call") == 2
    assert count(homing, "event_look") == 0


def test_nothing_of_somebody_under_way_goes(tmp_path: Path) -> None:
    """Whatever came since they entered their journey, however long ago, may still be asked for."""
    homing = lived(tmp_path)
    with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:
        connection.execute(
            "UPDATE enrolment SET status = 1, ended_at = NULL, wake_at = NULL WHERE customer = 1"
        )
        connection.commit()
    homing.well("run", "--at", "2062-08-01 10:00")
    assert count(homing, "message", "customer = 1") == 1
    assert count(homing, "message", "customer = 2") == 0
    assert count(homing, "task", "customer = 1") == 1


def test_what_no_run_has_looked_at_since_stays(tmp_path: Path) -> None:
    """Between runs the clock goes on: the next one must still find what has left a window meanwhile."""
    homing = lived(tmp_path)
    project = homing.opened()
    with project.store.read() as connection:
        ran = last_run_at(connection)
    assert ran is not None
    forget(project, ran + 300 * 86_400_000)
    project.store.close()
    assert (count(homing, "event_look"), count(homing, "message")) == (3, 2)


def test_what_has_gone_and_what_stays_is_told(tmp_path: Path) -> None:
    """By `homing status`: the last round, and kinds of which a rule asks for all there ever were."""
    rules = RULES.replace("call ever", "call ever and count(visit ever) >= 0")
    homing = applied_project(tmp_path, rules, CONFIG + KEPT)
    homing.well("run", "--at", "2062-01-01 10:00")
    homing.well("run", "--at", "2062-08-01 10:00")
    told = homing("status", "--json").json["retention"]
    assert told["done"] == "2062-08-01T10:00:00+08:00"
    assert told["gone"]["runs"] == 1
    assert told["kept_for_ever"] == {"visit": "all.rules:10"}
    assert "forgotten by `[retention]` up to 2062-08-01T10:00:00+08:00: " in homing("status").err


class TestTrail:
    """The trail is cut where the anchor knows it, and what is left can be checked."""

    def test_the_rest_is_whole(self, tmp_path: Path) -> None:
        """And `audit --verify` says from when on; a head from before is of no use any more."""
        homing = lived(tmp_path)
        old = homing.well("audit", "--verify", "--json").json
        homing.well("run", "--at", "2062-08-01 10:00")
        homing.well("pause", "--as", "小林")
        said = homing.well("audit", "--verify", "--json").json
        assert said["whole"]
        assert said["rows"] < old["rows"]
        assert said["since"]["row"] > 1
        assert homing("audit", "--verify", "--anchor", "1:abc").err == (
            "row 1 was forgotten by rule: keep a newer head\nit begins with row {row} of {at}: what was before went by"
            " `[retention]`\nnot whole\n".format(**said["since"])
        )

    def test_what_somebody_has_changed_stays(self, tmp_path: Path) -> None:
        """It is evidence: nothing is cut behind a row that is not as it was written."""
        homing = lived(tmp_path)
        with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:
            connection.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 2")
            connection.commit()
        rows = count(homing, "audit")
        homing.well("run", "--at", "2062-08-01 10:00")
        assert count(homing, "audit") >= rows
        assert homing("audit", "--verify").status == 1


REFUSED = {
    'events = "99 days"': (
        "homing.toml:10: `events` keeps 99 days, and all.rules:10 looks back 100 days",
        'write `events = "100 days"` or longer',
    ),
    'messages = "30 days"': (
        "homing.toml:10: `messages` keeps 30 days, and what comes in twice is known again for 90 days",
        'write `messages = "90 days"` or longer',
    ),
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_too_short_is_refused(tmp_path: Path, line: str) -> None:
    """With key and line, and what still needs it; nothing runs until it is mended, and no rules are applied."""
    homing = applied_project(tmp_path, RULES)
    homing.file("homing.toml", f"{CONFIG}[retention]\n{line}\n")
    said = homing("run")
    assert said.status == 2
    message, hint = REFUSED[line]
    assert said.err == f"homing: {message}\n  hint: {hint}\n"


def test_rules_that_look_back_further_are_not_applied(tmp_path: Path) -> None:
    """Than what is kept: what has gone does not come back."""
    homing = applied_project(tmp_path, RULES, CONFIG + KEPT)
    homing.file("rules/all.rules", RULES.replace("within last 100 days", "within last 1 year"))
    said = homing("apply")
    assert said.status == 2
    assert "`events` keeps 100 days, and all.rules:10 looks back 1 year" in said.err


def test_messages_that_rules_ask_for_ever_may_not_go(tmp_path: Path) -> None:
    """`sent ever` would find nobody any more."""
    homing = applied_project(tmp_path, RULES.replace("call ever", "no sent ever"), CONFIG)
    homing.file("homing.toml", CONFIG + KEPT)
    assert "no message may go: all.rules:10 asks for all that there have ever been" in homing("run").err


@pytest.mark.parametrize(
    ("kept", "asked", "enough"),
    [
        (Duration(90, "day"), Duration(90, "day"), True),
        (Duration(3, "month"), Duration(90, "day"), False),
        (Duration(4, "month"), Duration(90, "day"), True),
        (Duration(1, "year"), Duration(12, "month"), True),
        (Duration(12, "week"), Duration(90, "day"), False),
        (Duration(13, "week"), Duration(90, "day"), True),
        (Duration(2, "year"), Duration(1, "year"), True),
    ],
)
def test_one_time_covers_another(kept: Duration, asked: Duration, enough: bool) -> None:  # noqa: FBT001  # a case
    """Whatever the calendar: months have 28 days, and clocks are set forwards."""
    assert covers(kept, asked) is enough
