"""Approve, by keys: each decision is the verb of the command, and what stands on the screen is what it is about."""

from pathlib import Path

from engine.people.reviews import Question, ask
from engine.storage.schema import message
from engine.storage.states import MessageStatus
from tests.projects import Homing
from tests.queues import held, hire, messages, staffed, with_held
from tests.rooms import LARGE, Visitor, visit, visiting
from tests.shops_with_benefits import START, with_customers


def trail(homing: Homing) -> list[tuple[str, str, str | None]]:
    """Who did what, and why."""
    found = homing.well("audit", "--json").json
    return [(one["actor"], one["verb"], one["because"]) for one in found]


def test_the_item_tells_all_that_a_decision_needs(tmp_path: Path) -> None:
    """Exact text, length, masked number, the rule and its line, when it is given up."""

    async def play(visitor: Visitor) -> None:
        await visitor.press("2")
        for part in (
            "陈1女士您好",
            "23 characters, 1 segment",
            "138****0001",
            "all.rules:20",
            "2026-11-30 10:00",
        ):
            assert part in visitor.text
        assert "manager must approve it" in visitor.text
        assert "13800000001" not in visitor.text

    visit(staffed(tmp_path), "王经理", play)


def test_what_comes_of_it_once_approved_stands_there_before(tmp_path: Path) -> None:
    """It leaves with the next run, or waits for what else the rules ask; and who it goes to, with their story."""
    homing = staffed(tmp_path, 1)

    async def by_day(visitor: Visitor) -> None:
        await visitor.press("2")
        assert "once approved  may go via sms: the next run sends it" in visitor.text
        assert "召回: hello" in visitor.text

    async def at_night(visitor: Visitor) -> None:
        await visitor.press("2")
        assert "once approved  waits until 2026-11-24 09:00: only from 09:00 to 20:00" in visitor.text

    visit(homing, "王经理", by_day, LARGE)
    homing.well("run", "--at", "2026-11-23 21:00")
    visit(homing, "王经理", at_night, LARGE)


def test_enter_on_today_leads_here(tmp_path: Path) -> None:
    """Whoever has never seen it presses enter on the first line and is where it is done."""

    async def play(visitor: Visitor) -> None:
        await visitor.press("enter")
        assert "1 of 3 to decide on" in visitor.text

    visit(staffed(tmp_path), "王经理", play)


def test_approving_goes_on_to_the_next(tmp_path: Path) -> None:
    """`a` approves the text that was seen; the next item is there at once; u takes it back."""
    homing = staffed(tmp_path)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "a")
        assert "陈2女士" in visitor.text
        assert "1 of 2 to decide on" in visitor.text
        assert messages(homing)["C1"][0] == "waiting"
        await visitor.press("u")
        assert messages(homing)["C1"][0] == "held"
        assert "1 of 3 to decide on" in visitor.text
        assert "陈1女士" in visitor.text

    visit(homing, "王经理", play)
    assert [verb for who, verb, _ in trail(homing) if who == "王经理"] == [
        "message approved",
        "message approval undone",
    ]


def test_refusing_asks_why(tmp_path: Path) -> None:
    """`r` refuses once there is a reason, and offers it again; without one, or with escape, nothing is decided."""
    homing = staffed(tmp_path)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "r", "enter")
        assert "write something" in visitor.text
        await visitor.press("escape")
        assert messages(homing)["C1"][0] == "held"
        await visitor.press("r", *"rude", "enter")
        assert messages(homing)["C1"][0] == "dropped"
        assert "陈2女士" in visitor.text
        await visitor.press("r", "enter", "r", *"old", "enter")

    visit(homing, "王经理", play)
    refusals = [why for who, verb, why in trail(homing) if verb == "message refused"]
    assert refusals == ["rude", "rude", "old"]


def test_all_alike_are_approved_when_their_number_is_typed(tmp_path: Path) -> None:
    """`A` shows three of them and wants the number; another number does nothing; `u` takes all of them back."""
    homing = staffed(tmp_path, 5)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "A")
        assert all(f"陈{number}: " in visitor.text for number in (1, 2, 3))
        assert "陈4: " not in visitor.text
        await visitor.press("4", "enter")
        assert "that is not 5" in visitor.text
        await visitor.press("backspace", "5", "enter")
        assert "Nothing waits for your decision." in visitor.text
        assert {status for status, _ in messages(homing).values()} == {"waiting"}
        await visitor.press("u")
        assert "1 of 5 to decide on" in visitor.text

    visit(homing, "王经理", play)


def test_what_has_left_is_not_taken_back_with_the_others(tmp_path: Path) -> None:
    """`u` after `A` takes back what it can, all at once, and says of the rest why not."""
    homing = staffed(tmp_path)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "A", "3", "enter")
        one = homing.well("messages", "--customer", "C2", "--json").json[0]["id"]
        homing.well("queue", "undo", one, "--as", "李总")
        await visitor.press("u")
        assert "✓ 2 taken back" in visitor.text
        assert "! 1 passed over: nobody has decided on" in visitor.text

    visit(homing, "王经理", play)
    undone = [who for who, verb, _ in trail(homing) if verb == "message approval undone"]
    assert undone == ["李总", "王经理", "王经理"]


