"""`homing plan`: what applying rules would bring, told without changing anything."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from engine.errors import KilledError, UsageError
from engine.planning import sides, trial
from engine.wording import say
from tests.engine.test_releases import under_way
from tests.projects import CONFIG, RULES, Homing, applied_project, make_project

PRICED = CONFIG.replace(
    '[channels.sms]\npath = "outbox.jsonl"', '[channels.sms]\npath = "outbox.jsonl"\ncost = 0.05'
)
RENAMED = RULES.replace("state call", "state phone_call").replace("-> call", "-> phone_call")
SOONER = RULES.replace("after 3 days at 10:00", "after 1 day at 10:00")


def digests(homing: Homing) -> dict[str, str]:
    """What the files of a project hold, by name."""
    files = (path for path in homing.folder.rglob("*") if path.is_file() and path.name != "homing.db-shm")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.stat().st_size}


def planned(homing: Homing, rules: str, *options: str, status: int = 0) -> Any:
    """What `plan --json` says of these rules."""
    homing.file("rules/all.rules", rules)
    said = homing("plan", "--json", *options)
    assert said.status == status, said
    return said.json


def test_a_plan_in_words(tmp_path: Path) -> None:
    """Differences with their lines, the fate of those under way, the days to come under both rule sets."""
    homing = under_way(tmp_path)
    homing.file("rules/all.rules", SOONER)
    said = homing.well("plan", "--days", "6")
    assert (
        said.out
        == """\
1 difference from release 1, 0 breaking
changed: transition win_back.contact.hello (all.rules:41)
  - after 3 days at 10:00 -> call
  + after 1 day at 10:00 -> call

journey   state          customers  they
win_back  contact.hello  1          stay and go on by the new rules
1 other stays and goes on as before

forecast from 2024-01-02T03:01:00+08:00 to 2024-01-08T03:01:00+08:00
- nobody new responds: nothing comes in, no task is finished, nobody opts out or lets a held message go; \
whatever is sent arrives
runs: 8
where two figures stand, the first is of the rules in force, the second of the new ones

by day
day         messages  tasks
2024-01-02  1         0
2024-01-03  0         0 → 1
2024-01-05  0         1 → 0

messages
journey   state          message  channel  messages  segments
win_back  contact.hello  hello    sms      1         1

journeys
journey   outcome  ended
win_back  silent   1

tasks
role     task   tasks
advisor  phone  1
"""
    )
    assert said.err == ""


def test_costs(tmp_path: Path) -> None:
    """Messages cost what the configuration says, an SMS for each of its segments."""
    homing = under_way(tmp_path)
    homing.file("homing.toml", PRICED)
    found = planned(homing, RULES.replace("好久不见", "好久不见" * 30))["forecast"]
    keys = ("day", "message", "channel", "count", "segments", "cost")
    rows = [[tuple(row[key] for key in keys) for row in found[side]["messages"]] for side in ("old", "new")]
    assert rows == [
        [("2024-01-02", "hello", "sms", 1, 1, 0.05)],
        [("2024-01-02", "hello", "sms", 1, 3, 0.15)],
    ]
    assert found["new"]["totals"] == {
        "entered": 0, "ended": 1, "sent": 1, "segments": 3, "cost": 0.15, "tasks": 1, "waiting": 0, "held": 0,
        "dropped": 0, "grants": 0,
    }  # fmt: skip


def test_nothing_changes(tmp_path: Path) -> None:
    """No file of the project is another one afterwards, and nothing was sent."""
    homing = under_way(tmp_path)
    homing.file("rules/all.rules", SOONER)
    before = digests(homing)
    homing.well("plan", "--days", "3")
    homing.well("plan", "--replay", "3")
    assert digests(homing) == before
    assert homing.well("status", "--json").json["release"] == 1


def test_large_databases_are_copied_into_a_file(tmp_path: Path, monkeypatch: Any) -> None:
    """The copy is one that has no name, so that nothing is left of it; the figures are the same."""
    homing = under_way(tmp_path)
    in_memory = planned(homing, SOONER)
    before = digests(homing)
    monkeypatch.setattr("engine.storage.snapshot.IN_MEMORY", 0)
    assert planned(homing, SOONER) == in_memory
    assert digests(homing) == before


def test_the_same_rules(tmp_path: Path) -> None:
    """Rules that are in force change nothing, and the days to come are told once."""
    homing = under_way(tmp_path)
    said = homing.well("plan", "--days", "1")
    assert (
        said.out
        == """\
nothing changes from release 1

all 2 who are under way stay and go on as before

