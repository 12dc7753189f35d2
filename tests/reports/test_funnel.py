"""The funnel of a pool of 280 customers, to two decimals, by the words of the rules and by class."""

import re
from typing import Any

import pytest

from tests.projects import Homing, applied_project

RULES = """
customer { class: one of A, B, C }
event reached "接通"
event responded "有回应"
event tried "试过"
event paid "成交" { amount: money }
event retained "三个月后仍在"
journey recall "召回" {
  enter when class in (A, B)
  on paid -> end won
  state contact { after 90 days -> end lost }
}
"""
POOL = {"A": (68, 52, 30, 23, 20, 20), "B": (142, 95, 35, 22, 15, 12), "C": (70, 0, 0, 0, 0, 0)}
DAYS = {
    "reached": "2026-11-03",
    "responded": "2026-11-05",
    "tried": "2026-11-09",
    "paid": "2026-11-12",
    "retained": "2027-02-10",
}


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Homing:
    """Everybody came in on one day; what followed is an event log."""
    homing = applied_project(tmp_path_factory.mktemp("pool"), RULES)
    people = [f"{name}{number},{name}" for name, (enrolled, *_) in POOL.items() for number in range(enrolled)]
    homing.well("import", "customers", homing.file("people.csv", "\n".join(["id,class", *people])))
    homing.well("run", "--at", "2026-11-02 10:00")
    for place, (step, day) in enumerate(DAYS.items(), 1):
        came = [
            f"{name}{number},{day} 12:00" for name, counts in POOL.items() for number in range(counts[place])
        ]
        homing.well("import", step, homing.file(f"{step}.csv", "\n".join(["customer,at", *came])))
    homing.well("run", "--at", "2027-02-20 10:00")
    return homing


def rows(homing: Homing, *args: str) -> list[dict[str, Any]]:
    """A report of that autumn."""
    found: list[dict[str, Any]] = homing.well("report", *args, "--since", "2026-11-01", "--json").json
    return found


class TestS63:
    """The case of the requirements."""

    def test_each_step_has_its_share_and_its_base(self, pool: Homing) -> None:
        """A: 76.47, 57.69, 76.67, 38.46 and 29.41 percent; B: 66.90, 36.84, 62.86, 15.79, 10.56; C is left alone."""
        found = {row["class"]: row for row in rows(pool, "funnel", "--by", "class")}
        assert found.keys() == {"A", "B"}
        told = {name: [row["enrolled"], *(row[step] for step in ("reached", "responded", "tried", "won"))]
                for name, row in found.items()}  # fmt: skip
        assert told == {"A": [68, 52, 30, 23, 20], "B": [142, 95, 35, 22, 15]}
        names = ("reached/enrolled", "responded/reached", "tried/responded", "won/reached", "won/enrolled")
        rates = {name: [row["rates"][one] for one in names] for name, row in found.items()}
        assert rates == {
            "A": [0.7647, 0.5769, 0.7667, 0.3846, 0.2941],
            "B": [0.6690, 0.3684, 0.6286, 0.1579, 0.1056],
        }

    def test_of_those_who_were_won_the_kept_are_told(self, pool: Homing) -> None:
        """Of 35 won, 32 are there three months later: 91.43%."""
        (row,) = rows(pool, "funnel")
        assert (row["won"], row["retained"], row["rates"]["retained/won"]) == (35, 32, 0.9143)


def test_a_table_a_file_and_a_page_say_the_same(pool: Homing) -> None:
    """Shares are percentages with two decimals, in each form and in the language that is spoken."""
    asked = ("report", "funnel", "--by", "class", "--since", "2026-11-01")
    table, csv, html = (pool.well(*asked, "--format", form).out for form in ("table", "csv", "html"))
    for text in (table, csv, html):
        assert all(share in text for share in ("76.47%", "57.69%", "29.41%", "10.56%"))
    assert csv.startswith('\ufeff"journey","class","enrolled"')
    assert len(re.findall("<tr>", html)) == 3


def test_what_cannot_be_asked_is_named(pool: Homing) -> None:
    """Unknown reports, dimensions and periods say what there is; without a name the reports are listed."""
    assert "funnel" in pool.well("report").out
    assert "did you mean `funnel`?" in pool("report", "funel").err
    assert "known are: class" in pool("report", "funnel", "--by", "colour").err
    assert "`--by` goes with: batches, funnel, benefits" in pool("report", "tests", "--by", "class").err
    assert "say the same" in pool("report", "summary", "--since", "2026-11-01", "--days", "3").err
    assert "ends before it begins" in pool("report", "funnel", "--since", "2027-03-01").err
