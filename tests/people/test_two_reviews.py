"""Messages that two roles must let go: each decides, in whatever order, on record; one of them refuses for both."""

from pathlib import Path

from tests.projects import Homing
from tests.queues import held, hire, with_held

LATER = "2026-11-23 10:05"
NEW = "【毛毛家】陈1女士,给您留了个好时段。回T退订"
STRICT = "\n[review]\nsecond_person = true\n"


def _with_plan(folder: Path, config: str = "", count: int = 1) -> tuple[Homing, str]:
    """Customers so valuable that their plan is for the general manager, by its `send`, and a manager, by its policy."""
    homing = with_held(folder, count, config, value=95000)
    hire(homing)
    return homing, next(one["id"] for one in held(homing) if one["what"] == "plan")


def _plan(homing: Homing, identity: str) -> dict[str, object]:
    (found,) = homing.well("queue", "show", identity, "--json").json
    return dict(found)


def _status(homing: Homing, identity: str) -> str:
    found = homing.well("messages", "--json").json
    return str(next(one["status"] for one in found if one["id"] == identity))


def test_each_role_decides(tmp_path: Path) -> None:
    """In whatever order; until the last has, it waits for the others, who alone see it, and nobody decides twice."""
    homing, plan = _with_plan(tmp_path)
    homing.well("staff", "add", "赵经理", "--role", "manager")
    first = _plan(homing, plan)
    assert (first["role"], first["because"]) == (
        "general_manager, manager", "review by general_manager; review by manager when lifetime_value > 5000"
    )  # fmt: skip
    assert plan in [one["id"] for one in held(homing, "--role", "general_manager")]
    said = homing.well("queue", "approve", plan, "--as", "王经理")
    assert said.err == "1 approved\n1 of them waits for `general_manager` now\n"
    said = homing("queue", "approve", plan, "--as", "赵经理")
    assert (said.status, said.err.splitlines()[0]) == (
        1,
        f"homing: message {plan} waits for `general_manager` now: approved by 王经理 at 2026-11-23T10:00:00+08:00",
    )
    homing.well("run", "--at", LATER)
    again = _plan(homing, plan)
    assert (again["role"], again["because"], again["since"]) == (
        "general_manager", first["because"], first["since"]
    )  # fmt: skip
    assert again["approvals"] == [{"role": "manager", "who": "王经理", "at": "2026-11-23T10:00:00+08:00"}]
    assert plan not in [one["id"] for one in held(homing, "--role", "manager")]
    assert "general_manager; manager has approved" in homing.well("queue").out
    homing.well("queue", "approve", plan, "--as", "李总")
    homing.well("run", "--at", "2026-11-23 10:10")
    assert _status(homing, plan) == "sent"
    assert [row["actor"] for row in homing.well("audit", "--json").json if row["verb"] == "message approved"] == [
        "王经理", "李总"
    ]  # fmt: skip


def test_who_has_both_roles_decides_for_both_unless_a_second_person_must(tmp_path: Path) -> None:
    """With `second_person` for the one that fewest have, once; somebody else for the other."""
    homing, plan = _with_plan(tmp_path / "lenient")
    assert homing.well("queue", "approve", plan, "--as", "李总").err == "1 approved\n"
    homing, plan = _with_plan(tmp_path / "strict", STRICT)
    homing.well("queue", "approve", plan, "--as", "李总")
    assert _plan(homing, plan)["role"] == "manager"
    said = homing("queue", "approve", plan, "--as", "李总")
    assert (said.status, said.err.splitlines()[0]) == (
        1,
        f"homing: 李总 has approved message {plan} for `general_manager`: somebody else must for `manager`",
    )
    homing.well("queue", "approve", plan, "--as", "王经理")
    homing.well("run", "--at", LATER)
    assert _status(homing, plan) == "sent"


