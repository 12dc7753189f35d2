"""Calls, by keys: what to say, what follows from each outcome, what becomes of a task, as `homing tasks` does it."""

from pathlib import Path

from tests.projects import Homing
from tests.queues import hire, tasks, with_held
from tests.rooms import LARGE, Visitor, visit, visiting


def staffed(folder: Path, count: int = 3) -> Homing:
    """A project with so many calls to make for two advisors."""
    homing = with_held(folder, count)
    hire(homing)
    homing.well("staff", "add", "小赵", "--role", "advisor")
    return homing


def test_a_call_from_today_to_its_end(tmp_path: Path) -> None:
    """Enter on Today leads here; the script names who reads it; what follows is told before anything is chosen."""
    homing = staffed(tmp_path)

    async def play(visitor: Visitor) -> None:
        await visitor.press("enter")
        for part in (
            "1 of 3 · nothing is overdue",
            "陈1女士您好,我是毛毛家的小李。",
            "138****0001",
            "good / bad",
            "1 reached  → the end of “召回”: reached",
            "3 later  nothing changes yet",
            "… 5 days after it has gone out: the end, silent",
        ):
            assert part in visitor.text, part
        assert "13800000001" not in visitor.text
        await visitor.press("v")
        assert "13800000001" in visitor.text
        await visitor.press("n", *"rings", "enter", "p", *["backspace"] * 16, *"soon", "enter")
        assert "'soon' is no time" in visitor.text
        await visitor.press(*["backspace"] * 4, *"tomorrow", "enter")
        assert "rings — 小李" in visitor.text
        assert "2026-11-24 10:00" in visitor.text
        await visitor.press("f", "ctrl+s")
        assert "choose what came of it" in visitor.text
        await visitor.press("1", "tab", "right", "tab", *"many")
        assert "? nothing is filled in for again" in visitor.text
        await visitor.press("escape")
        assert "Esc once more throws away" in visitor.text
        await visitor.press("tab", *"x", "enter", *"polite", "enter")
        assert "! visits: 'many' is no number" in visitor.text
        await visitor.press(*["backspace"] * 4, "2", "tab", "backspace", "enter", "enter")
        assert "陈1: reached" in visitor.told
        assert "1 of 2 · nothing is overdue" in visitor.text
        assert "陈2女士您好" in visitor.text
        assert "138****0002" in visitor.text

    visit(homing, "小李", play, LARGE)
    done = next(one for one in tasks(homing) if one["customer"] == "C1")
    assert (done["status"], done["outcome"], done["done_by"]) == ("done", "reached", "小李")
    known = homing.well("customer", "C1", "--json").json["attributes"]
    assert (known["mood"], known["visits"]) == ("good", 2)
    verbs = [one["verb"] for one in homing.well("audit", "--json").json if one["actor"] == "小李"]
    assert verbs == ["shown in full", "task noted", "task postponed", "task finished"]


def test_the_wrong_outcome_is_taken_back(tmp_path: Path) -> None:
    """`u` opens again what was finished last, with what was filled in; after a run it tells that it is too late."""
    homing = staffed(tmp_path, 2)

    async def play(visitor: Visitor) -> None:
        await visitor.press("3", "u")
        assert "You have finished nothing here" in visitor.told
        await visitor.press("f", "1", "tab", "right", "tab", "3", "ctrl+s")
        assert "1 of 1" in visitor.text
        await visitor.press("u")
        assert "open again" in visitor.told
        assert "陈1女士您好" in visitor.text
        assert "1 of 2" in visitor.text
        await visitor.press("f")
        assert "● good" in visitor.text
        await visitor.press("2", "ctrl+s")
        homing.well("run", "--at", "2026-11-23 10:05")
        await visitor.press("u")
        assert "rules have gone on from there" in visitor.told

    visit(homing, "小李", play, LARGE)
    done = next(one for one in tasks(homing) if one["customer"] == "C1")
    assert (done["outcome"], done["answers"]) == ("refused", {"mood": "good", "visits": 3.0})


