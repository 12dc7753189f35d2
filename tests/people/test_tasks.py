"""The work of people while it is open: put off, handed over, noted on; and the lists of it."""

from pathlib import Path

from tests.queues import held, hire, tasks, with_held


def _first(homing: object) -> str:
    return str(tasks(homing)[0]["id"])  # type: ignore[arg-type]


def test_putting_off(tmp_path: Path) -> None:
    """The deadline moves, to a time to come; the task is overdue after it only."""
    homing = with_held(tmp_path)
    one = _first(homing)
    assert tasks(homing)[0]["due"] == "2026-11-25T10:00:00+08:00"
    homing.well("tasks", "postpone", one, "--until", "2026-11-27 18:00", "--because", "客户出差")
    homing.well("run", "--at", "2026-11-26 10:00")
    assert [(row["due"], row["overdue"]) for row in tasks(homing)] == [("2026-11-27T18:00:00+08:00", False)]
    said = homing("tasks", "postpone", one, "--until", "2026-11-26 09:00")
    assert (said.status, said.err.splitlines()[0]) == (2, "homing: 2026-11-26T09:00:00+08:00 has passed")
    homing.well("run", "--at", "2026-11-27 18:01")
    assert [row["id"] for row in tasks(homing, "--overdue")] == [one]
    assert homing("status", "--json").json["tasks_overdue"] == 1


def test_what_nobody_did_expires_with_its_state(tmp_path: Path) -> None:
    """However far it was put off: the journey's own times decide."""
    homing = with_held(tmp_path, value=100)
    one = _first(homing)
    homing.well("tasks", "postpone", one, "--until", "2026-12-24 18:00")
    homing.well("run", "--at", "2026-11-28 10:00")
    assert [row["status"] for row in tasks(homing)] == ["expired"]
    said = homing("tasks", "finish", one, "--outcome", "reached")
    assert (said.status, said.err) == (
        1, f"homing: task {one} is expired already since 2026-11-28T10:00:00+08:00\n"
    )  # fmt: skip


def test_handing_over(tmp_path: Path) -> None:
    """To who has the role; from whom it is with, or by their name; those who leave leave it to everybody."""
    homing = with_held(tmp_path)
    hire(homing)
    homing.well("staff", "add", "小赵", "--role", "advisor")
    homing.well("staff", "add", "小钱", "--role", "advisor")
    one = _first(homing)
    said = homing("tasks", "assign", one, "--to", "王经理", "--as", "小李")
    assert (said.status, said.err.splitlines()[0]) == (1, "homing: 王经理 does not have the role `advisor`")
    homing.well("tasks", "assign", one, "--to", "小李", "--as", "小赵")
    assert [row["id"] for row in tasks(homing, "--mine", "--as", "小李")] == [one]
    assert tasks(homing, "--mine", "--as", "小赵") == []
    said = homing("tasks", "assign", one, "--to", "小钱", "--as", "小赵")
    assert (said.status, said.err) == (
        1, f"homing: task {one} is with 小李\n  hint: `--from 小李` takes it from them\n"
    )  # fmt: skip
    homing.well("tasks", "assign", one, "--to", "小赵", "--as", "小李")
    homing.well("tasks", "assign", one, "--to", "小钱", "--from", "小赵", "--as", "小李")
    said = homing("tasks", "assign", one, "--to", "小李", "--from", "小赵", "--as", "小李")
    assert (said.status, said.err) == (1, f"homing: task {one} is not with 小赵\n")
    assert homing.well("staff", "remove", "小钱", "--json").json["tasks_freed"] == 1
    assert tasks(homing)[0]["assignee"] is None