def test_what_somebody_wrote_is_never_among_all_alike(tmp_path: Path) -> None:
    """It is left out, told, and looked at by itself; wordings that differ are told apart."""
    homing = staffed(tmp_path, 4)
    homing.well("queue", "edit", held(homing)[0]["id"], "--text", "乱写。回T退订", "--as", "小李")
    said = homing("queue", "approve", "--message", "hello", "--as", "王经理").err.splitlines()
    assert said[0] == "1 that somebody wrote anew is left out: look at it by itself"
    assert said[-2] == "homing: 3 messages are held"

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "A")
        assert "Approve all 3 问候? Type 3." in visitor.text
        assert "! 1 is left out, since somebody wrote it anew" in visitor.text
        await visitor.press("3", "enter")
        assert "1 of 1 to decide on" in visitor.text
        await visitor.press("A")
        assert "1 is left out" in visitor.told

    visit(homing, "王经理", play)
    assert [status for status, _ in messages(homing).values()].count("held") == 1


def test_the_last_act_is_taken_back_and_nothing_older(tmp_path: Path) -> None:
    """`u` names what it takes back, edits and answers among it; what has been taken back waits where it did."""
    homing = staffed(tmp_path)
    doubtful(homing)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "end", "r", *"rude", "enter")
        assert visitor.told == "refused for 陈3: it never goes · u takes it back"
        await visitor.press("end", "e", "x", "ctrl+s")
        assert messages(homing)["C2"][1] == "【毛毛家】陈2女士您好,五折为您保留。回T退订x"
        await visitor.press("u")
        assert visitor.told == "taken back: edit for 陈2"
        assert messages(homing)["C2"][1] == "【毛毛家】陈2女士您好,五折为您保留。回T退订"
        await visitor.press("home", "n")
        assert visitor.told == "no opt-out: 陈1 goes on getting messages · u takes it back"
        assert "别再发了吧" not in visitor.text
        await visitor.press("u")
        assert visitor.told == "taken back: what was said of the reply of 陈1"
        assert "Is it an opt-out?" in visitor.text
        await visitor.press("home", "down", "y", *"called", "enter")
        assert visitor.told == "settled for 陈1: it arrived · u takes it back"
        assert messages(homing)["C1"][0] == "sent"
        await visitor.press("u")
        assert messages(homing)["C1"][0] == "unknown"
        assert "Did it arrive?" in visitor.text
        await visitor.press("u")
        assert visitor.told == "taken back: refusal for 陈3"

    visit(homing, "王经理", play)
    assert messages(homing)["C3"][0] == "held"


def doubtful(homing: Homing) -> None:
    """The first message is in doubt, and its customer has written something that may be an opt-out."""
    project = homing.opened()
    try:
        with project.store.write() as connection:
            values = {"status": MessageStatus.UNKNOWN, "counted_at": 0, "role": None, "because": None}
            connection.execute(message.update().where(message.c.customer == 1).values(values))
            ask(connection, Question(1, "别再发了吧", 0, unclear=True, channel="sms"), 0)
    finally:
        project.store.close()


def test_doubts_and_replies_are_decided_in_the_same_list(tmp_path: Path) -> None:
    """`y` and `n` answer the question that stands there; what needs evidence or cannot be undone asks first."""
    homing = staffed(tmp_path, 2)
    doubtful(homing)

    async def play(visitor: Visitor) -> None:
        assert "1 message in doubt" in visitor.text
        assert visitor.text.count("→ 2 Approve") == 3
        await visitor.press("2", "home")
        assert "Is it an opt-out?" in visitor.text
        assert "approve" not in visitor.lines[-1]
        await visitor.press("a", "y", "escape")
        assert "1 of 3 to decide on" in visitor.text
        await visitor.press("y", "enter")
        assert "Did it arrive?" in visitor.text
        await visitor.press("y", *"it is in their list", "enter")
        assert "1 of 1 to decide on" in visitor.text
        assert "陈2女士" in visitor.text

    visit(homing, "王经理", play)
    assert messages(homing)["C1"][0] == "sent"
    assert [verb for who, verb, _ in trail(homing) if who == "王经理"][:2] == ["reply: optout", "optout"]
    assert ("王经理", "message was sent", "it is in their list") in trail(homing)


def test_who_comes_too_late_is_told_and_goes_on(tmp_path: Path) -> None:
    """Two rooms on one file: of two people one decides, and the other is told by whom."""
    homing = staffed(tmp_path)

    async def play(first: Visitor) -> None:
        await first.press("2")
        async with visiting(homing, "李总") as second:
            await second.press("2", "a")
        await first.press("a")
        assert "approved by 李总" in first.told
        assert "陈2女士" in first.text

    visit(homing, "王经理", play)


