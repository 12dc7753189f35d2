"""Deliveries, by keys: what is seen of a channel, and the switch that stops it, which is that of `homing pause`."""

from pathlib import Path

from engine.storage.schema import message
from tests.projects import Homing, applied_project
from tests.queues import RULES, START, hire, messages, with_held
from tests.rooms import LARGE, Visitor, visit

EVIL = b"[b]no[/b] \\u202e\\u0007 [TODO]".decode("unicode_escape")


def problems(homing: Homing) -> list[str]:
    """What is not well."""
    found: list[str] = homing("status", "--json").json["problems"]
    return found


def doubtful(homing: Homing) -> None:
    """Leave one message in doubt, for a reason that a gateway has made up."""
    project = homing.opened()
    with project.store.write() as connection:
        one = message.c.customer == 1
        connection.execute(message.update().where(one).values(status=4, because=EVIL, role=None))
    project.store.close()


def test_a_channel_is_stopped_with_a_reason_and_goes_on(tmp_path: Path) -> None:
    """`p` tells what it stops and wants a reason; `r` asks once; `P` stops all; the engine knows of it each time."""
    homing = with_held(tmp_path, 3)
    hire(homing)

    async def play(visitor: Visitor) -> None:
        await visitor.press("7")
        assert "manager must approve it" in visitor.text
        assert "r go on" not in visitor.text
        await visitor.press("p")
        assert "3 messages that wait now stay" in visitor.text
        await visitor.press("enter", *"wrong", "enter")
        assert "‖ paused" in visitor.text
        assert "by 王经理: wrong" in visitor.text
        assert any("channel `sms` is paused" in one for one in problems(homing))
        await visitor.press("r", "escape")
        assert "‖ paused" in visitor.text
        await visitor.press("r", "enter")
        assert "‖ paused" not in visitor.text
        assert problems(homing) == []
        await visitor.press("P", *"fire", "enter", "end")
        assert any("all sending is paused" in one for one in problems(homing))
        await visitor.press("2")
        assert "‖ all sending is paused" in visitor.text
        await visitor.press("7", "home", "P", "enter")
        assert "‖ all" not in visitor.text
        assert problems(homing) == []

    visit(homing, "王经理", play)
    assert {status for status, _ in messages(homing).values()} == {"held"}


def test_what_waits_for_a_person_is_an_enter_away(tmp_path: Path) -> None:
    """Enter leads to the room where held messages are decided; reasons of gateways stand there as they are."""
    homing = with_held(tmp_path, 2)
    hire(homing)

    async def play(visitor: Visitor) -> None:
        await visitor.press("7", "enter")
        assert "1 of 2 to decide on" in visitor.text
        doubtful(homing)
        await visitor.press("7")
        assert "? in doubt" in visitor.text
        assert "[b]no[/b] ⟨202E⟩" in visitor.text
        assert "\u202e" not in visitor.text
        await visitor.press("enter")
        assert "1 of 1 to decide on · only messages in doubt, f shows all" in visitor.text

    visit(homing, "王经理", play, LARGE)


PRICED = """\
[project]
brand = "毛毛家"
country = "CN"
[channels.sms]
kind = "file"
path = "outbox.jsonl"
cost = 0.05
"""


def test_what_was_sent_is_told_by_day_as_it_is_billed(tmp_path: Path) -> None:
    """An sms counts by the segments of the text that was sent, in the currency of the project."""
    long = RULES.replace("五折为您保留。", "五折为您保留。" * 12)
    homing = applied_project(tmp_path, long, PRICED)
    rows = "".join(f"C{n},陈,女士,1380000000{n},1\n" for n in (1, 2))
    homing.well("import", "customers", homing.file("c.csv", "id,name,title,phone,lifetime_value\n" + rows))
    homing.well("run", "--at", START)

    async def play(visitor: Visitor) -> None:
        await visitor.press("7")
        assert "day        sent  segments  cost, CNY" in visitor.text
        assert "11-23         2         4       0.20" in visitor.text
        assert "in 7 days     2         4       0.20" in visitor.text

    visit(homing, "王经理", play, LARGE)
