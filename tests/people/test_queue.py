"""Deciding on what waits: approvals bind the exact text, edits void them, of two people one decides."""

from pathlib import Path

from tests.queues import held, hire, messages, tasks, with_held

NEW = "【毛毛家】陈1女士,给您留了个好时段。回T退订"


def test_an_approval_binds_the_text(tmp_path: Path) -> None:
    """B8: when a value changes after it, somebody must look again."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    homing.well("queue", "approve", one["id"])
    changed = "id,name,title,phone,lifetime_value\nC1,陈一,女士,13800000001,8000\n"
    homing.well("import", "customers", homing.file("d.csv", changed))
    homing.well("run", "--at", "2026-11-23 10:05")
    assert messages(homing)["C1"][0] == "held"
    (again,) = held(homing)
    homing.well("queue", "approve", again["id"])
    homing.well("run", "--at", "2026-11-23 10:10")
    assert messages(homing)["C1"] == ("sent", "【毛毛家】陈一女士您好,五折为您保留。回T退订")


def test_another_text_after_the_approval_is_not_approved(tmp_path: Path) -> None:
    """B8: an edit voids the approval; what goes is the edited text, once that is approved."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    homing.well("queue", "approve", one["id"], "--as", "王经理")
    edited = homing.well("queue", "edit", one["id"], "--text", NEW, "--as", "小李", "--json").json
    assert (edited["text"], edited["length"], edited["segments"]) == (NEW, 23, 1)
    homing.well("run", "--at", "2026-11-23 10:05")
    assert messages(homing)["C1"] == ("held", NEW)
    (again,) = held(homing)
    assert (again["role"], again["because"]) == (
        "manager", "review by manager when lifetime_value > 5000; its text was written by 小李"
    )  # fmt: skip
    homing.well("queue", "approve", one["id"], "--as", "王经理")
    homing.well("run", "--at", "2026-11-23 10:10")
    assert messages(homing)["C1"] == ("sent", NEW)


def test_what_somebody_wrote_stands_whatever_values_do(tmp_path: Path) -> None:
    """Also where a value was missing: then a person's words are what lets it go."""
    homing = with_held(tmp_path, value=100)
    nobody = "id,name,phone,lifetime_value\nC2,王五,13800000099,100\n"
    homing.well("import", "customers", homing.file("d.csv", nobody))
    homing.well("run", "--at", "2026-11-23 10:05")
    (one,) = held(homing)
    assert one["because"] == "`title` is not known"
    said = homing("queue", "approve", one["id"])
    assert (said.status, "has no text" in said.err) == (1, True)
    homing.well("queue", "edit", one["id"], "--text", NEW)
    homing.well("run", "--at", "2026-11-23 10:06")
    (one,) = held(homing)
    homing.well("queue", "approve", one["id"])
    homing.well("run", "--at", "2026-11-23 10:07")
    assert messages(homing)["C2"] == ("sent", NEW)


def test_an_edited_text_is_looked_over(tmp_path: Path) -> None:
    """What its policy forbids or wants, what a template would fill in, and nothing at all: nothing is changed."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    said = homing("queue", "edit", one["id"], "--text", "清仓了!")
    assert (said.status, said.err) == (
        1, 'homing: the text breaks forbid "清仓", require "回T退订"\n  hint: nothing was changed\n'
    )  # fmt: skip
    for text in ("", "  ", "{{ name }}您好。回T退订", "a\x00b"):
        assert homing("queue", "edit", one["id"], "--text", text).status == 2, text
    assert homing("queue", "edit", one["id"], "--text", NEW, "--channel", "wecom").status == 2
    assert homing("queue", "edit", one["id"], "--text", NEW, "--subject", "x").status == 2
    assert homing("queue", "edit", one["id"]).status == 2
    assert held(homing) == [one]


def test_a_text_from_a_file(tmp_path: Path) -> None:
    """For long ones."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    homing.well("queue", "edit", one["id"], "--file", homing.file("text.txt", NEW + "\n"))
    assert homing.well("queue", "show", one["id"], "--json").json[0]["text"] == NEW


def test_nobody_approves_their_own_words_where_the_house_says_so(tmp_path: Path) -> None:
    """`second_person`; else they may."""
    homing = with_held(tmp_path / "strict", config="\n[review]\nsecond_person = true\n")
    hire(homing)
    (one,) = held(homing)
    homing.well("queue", "edit", one["id"], "--text", NEW, "--as", "王经理")
    said = homing("queue", "approve", one["id"], "--as", "王经理")
    assert (said.status, said.err) == (
        1, f"homing: 王经理 wrote the text of message {one['id']}: somebody else must approve it\n"
    )  # fmt: skip
    homing.well("queue", "approve", one["id"], "--as", "李总")
    lenient = with_held(tmp_path / "lenient")
    (one,) = held(lenient)
    lenient.well("queue", "edit", one["id"], "--text", NEW, "--as", "王经理")
    lenient.well("queue", "approve", one["id"], "--as", "王经理")


def test_an_approval_of_the_text_that_was_seen(tmp_path: Path) -> None:
    """H4: with the digest that was shown; another text by then is not approved."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    (shown,) = homing.well("queue", "show", one["id"], "--json").json
    homing.well("queue", "edit", one["id"], "--text", NEW)
    said = homing("queue", "approve", one["id"], "--seen", shown["digest"])
    assert (said.status, said.err.splitlines()[0]) == (
        1, f"homing: message {one['id']} has another text by now"
    )  # fmt: skip
    (shown,) = homing.well("queue", "show", one["id"], "--json").json
    homing.well("queue", "approve", one["id"], "--seen", shown["digest"])


def test_who_comes_too_late_is_told_who_decided_and_when(tmp_path: Path) -> None:
    """B7, within one process."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    homing.well("queue", "refuse", one["id"], "--as", "王经理", "--because", "太贵")
    for act in ("approve", "refuse"):
        said = homing("queue", act, one["id"], "--as", "李总")
        assert (said.status, said.err.splitlines()[0]) == (
            1, f"homing: {one['id']} is not held: refused by 王经理 at 2026-11-23T10:00:00+08:00"
        )  # fmt: skip
    assert messages(homing)["C1"][0] == "dropped"
    assert len(tasks(homing)) == 1


def test_a_held_text_that_is_forbidden_goes_once_it_is_approved(tmp_path: Path) -> None:
    """`forbid` holds a message for a person, who may let it go."""
    homing = with_held(tmp_path, value=100)
    rude = "id,name,title,phone,lifetime_value\nC2,清仓,女士,13800000099,100\n"
    homing.well("import", "customers", homing.file("d.csv", rude))
    homing.well("run", "--at", "2026-11-23 10:05")
    (one,) = held(homing)
    assert one["because"] == 'forbid "清仓"'
    homing.well("queue", "approve", one["id"])
    homing.well("run", "--at", "2026-11-23 10:06")
    assert messages(homing)["C2"][0] == "sent"
