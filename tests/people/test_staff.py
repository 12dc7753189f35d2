"""The staff: who may decide what, and what is told to who may not."""

from pathlib import Path

from tests.projects import applied_project
from tests.queues import RULES, held, hire, tasks, with_held


def test_people_and_their_roles(tmp_path: Path) -> None:
    """Roles are added and taken; each change is on the trail."""
    homing = applied_project(tmp_path, RULES)
    assert homing.well("staff", "--json").json == []
    hire(homing)
    listed = homing.well("staff", "list", "--json").json
    assert [(one["name"], one["roles"]) for one in listed] == [
        ("小李", ["advisor"]), ("李总", ["general_manager", "manager"]), ("王经理", ["manager"]),
    ]  # fmt: skip
    assert set(listed[0]) == {"name", "roles", "since"}
    taken = homing.well("staff", "remove", "李总", "--role", "manager", "--json").json
    assert taken == {"name": "李总", "roles": ["general_manager"], "tasks_freed": 0}
    assert homing.well("staff", "remove", "王经理").err == "王经理 has: none\n"
    assert [one["name"] for one in homing.well("staff", "--json").json] == ["小李", "李总"]


def test_a_role_that_no_rule_names(tmp_path: Path) -> None:
    """The nearest one is named; so is the nearest person."""
    homing = applied_project(tmp_path, RULES)
    said = homing("staff", "add", "小李", "--role", "manger")
    assert (said.status, said.err) == (
        2, "homing: no rule names a role `manger`\n  hint: did you mean `manager`?\n"
    )  # fmt: skip
    homing.well("staff", "add", "Ann Lee", "--role", "advisor")
    said = homing("staff", "remove", "Ann Le")
    assert said.err == "homing: nobody on the staff is called Ann Le\n  hint: did you mean `Ann Lee`?\n"


def test_without_staff_everybody_may_decide(tmp_path: Path) -> None:
    """As long as nobody is on it."""
    homing = with_held(tmp_path)
    (one,) = held(homing)
    homing.well("queue", "approve", one["id"], "--as", "谁都行")


def test_an_advisor_may_not_decide_for_a_manager(tmp_path: Path) -> None:
    """S51, I7: refused by the engine with status 1, which says who may; nor may who is not on the staff."""
    homing = with_held(tmp_path)
    hire(homing)
    (one,) = held(homing)
    for act in ("approve", "refuse"):
        said = homing("queue", act, one["id"], "--as", "小李")
        assert (said.status, said.err) == (
            1,
            (
                f"homing: 小李 may not decide on message {one['id']}: that is for `manager`\n"
                "  hint: who may: 李总, 王经理; `--as NAME` says who decides\n"
            ),
        )
    said = homing("queue", "approve", one["id"], "--as", "路人")
    assert (said.status, said.err) == (
        1,
        (
            f"homing: 路人 is not on the staff and may not decide on message {one['id']}\n"
            "  hint: who may: 李总, 王经理; `--as NAME` says who decides\n"
        ),
    )
    assert held(homing) == [one]
    homing.well("queue", "approve", one["id"], "--as", "王经理")
    assert held(homing) == []


def test_tasks_are_for_their_role(tmp_path: Path) -> None:
    """A manager does not finish an advisor's call."""
    homing = with_held(tmp_path)
    hire(homing)
    (one,) = tasks(homing)
    finish = ("tasks", "finish", one["id"], "--outcome", "reached")
    said = homing(*finish, "--as", "王经理")
    assert (said.status, said.err.splitlines()[0]) == (
        1, f"homing: 王经理 may not decide on task {one['id']}: that is for `advisor`"
    )  # fmt: skip
    homing.well(*finish, "--as", "小李")