def test_one_refuses_for_both_and_an_edit_voids_what_was_approved(tmp_path: Path) -> None:
    """Also what a value changes; what was decided last can be taken back, and leaves what others decided."""
    homing, plan = _with_plan(tmp_path)
    homing.well("queue", "approve", plan, "--as", "王经理")
    homing.well("queue", "edit", plan, "--text", NEW, "--as", "小李")
    assert _plan(homing, plan)["role"] == "manager, general_manager"
    homing.well("run", "--at", LATER)
    assert (_plan(homing, plan)["role"], _plan(homing, plan)["approvals"]) == ("general_manager, manager", [])
    homing.well("queue", "approve", plan, "--as", "王经理")
    homing.well("queue", "approve", plan, "--as", "李总")
    homing.well("queue", "undo", plan, "--as", "李总")
    assert (_plan(homing, plan)["role"], _plan(homing, plan)["text"]) == ("general_manager", NEW)
    homing.well("queue", "refuse", plan, "--as", "李总")
    assert _status(homing, plan) == "dropped"
    homing.well("queue", "undo", plan, "--as", "李总")
    assert _plan(homing, plan)["role"] == "general_manager"


def test_a_changed_value_voids_what_one_of_them_approved(tmp_path: Path) -> None:
    """Both look again, at the new text."""
    homing, _ = _with_plan(tmp_path)
    hello = next(one["id"] for one in held(homing) if one["what"] == "hello")
    rules = (homing.folder / "rules" / "all.rules").read_text()
    homing.file("rules/all.rules", rules.replace("  review by", "  review by advisor\n  review by", 1))
    homing.well("apply")
    homing.well("run", "--at", LATER)
    assert _plan(homing, hello)["role"] == "advisor, manager"
    homing.well("queue", "approve", hello, "--as", "小李")
    changed = "id,name,title,phone,lifetime_value\nC1,陈一,女士,13800000001,95000\n"
    homing.well("import", "customers", homing.file("d.csv", changed))
    homing.well("run", "--at", "2026-11-23 10:10")
    again = _plan(homing, hello)
    assert (again["role"], again["approvals"]) == ("advisor, manager", [])
    assert "陈一" in str(again["text"])


def test_many_and_beforehand(tmp_path: Path) -> None:
    """Bulk decisions count for the roles of who decides; beforehand, too, every role must have approved."""
    homing, _ = _with_plan(tmp_path, count=3)
    (first, *_) = said = homing.well(
        "queue", "approve", "--message", "plan", "--yes", "--as", "王经理", "--json"
    ).json
    assert (len(said), first["waits_for"]) == (3, "general_manager")
    said = homing("queue", "approve", "--message", "plan", "--yes", "--as", "王经理")
    assert (said.status, said.err.splitlines()[:2]) == (1, ["0 approved", "3 were passed over"])
    homing.well("queue", "refuse", "--message", "plan", "--yes", "--as", "李总")
    beforehand = ("queue", "approve", "--message", "plan", "--next", "2", "--as")
    said = homing.well(*beforehand, "王经理", "--json")
    assert said.json == {"message": "plan", "preapproved": 2, "waits_for": "general_manager"}
    rows = "".join(f"D{n},陈{n},女士,1390000{n:04},95000\n" for n in range(3))
    homing.well("import", "customers", homing.file("e.csv", "id,name,title,phone,lifetime_value\n" + rows))
    homing.well("run", "--at", LATER)
    assert {messages_of(homing)[f"D{n}"] for n in range(3)} == {"held"}
    homing.well(*beforehand, "李总")
    homing.well(
        "import",
        "customers",
        homing.file("f.csv", "id,name,title,phone,lifetime_value\n" + rows.replace("D", "E")),
    )
    homing.well("run", "--at", "2026-11-23 10:10")
    assert sorted(messages_of(homing)[f"E{n}"] for n in range(3)) == ["held", "sent", "sent"]


def messages_of(homing: Homing) -> dict[str, str]:
    """The status of everybody's plan."""
    found = homing.well("messages", "--json").json
    return {one["customer"]: one["status"] for one in found if one["message"] == "plan"}