def test_handing_all_over(tmp_path: Path) -> None:
    """All that is with somebody, counted first; a row on the trail for each; what is not for both is passed over."""
    homing = with_held(tmp_path, 3)
    hire(homing)
    homing.well("staff", "add", "小赵", "--role", "advisor")
    first, second, third = (row["id"] for row in tasks(homing))
    for one in (first, second):
        homing.well("tasks", "assign", one, "--to", "小李", "--as", "小赵")
    homing.well("tasks", "finish", second, "--outcome", "reached", "--as", "小李")
    over = ("tasks", "assign", "--from", "小李", "--to", "小赵", "--as", "小李")
    said = homing(*over)
    assert (said.status, said.err.splitlines()[0]) == (2, "homing: 小李 has 1 open task")
    said = homing("tasks", "assign", "--from", "小李", "--to", "王经理", "--as", "小李", "--yes")
    assert (said.status, said.err.splitlines()[1]) == (1, "1 was passed over")
    assert homing.well(*over, "--yes", "--json").json == [{"id": first, "status": "open", "assignee": "小赵"}]
    assert [row["id"] for row in tasks(homing, "--mine", "--as", "小赵")] == [first]
    assert {row["id"]: row["assignee"] for row in tasks(homing, "--status", "open")} == {
        first: "小赵",
        third: None,
    }
    told = [row["what"] for row in homing.well("audit", "--json").json if row["verb"] == "task assigned"]
    assert told[-1] == f"{first} phone from 小李 to 小赵"
    assert homing("tasks", "assign", "--to", "小赵").status == 2


def test_notes(tmp_path: Path) -> None:
    """Each with who wrote it and when."""
    homing = with_held(tmp_path)
    one = _first(homing)
    homing.well("tasks", "note", one, "占线", "--as", "小李")
    homing.well("tasks", "note", one, "下午再打", "--as", "小赵")
    at = "2026-11-23T10:00:00+08:00"
    assert tasks(homing)[0]["notes"] == [
        {"by": "小李", "at": at, "text": "占线"}, {"by": "小赵", "at": at, "text": "下午再打"},
    ]  # fmt: skip
    assert homing("tasks", "note", one, " ").status == 2


def test_what_is_filled_in_must_be_of_its_type(tmp_path: Path) -> None:
    """Nothing is finished by an answer that cannot be read."""
    homing = with_held(tmp_path)
    one = _first(homing)
    finish = ("tasks", "finish", one, "--outcome", "reached", "--set")
    for wrong in (
        "mood=fine",
        "visits=many",
        "visits=inf",
        "visits=1e300",
        "again=01/02/2026",
        "phone=1",
        "x",
    ):
        assert homing(*finish, wrong).status == 2, wrong
    assert tasks(homing)[0]["status"] == "open"
    homing.well(*finish, "mood=good", "--set", "visits=3", "--set", "again=2026-12-01")
    found = homing.well("customer", "C1", "--json").json["attributes"]
    assert (found["mood"], found["visits"]) == ("good", 3)


def test_pages(tmp_path: Path) -> None:
    """Part after part they are the whole list, also when something on it was decided on meanwhile."""
    homing = with_held(tmp_path, 5)
    for whole, command in ((held(homing), "queue"), (tasks(homing), "tasks")):
        ids, found, after = [one["id"] for one in whole], [], ()
        while page := homing.well(command, "list", "--limit", "2", *after, "--json").json:
            assert len(page) <= 2
            found += [one["id"] for one in page]
            after = ("--after", found[-1])
        assert found == ids
    first, second = (one["id"] for one in held(homing, "--limit", "2"))
    homing.well("queue", "refuse", second)
    assert len(held(homing, "--after", second)) == 3
    assert len(held(homing, "--after", first)) == 3
    assert homing("queue", "list", "--after", "9.9.9.9.9.9").status == 2


def test_the_contract_of_the_queue(tmp_path: Path) -> None:
    """Its keys, and those of tasks."""
    homing = with_held(tmp_path)
    assert list(held(homing)[0]) == ["id", "kind", "customer", "journey", "what", "because", "since", "role"]
    wanted = {"id", "customer", "journey", "state", "task", "title", "role", "status", "created", "due", "script",
              "asks", "outcomes"}  # fmt: skip
    assert wanted <= set(tasks(homing)[0])