forecast from 2024-01-02T03:01:00+08:00 to 2024-01-03T03:01:00+08:00
- nobody new responds: nothing comes in, no task is finished, nobody opts out or lets a held message go; \
whatever is sent arrives
runs: 2

by day
day         messages
2024-01-02  1

messages
journey   state          message  channel  messages  segments
win_back  contact.hello  hello    sms      1         1
"""
    )


def test_the_first_rules(tmp_path: Path) -> None:
    """Before anything was applied everything is new, and there is one side only."""
    homing = make_project(tmp_path)
    homing.opened(create=True).store.close()
    found = planned(homing, RULES)
    assert (found["release"], found["new"], found["under_way"]) == (None, True, [])
    assert {item["change"] for item in found["differences"]} == {"added"}
    assert found["forecast"]["old"] is None
    assert found["forecast"]["new"]["totals"]["sent"] == 0


def test_rules_with_errors(tmp_path: Path) -> None:
    """They are shown as `check` shows them; there is no plan."""
    homing = applied_project(tmp_path)
    homing.file("rules/all.rules", RULES.replace("-> call\n      after 3", "-> cal\n      after 3"))
    said = homing("plan")
    assert said.status == 1
    assert "error[unknown-name]" in said.out
    assert said.err == "homing: no plan: the rules have errors\n"
    assert [item["slug"] for item in homing("plan", "--json").json["diagnostics"]][:1] == ["unknown-name"]


def test_values_that_would_be_lost(tmp_path: Path) -> None:
    """What `apply` would refuse is told; the days to come are those of the rules in force."""
    homing = under_way(tmp_path)
    homing.well("import", "customers", homing.file("c.csv", "id,points\nC1,12\n"))
    found = planned(homing, RULES.replace("points: number", "points: money"), status=1)
    assert found["refused"].endswith("`points` was number, not money: 1 stored value would be lost")
    assert found["forecast"]["new"] is None
    assert found["forecast"]["old"]["totals"]["sent"] == 1
    assert "these rules cannot be applied: " in homing("plan").out


def test_what_waits_and_what_is_dropped(tmp_path: Path) -> None:
    """Messages that a policy holds at the end are counted by its line, and so are those given up."""
    homing = under_way(tmp_path)
    line = "  send on every day 09:00 to 20:00\n"
    closed = RULES.replace(
        line, "  send on saturday 09:00 to 20:00\n  never on saturday\n  give up after 9 days\n"
    )
    found = planned(homing, closed, "--days", "7")["forecast"]["new"]
    assert found["waiting"] == [
        {"policy": "marketing", "because": "send on saturday 09:00 to 20:00", "count": 1}
    ]
    found = planned(homing, closed.replace("9 days", "2 days"), "--days", "7")["forecast"]["new"]
    assert found["dropped"] == [{"policy": "marketing", "because": GIVEN_UP, "count": 1}]
    assert found["waiting"] == []


GIVEN_UP = "give up after 2 days; until then: send on saturday 09:00 to 20:00"
GRANTS = """
benefit half_price "老客专属5折券" { worth 600, quota 20 per month }
"""


def test_grants(tmp_path: Path) -> None:
    """What is given, or reserved for a person, is counted beside its quota, and it is said that nobody decides."""
    homing = under_way(tmp_path)
    rules = SOONER.replace("    state call {\n", "    state call {\n      grant half_price\n") + GRANTS
    found = planned(homing, rules)
    assert found["forecast"]["new"]["grants"] == [{"day": "2024-01-03", "benefit": "half_price", "count": 1}]
    assert any("nobody decides on it" in item for item in found["forecast"]["assumptions"])
    assert "half_price  20 per month  0" in homing.well("plan").out


def test_a_replay(tmp_path: Path) -> None:
    """The past days again: what really came in comes in, and what only one rule set would have sent is listed."""
    homing = replayed(tmp_path)
    homing.file("rules/all.rules", RULES.replace("last 90 days and", "last 120 days and"))
    said = homing.well("plan", "--replay", "5")
    _, _, told = said.out.partition("replay from ")
    assert (
        told
        == """\
2024-01-05T10:00:00+08:00 to 2024-01-10T10:00:00+08:00
- at its beginning nobody is under way; what had been sent by then counts
- attributes, records, tags and consents are as they are today
- events and opt-outs come in when they happened; a task that was finished is finished again when it is open
- nobody lets a held message go; whatever is sent arrives, and nobody responds to it otherwise than they did
runs: 6
where two figures stand, the first is of the rules in force, the second of the new ones

by day
day         messages  tasks  entered
2024-01-05  2 → 1     0      2 → 1
2024-01-09  0         1      0

messages
journey   state          message  channel  messages  segments
win_back  contact.hello  hello    sms      2 → 1     2 → 1