def test_late_ones_come_first_and_say_so(tmp_path: Path) -> None:
    """Overdue, due today and later are headings; how late something is stands beside it; `c` leads to the customer."""
    homing = staffed(tmp_path)
    ids = {one["customer"]: str(one["id"]) for one in tasks(homing)}
    homing.well("tasks", "postpone", ids["C1"], "--until", "2026-11-27 09:00", "--as", "小李")
    homing.well("tasks", "postpone", ids["C2"], "--until", "2026-11-26 18:00", "--as", "小李")
    homing.well("run", "--at", "2026-11-26 10:00")

    async def play(visitor: Visitor) -> None:
        await visitor.press("3")
        rows = [line[:34] for line in visitor.lines]
        order = [next(place for place, row in enumerate(rows) if part in row) for part in (
            "Overdue", "陈3", "Due today", "陈2", "Later", "陈1",
        )]  # fmt: skip
        assert order == sorted(order)
        assert "! 1 day" in rows[order[1]]
        assert "18:00" in rows[order[3]]
        assert "1 of 3 · 1 overdue" in visitor.text
        await visitor.press("c")
        assert "[4 Customers]" in visitor.text
        assert "陈3" in visitor.text

    visit(homing, "小李", play)


def test_what_is_handed_over_is_another_s(tmp_path: Path) -> None:
    """`h` names who may do it; it leaves my list, `o` still shows it, `t` takes it; a manager hands it over, too."""
    homing = staffed(tmp_path, 2)

    async def play(visitor: Visitor) -> None:
        await visitor.press("3", "h")
        assert "王经理" not in visitor.text
        await visitor.press("down", "enter")
        assert "小赵 has it now" in visitor.told
        assert "1 of 1 · nothing is overdue" in visitor.text
        await visitor.press("o")
        assert "小赵 · 打电话" in visitor.text
        await visitor.press("home", "t")
        assert "小李 has it now" in visitor.told

    visit(homing, "小李", play, LARGE)

    async def looks(visitor: Visitor) -> None:
        await visitor.press("3")
        assert "Nothing to do for you." in visitor.text
        await visitor.press("o", "t")
        assert "王经理 does not have the role `advisor`" in visitor.told
        await visitor.press("h", "赵", "enter")
        assert "小赵 has it now" in visitor.told

    visit(homing, "王经理", looks)


def test_of_two_people_one_finishes(tmp_path: Path) -> None:
    """Two rooms on one file, one used with the mouse: who comes too late is told by whom it is done, and goes on."""
    homing = staffed(tmp_path, 2)

    async def play(first: Visitor) -> None:
        await first.press("3")
        async with visiting(homing, "小赵") as second:
            await second.press("3", "f")
            await second.pilot.click("#outcomes", offset=(4, 1))
            await second.press("enter")
        await first.press("f", "1", "enter")
        assert "is done already by 小赵" in first.told
        assert "陈2女士" in first.text

    visit(homing, "小李", play)
    assert next(one["outcome"] for one in tasks(homing) if one["customer"] == "C1") == "refused"


def test_pages_of_tasks_follow_each_other(tmp_path: Path) -> None:
    """Of more than fit on a page the next one comes beyond its last, and back."""

    async def play(visitor: Visitor) -> None:
        await visitor.press("3", "end", "down")
        assert "101 of 103" in visitor.text
        await visitor.press("up")
        assert "100 of 103" in visitor.text

    visit(staffed(tmp_path, 103), "小李", play)


def test_hostile_names_neither_crash_nor_hide_nor_colour(tmp_path: Path) -> None:
    """In list, card, story and dialogs they stand as marks."""
    homing = with_held(tmp_path, 0)
    name = b"[b]Bob[/b] \\u202e]52;c;\\u0007[/x] [TODO]".decode("unicode_escape")
    rows = f'id,name,title,phone,lifetime_value\nC9,"{name}",女士,13800000009,9000\n'
    homing.well("import", "customers", homing.file("evil.csv", rows))
    homing.well("run", "--at", "2026-11-23 11:00")

    async def play(visitor: Visitor) -> None:
        await visitor.press("3")
        assert "[TODO]" in visitor.text
        for key in ("f", "n", "p", "h"):
            await visitor.press(key)
            assert "[b]Bob[/b] ⟨202E⟩" in visitor.text
            assert not {"\u202e", "\x1b", "\x07"} & set(visitor.text)
            await visitor.press("escape")

    visit(homing, "王经理", play, LARGE)
