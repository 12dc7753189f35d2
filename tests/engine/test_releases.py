"""Applying rules: what is made, what is refused, and what becomes of everyone under way."""

from pathlib import Path
from typing import Any

import pytest

from tests.projects import CONFIG, RULES, Homing, applied_project, make_project

CALL = """\
    state call {
      task phone "问候" {
        assign advisor
        due 2 days
        script greet
        ask reason: one of convenience, price
        outcome interested -> end interested
        outcome refused -> end refused
      }
      after 5 days -> end silent
    }
"""


def under_way(folder: Path) -> Homing:
    """A project with C1 in `hello` and C2 in `call`."""
    homing = applied_project(folder)
    homing.well(
        "import", "customers", homing.file("c.csv", "id,name,phone\nC1,陈,13800000001\nC2,王,13800000002\n")
    )
    homing.well("import", "visit", homing.file("v.csv", "customer,at\nC1,2023-01-01\nC2,2023-01-01\n"))
    homing.well("run", "--at", "2024-01-02 03:00")
    homing.well("import", "customers", homing.file("c.csv", "id,reason\nC2,price\n"))
    homing.well("run", "--at", "2024-01-02 03:01")
    assert active(homing) == {"win_back": {"contact.call": 1, "contact.hello": 1}}
    return homing


def active(homing: Homing) -> Any:
    """Who is where."""
    return homing("status", "--json").json["active"]


def rules(homing: Homing, text: str) -> None:
    """Write other rules."""
    homing.file("rules/all.rules", text)


def changed(old: str, new: str) -> str:
    """The rules with something else in one place."""
    assert RULES.count(old) == 1
    return RULES.replace(old, new)


def test_apply_makes_tables(tmp_path: Path) -> None:
    """The first release makes a table for customers and for each kind that is declared."""
    said = make_project(tmp_path).well("apply", "--json", "--as", "ann").json
    assert (said["release"], said["new"], said["under_way"]) == (1, True, [])
    assert {"made table customer", "made table event_visit", "made table record_appointment"} <= set(
        said["tables"]
    )


def test_the_same_rules_again(tmp_path: Path) -> None:
    """Rules that are in force already make no new release."""
    homing = applied_project(tmp_path)
    said = homing.well("apply", "--json").json
    assert (said["release"], said["new"]) == (1, False)


def test_errors_are_not_applied(tmp_path: Path) -> None:
    """Rules with errors are shown and refused; those in force stay."""
    homing = applied_project(tmp_path)
    rules(homing, changed("-> call\n      after 3", "-> cal\n      after 3"))
    said = homing("apply")
    assert said.status == 1
    assert "all.rules:" in said.out
    assert said.err == "homing: not applied: the rules have errors\n"
    assert homing.well("status", "--json").json["release"] == 1


def test_channels_that_are_not_configured(tmp_path: Path) -> None:
    """A channel that rules send by must be in the configuration."""
    homing = make_project(tmp_path, config='[project]\nbrand = "x"\n')
    said = homing("apply")
    assert said.status == 1
    assert "error[missing-channel]: There is no channel `sms` in homing.toml." in said.out
    assert "hint: Write [channels.sms] there" in said.out


def test_a_half_saved_file_does_not_go_live(tmp_path: Path) -> None:
    """Runs use the applied rules, whatever the files say meanwhile, letters included."""
    letter = 'email: subject "信" file "letters/a.html.j2"'
    text = changed('  sms: "【{{ brand }}】{{ name }}您好,好久不见!回复1预约,回T退订"', f"  {letter}")
    text = text.replace("send hello via sms", "send hello via email")
    homing = make_project(tmp_path, text, CONFIG + "\n[channels.email]\n")
    homing.file("rules/letters/a.html.j2", "{{ name }}您好")
    homing.well("apply")
    homing.file("rules/letters/a.html.j2", "{{ nothing }}")
    rules(homing, "journey {")
    homing.well("import", "customers", homing.file("c.csv", "id,name,email\nC1,陈,a@b.cn\n"))
    homing.well("import", "visit", homing.file("v.csv", "customer,at\nC1,2023-01-01\n"))
    homing.well("run", "--at", "2024-01-02 10:00")
    assert [item["text"] for item in homing.well("messages", "--json").json] == ["陈您好"]


