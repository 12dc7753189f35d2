"""What a plan says of those under way: who stays, who would be stranded, and what of the rules breaks for them."""

from pathlib import Path

from tests.engine.test_plan import RENAMED, planned
from tests.engine.test_releases import under_way
from tests.projects import RULES, applied_project


def test_those_who_would_be_stranded(tmp_path: Path) -> None:
    """They are told with the move that would help; the forecast assumes it, and the exit status is 1."""
    homing = under_way(tmp_path)
    found = planned(homing, RENAMED, status=1)
    assert found["stranded"] == 1
    assert found["under_way"] == [
        {
            "journey": "win_back",
            "state": "contact.call",
            "count": 1,
            "fate": "stranded",
            "target": None,
            "move": "--move win_back.contact.call=contact.phone_call",
        },
        {
            "journey": "win_back",
            "state": "contact.hello",
            "count": 1,
            "fate": "anew",
            "target": None,
            "move": None,
        },
    ]
    assert [item["name"] for item in found["differences"] if item["breaking"]] == ["win_back.contact.call"]
    assert "the moves that would help are made" in found["forecast"]["assumptions"]
    assert [row["state"] for row in found["forecast"]["new"]["tasks"]] == ["contact.phone_call"]
    told = homing("plan").out
    assert (
        "1 customer would be stranded; say where they go: --move win_back.contact.call=contact.phone_call"
        in told
    )


def test_those_who_stay_state_by_state(tmp_path: Path) -> None:
    """They are one line, unless somebody wants to see them all."""
    homing = under_way(tmp_path)
    told = homing.well("plan", "--days", "1", "--verbose").out
    assert "win_back  contact.call   1          stay\n" in told
    assert "go on as before" not in told


def test_where_nobody_is_nobody_needs_a_move(tmp_path: Path) -> None:
    """A state that goes is breaking only while somebody would be stranded there."""
    homing = applied_project(tmp_path)
    found = planned(homing, RENAMED)["differences"]
    assert [
        (item["change"], item["name"], item["breaking"]) for item in found if item["kind"] == "state"
    ] == [("renamed", "win_back.contact.call", False)]
    gone = RULES[: RULES.index("journey win_back")] + "journey other { state s { after 1 day -> end } }\n"
    found = planned(homing, gone.replace("-> end }", "-> end over }"))["differences"]
    assert [item["why"] for item in found if item["kind"] == "journey"] == [None, None]


def test_a_word_more_changes_nobody(tmp_path: Path) -> None:
    """An attribute that may be one word more is one difference; conditions on it mean what they meant."""
    homing = under_way(tmp_path)
    found = planned(
        homing,
        RULES.replace("  reason: one of convenience, price", "  reason: one of convenience, price, other"),
    )
    assert [(item["change"], item["name"]) for item in found["differences"]] == [("changed", "reason")]
    assert {item["fate"] for item in found["under_way"]} == {"stays"}


def test_moves_that_are_given(tmp_path: Path) -> None:
    """With the move nobody is stranded."""
    homing = under_way(tmp_path)
    found = planned(homing, RENAMED, "--move", "win_back.contact.call=contact.phone_call")
    assert found["stranded"] == 0
    assert [(item["fate"], item["target"]) for item in found["under_way"]] == [
        ("moves", "contact.phone_call"),
        ("anew", None),
    ]