journeys
journey   outcome  entered  ended
win_back           2 → 1    0
win_back  won      0        1 → 0

tasks
role     task   tasks
advisor  phone  1

messages that only the old rules would have sent: 1; only the new ones: 0; both: 1, 0 of them on other days
customer  only  at                         journey   state          message
C2        old   2024-01-05T10:05:00+08:00  win_back  contact.hello  hello
"""
    )


def replayed(folder: Path) -> Homing:
    """A project in which C1 has stayed away long and C2 for 100 days; C2 comes again on 7 January."""
    homing = applied_project(folder)
    people = "id,name,phone\nC1,陈,13800000001\nC2,王,13800000002\n"
    homing.well("import", "customers", homing.file("c.csv", people))
    visits = "customer,at\nC1,2023-01-01\nC2,2023-09-25\nC2,2024-01-07 15:00\n"
    homing.well("run", "--at", "2024-01-04 10:00")
    homing.well("import", "visit", homing.file("v.csv", visits))
    homing.well("run", "--at", "2024-01-10 10:00")
    return homing


def test_a_replay_heeds_opt_outs_and_finished_tasks(tmp_path: Path) -> None:
    """Who opted out is not written to afterwards; a task that was finished is finished again at its time."""
    homing = under_way(tmp_path)
    homing.well("run", "--at", "2024-01-02 12:00")
    (task,) = homing.well("tasks", "list", "--json").json
    homing.well("tasks", "finish", task["id"], "--outcome", "refused", "--as", "ann")
    homing.well("optout", "C1")
    homing.well("run", "--at", "2024-01-09 12:00")
    found = planned(homing, SOONER, "--replay", "8")["replay"]
    ends = [(row["day"], row["outcome"], row["count"]) for row in found["old"]["ended"]]
    assert ("2024-01-02", "refused", 1) in ends
    assert found["old"]["totals"]["sent"] == 1


def test_a_replay_begins_with_those_who_were_under_way(tmp_path: Path) -> None:
    """Nobody comes in a second time, nothing is sent again; what really came next comes next."""
    homing = under_way(tmp_path)
    for day in range(2, 12):
        homing.well("run", "--at", f"2024-01-{day:02} 12:00")
    lived = homing.well("plan", "--replay", "9", "--json").json["replay"]
    assert lived["assumptions"][0] == (
        "at its beginning 2 are under way, as the trail of moves tells; what had been sent by then counts"
    )
    assert (lived["old"]["totals"]["entered"], lived["old"]["messages"]) == (0, [])
    assert [(row["day"], row["task"]) for row in lived["old"]["tasks"]] == [("2024-01-06", "phone")]
    assert planned(homing, RENAMED, "--replay", "9")["replay"]["new"]["totals"]["tasks"] == 1
    assert "the moves that would help are made" in homing.well("plan", "--replay", "9").out
    homing.file("rules/all.rules", RENAMED)
    homing.well("apply", "--move", "win_back.contact.call=contact.phone_call")
    later = homing.well("plan", "--replay", "9", "--json").json["replay"]
    assert [item.partition(",")[0] for item in later["assumptions"][:2]] == [
        "at its beginning 1 is under way",
        "1 was in a state then that the rules in force do not have",  # the trail knows no renaming
    ]


def test_a_replay_needs_a_release(tmp_path: Path) -> None:
    """Before the first release there is nothing to be replayed."""
    homing = make_project(tmp_path)
    homing.opened(create=True).store.close()
    said = homing("plan", "--replay", "3")
    assert (said.status, said.err.partition("\n")[0]) == (2, "homing: no rules have been applied yet")


def test_many_customers_take_fewer_turns(tmp_path: Path, monkeypatch: Any) -> None:
    """With many customers turns are thinned, which is said; what is sent on which day stays the same."""
    homing = under_way(tmp_path)
    exact = planned(homing, SOONER)["forecast"]
    monkeypatch.setattr(trial, "_PACES", ((0, None), (10, 12)))
    thinned = planned(homing, SOONER)["forecast"]
    assert thinned["old"] == exact["old"]
    assert thinned["new"] == exact["new"]
    assert any(item.startswith("runs take place once in 12 hours") for item in thinned["assumptions"])


def test_a_side_whose_process_is_gone() -> None:
    """Whoever waits for the other side is told when its process was killed."""
    with pytest.raises(KilledError):
        sides._at_once(lambda: os._exit(9), lambda: 1)


def test_what_the_other_side_refuses() -> None:
    """An error that a person can mend comes over from the other process."""

    def refused() -> int:
        raise UsageError(say("no"))

    with pytest.raises(UsageError, match="no"):
        sides._at_once(refused, lambda: 1)