def test_those_under_way_are_told(tmp_path: Path) -> None:
    """Who stays as they were, and who goes on by other rules; another title concerns nobody."""
    homing = under_way(tmp_path)
    text = changed("after 3 days at 10:00", "after 4 days at 10:00")
    rules(homing, text.replace("outcome interested ->", 'outcome interested "有意向" ->'))
    said = homing.well("apply", "--json").json
    assert sorted((one["state"], one["count"], one["fate"]) for one in said["under_way"]) == [
        ("contact.call", 1, "stays"),
        ("contact.hello", 1, "anew"),
    ]
    shown = homing.well("status").out
    assert "contact.hello" in shown


def test_nobody_is_stranded(tmp_path: Path) -> None:
    """A state with people in it may not go without a word about where they go; the hint says it to the letter."""
    homing = under_way(tmp_path)
    rules(homing, RULES.replace("state call", "state phone_call").replace("-> call", "-> phone_call"))
    said = homing("apply")
    assert said.status == 2
    assert said.err == (
        "homing: 1 under way would be stranded:\n"
        "  win_back.contact.call: 1 would be stranded\n"
        "  hint: say where they go: --move win_back.contact.call=contact.phone_call\n"
    )
    assert homing.well("status", "--json").json["release"] == 1
    homing.well("apply", "--move", "win_back.contact.call=contact.phone_call")
    assert active(homing) == {"win_back": {"contact.hello": 1, "contact.phone_call": 1}}


def test_a_renamed_state_is_not_entered_again(tmp_path: Path) -> None:
    """Moving does no action twice: the task goes on, and can be finished."""
    homing = under_way(tmp_path)
    rules(homing, RULES.replace("state call", "state phone_call").replace("-> call", "-> phone_call"))
    homing.well("apply", "--move", "win_back.contact.call=contact.phone_call")
    homing.well("run", "--at", "2024-01-02 03:02")
    tasks = homing.well("tasks", "list", "--json").json
    assert [(task["status"], task["state"]) for task in tasks] == [("open", "contact.phone_call")]
    homing.well("tasks", "finish", tasks[0]["id"], "--outcome", "interested", "--as", "ann")
    homing.well("run", "--at", "2024-01-02 03:03")
    journeys = homing.well("customer", "C2", "--json").json["journeys"]
    assert [(one["status"], one["outcome"]) for one in journeys] == [("ended", "interested")]


def test_ending_those_in_a_state(tmp_path: Path) -> None:
    """Who has nowhere to go may be ended; what waited for them is taken back."""
    homing = under_way(tmp_path)
    rules(homing, RULES.replace(CALL, "").replace("-> call", "-> end silent"))
    homing.well("apply", "--move", "win_back.contact.call=end withdrawn")
    assert active(homing) == {"win_back": {"contact.hello": 1}}
    assert [task["status"] for task in homing.well("tasks", "list", "--json").json] == ["cancelled"]
    found = homing.well("customer", "C2", "--json").json
    assert [(one["status"], one["outcome"]) for one in found["journeys"]] == [("ended", "withdrawn")]


def test_a_journey_that_is_gone(tmp_path: Path) -> None:
    """A whole journey ends with one move, its waiting messages taken back."""
    homing = under_way(tmp_path)
    rules(homing, RULES[: RULES.index("journey win_back")])
    said = homing("apply")
    assert (
        "hint: say where they go: --move win_back.contact.call=end --move win_back.contact.hello=end"
        in said.err
    )
    homing.well("apply", "--move", "win_back=end")
    assert active(homing) == {}
    assert {item["status"] for item in homing.well("messages", "--json").json} == {"cancelled"}