def test_a_text_that_changed_since_is_not_approved(tmp_path: Path) -> None:
    """An approval is of what was seen: somebody has written it anew meanwhile."""
    homing = staffed(tmp_path, 1)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2")
        homing.well("queue", "edit", held(homing)[0]["id"], "--text", "别的。回T退订", "--as", "李总")
        await visitor.press("a")
        assert "another text by now" in visitor.told
        assert "别的" in visitor.text

    visit(homing, "王经理", play)
    assert messages(homing)["C1"][0] == "held"


def test_whoever_may_not_decide_is_told(tmp_path: Path) -> None:
    """The engine refuses, not the screen: an advisor sees what is for others, and cannot approve it."""
    homing = staffed(tmp_path)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2")
        assert "Nothing waits for your decision." in visitor.text
        await visitor.press("o", "a")
        assert "that is for `manager`" in visitor.told

    visit(homing, "小李", play)
    assert messages(homing)["C1"][0] == "held"

    async def looks(visitor: Visitor) -> None:
        assert "王小二 is not on the staff: you may look" in visitor.text

    visit(homing, "王小二", looks)


def test_addresses_are_shown_on_a_key_and_on_record(tmp_path: Path) -> None:
    """`v` shows the number of this customer, and the trail says who saw it; the next one is masked again."""
    homing = staffed(tmp_path)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "v")
        assert "13800000001" in visitor.text
        await visitor.press("a")
        assert "138****0002" in visitor.text
        await visitor.press("s")
        assert "138****0003" in visitor.text

    visit(homing, "王经理", play)
    verbs = [verb for who, verb, _ in trail(homing) if who == "王经理"]
    assert verbs == ["shown in full", "message approved"]


def test_keys_held_down_decide_only_on_what_was_seen(tmp_path: Path) -> None:
    """A burst of `a` approves one item: the next has not been on the screen for long enough."""
    homing = staffed(tmp_path)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2")
        shown = visitor.app.screen.snapshot.shown
        visitor.app.screen.attention.notice(shown)
        await visitor.pilot.press(*"aaaaa")
        await visitor.settle()
        assert "is not held" not in visitor.text

    visit(homing, "王经理", play, attention=3600.0)
    assert [status for status, _ in messages(homing).values()].count("waiting") == 1


def test_benefits_are_decided_in_the_same_list(tmp_path: Path) -> None:
    """A benefit tells what it is worth and which line asks for approval; `a` gives it."""
    homing = with_customers(tmp_path, 1)
    homing.well("run", "--at", START)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2")
        assert "五折券" in visitor.text
        assert "approve by manager" in visitor.text
        await visitor.press("a")
        assert held(homing, "--kind", "benefit") == []

    visit(homing, "王经理", play)


def test_pages_follow_each_other(tmp_path: Path) -> None:
    """Of more than fit on a page, the next page comes when the cursor goes on beyond the last, and back."""
    homing = staffed(tmp_path, 103)

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "end", "down")
        assert "101 of 103 to decide on" in visitor.text
        await visitor.press("up")
        assert "100 of 103 to decide on" in visitor.text

    visit(homing, "王经理", play)


def test_hostile_names_neither_crash_nor_hide_nor_colour(tmp_path: Path) -> None:
    """Markup, escapes and bidi in a name stand on the screen as marks, in list, item, dialogs and editor."""
    homing = with_held(tmp_path, 1)
    name = b"[b]Bob[/b] \\u202e]52;c;\\u0007[/x] [TODO]".decode("unicode_escape")
    rows = f'id,name,title,phone,lifetime_value\nC9,"{name}",女士,13800000009,9000\n'
    homing.well("import", "customers", homing.file("evil.csv", rows))
    homing.well("run", "--at", "2026-11-23 11:00")

    async def play(visitor: Visitor) -> None:
        await visitor.press("2", "end")
        assert "[b]Bob[/b]" in visitor.text
        assert "[TODO]" in visitor.text
        assert "⟨202E⟩" in visitor.text
        for keys in (("r", "escape"), ("e", "escape"), ("A", "escape"), ("question_mark", "escape")):
            await visitor.press(keys[0])
            assert "\u202e" not in visitor.text
            assert "\x1b" not in visitor.text
            await visitor.press(*keys[1:])

    visit(homing, "王经理", play, LARGE)


def test_a_message_for_two_roles(tmp_path: Path) -> None:
    """Who has approved it is told whom it waits for; the other sees who has, and for which role."""
    homing = with_held(tmp_path, value=95000)
    hire(homing)

    async def first(visitor: Visitor) -> None:
        assert "general_manager +1" in visitor.text
        await visitor.press("2", "a")
        assert visitor.told == "approved for 陈1; now it waits for general_manager · u takes it back"

    async def second(visitor: Visitor) -> None:
        await visitor.press("2")
        assert "manager: 王经理" in visitor.text
        await visitor.press("a")

    visit(homing, "王经理", first)
    visit(homing, "李总", second)
    assert [one["what"] for one in held(homing)] == ["hello"]