def test_messages_that_no_rule_wants(tmp_path: Path) -> None:
    """A message that waits is taken back when its `send` is gone, and the state counts as settled."""
    homing = under_way(tmp_path)
    rules(homing, changed("      send hello via sms\n", ""))
    homing.well("apply")
    messages = homing.well("messages", "--json", "--customer", "C1").json
    assert [(item["status"], item["because"]) for item in messages] == [("cancelled", "release")]
    homing.well("run", "--at", "2024-01-05 10:00")
    assert active(homing)["win_back"].get("contact.hello") is None


@pytest.mark.parametrize(
    ("move", "message"),
    [
        ("win_back", "--move 'win_back' is not JOURNEY.OLD=NEW"),
        ("win_bak.contact.hello=contact.call", "there is no journey `win_bak`"),
        ("win_back.contact.hello=contact.cal", "`win_back` has no state `contact.cal`"),
    ],
)
def test_moves_that_mean_nothing(tmp_path: Path, move: str, message: str) -> None:
    """A move must name a journey and a state that there are."""
    said = make_project(tmp_path)("apply", "--move", move)
    assert said.status == 2
    assert message in said.err


def test_declarations_grow(tmp_path: Path) -> None:
    """New attributes get columns; removed ones keep their values and have them again."""
    homing = applied_project(tmp_path)
    homing.well("import", "customers", homing.file("c.csv", "id,points\nC1,12\n"))
    rules(homing, changed("  points: number\n", "  shoe_size: number\n"))
    assert homing.well("apply", "--json").json["tables"] == ["added customer.shoe_size"]
    assert "points" not in homing.well("customer", "C1", "--json").json["attributes"]
    rules(homing, RULES)
    homing.well("apply")
    assert homing.well("customer", "C1", "--json").json["attributes"]["points"] == 12


def test_types_that_would_lose_values(tmp_path: Path) -> None:
    """A type may change while no value is stored; else it is refused with place and count."""
    homing = applied_project(tmp_path)
    rules(homing, changed("  points: number\n", "  points: date\n"))
    said = homing.well("apply", "--json")
    assert said.json["tables"] == ["customer.points was number and is now date"]
    homing.well("import", "customers", homing.file("c.csv", "id,points,name\nC1,2026-01-01,陈\n"))
    rules(homing, RULES)
    refused = homing("apply")
    assert refused.status == 2
    assert refused.err == (
        "homing: all.rules:8: `points` was date, not number: 1 stored value would be lost\n"
        "  hint: declare the new one under another name; the old values stay in customer.points\n"
    )


def test_types_that_are_stored_alike(tmp_path: Path) -> None:
    """A text may become a choice, a number to call or an address, and back, whatever is stored."""
    homing = applied_project(tmp_path)
    homing.well("import", "customers", homing.file("c.csv", "id,name\nC1,陈\n"))
    rules(homing, changed("  name: text\n", "  name: one of 陈, 王\n"))
    assert homing.well("apply", "--json").json["tables"] == []
    assert homing.well("customer", "C1", "--json").json["attributes"]["name"] == "陈"


def test_names_that_only_differ_in_case(tmp_path: Path) -> None:
    """The database does not tell them apart, so we say so."""
    homing = make_project(tmp_path, changed("  points: number\n", "  points: number\n  Points: number\n"))
    said = homing("apply")
    assert said.status == 2
    assert "`Points` and `points` differ too little to be stored apart" in said.err


def test_a_refused_release_leaves_nothing(tmp_path: Path) -> None:
    """All of it or nothing: no column of a release that was refused stays behind."""
    homing = under_way(tmp_path)
    without = RULES.replace(CALL, "").replace("-> call", "-> end silent")
    rules(homing, without.replace("  points: number\n", "  points: number\n  extra: text\n"))
    assert homing("apply").status == 2
    said = homing.well("apply", "--json", "--move", "win_back.contact.call=end").json
    assert said["tables"] == ["added customer.extra"]
