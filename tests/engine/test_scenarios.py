"""`homing test`: what it says of scenarios, whole. A pair of files in the folder `scenarios` is a case."""

import json
from pathlib import Path

import pytest

from engine.scenarios import trying
from tests.projects import ran

CASES = Path(__file__).parent / "scenarios"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.rules")), ids=lambda path: path.stem)
def test_what_is_said_of_scenarios(case: Path) -> None:
    """Each that passed on a line; of each that failed what was expected and what happened, then the coverage."""
    done = ran("test", str(case), "--coverage")
    assert f"{done.out}{done.err}status {done.status}\n" == case.with_suffix(".txt").read_text(
        encoding="utf-8"
    )


def test_as_json() -> None:
    """The contract of `commands.md`, with where every failure is, and what is covered."""
    done = ran("test", str(CASES / "everything.rules"), "--json", "--only", "as it is")
    document = json.loads(done.out)
    assert (document["passed"], document["failed"], done.status) == (1, 1, 1)
    first, second = document["scenarios"]
    assert first == {
        "name": "as it is",
        "file": "everything.rules",
        "line": 51,
        "passed": True,
        "failures": [],
    }
    assert second["failures"][0]["line"] == 112
    assert second["failures"][0]["expected"] == "at 2026-03-02 10:00 expect not sent hello"
    assert (
        second["failures"][0]["happened"].splitlines()[2]
        == "2026-03-02 10:00 message: hello sent via sms: 你好陈晨"
    )
    assert document["coverage"]["states"] == {"tried": 3, "all": 4}
    assert document["coverage"]["journeys"]["sale"]["transitions"] == {"tried": 1, "all": 1}
    assert document["coverage"]["policies"] == {"watched": {"conditions": {"tried": 1, "all": 1}}}


def test_conditions_of_policies_as_json() -> None:
    """What is missed tells whose it is, a journey's or a policy's, and whether it was asked."""
    done = ran("test", str(CASES / "coverage.rules"), "--json")
    missed = json.loads(done.out)["coverage"]["missed"]
    assert [item for item in missed if item["policy"]] == [
        {
            "what": "condition",
            "journey": None,
            "policy": policy,
            "name": name,
            "file": "coverage.rules",
            "line": line,
            "asked": asked,
        }
        for policy, name, line, asked in (
            ("open", 'tier = "gold"', 11, True),
            ("open", "points > 50", 12, True),
            ("quiet", 'tier = "gold"', 14, False),
        )
    ]


def test_several_processes_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are many scenarios, several processes play them; what is said does not change."""
    arguments = ("test", str(CASES / "everything.rules"), "--coverage")
    alone = ran(*arguments)
    monkeypatch.setattr(trying, "WORTH_A_PROCESS", 2)
    assert ran(*arguments) == alone


def test_no_such_scenario() -> None:
    """A title that nothing has is a mistake of the person who typed it."""
    done = ran("test", str(CASES / "everything.rules"), "--only", "nowhere")
    assert (done.status, done.err) == (2, "homing: no scenario has 'nowhere' in its title\n")


def test_rules_with_errors(tmp_path: Path) -> None:
    """Nothing is played; the errors are shown."""
    file = tmp_path / "broken.rules"
    file.write_text(
        'customer { name: text }\nscenario "s" { from 2026-01-01, at 2026-01-02 expect state nowhere }\n'
    )
    done = ran("test", str(file))
    assert done.status == 1
    assert done.err.splitlines()[0] == "broken.rules:2:60: error[unknown-name]: There is no state `nowhere`."
    assert done.err.splitlines()[-1] == "the rules have errors: no scenario was played"
    document = json.loads(ran("test", str(file), "--json").out)
    assert (document["passed"], document["scenarios"], document["coverage"]) == (0, [], {})
    assert [item["slug"] for item in document["diagnostics"]] == ["unknown-name"]


def test_no_scenarios(tmp_path: Path) -> None:
    """Rules without scenarios are no failure, but are said to have none."""
    file = tmp_path / "plain.rules"
    file.write_text("customer { name: text }\n")
    done = ran("test", str(file))
    assert (done.status, done.out, done.err) == (0, "", "there are no scenarios\n")


IN_NEW_YORK = """
customer { phone: phone }
event visit
message hello { sms: "hello" }
policy open { send on every day 00:00 to 24:00 }
journey care {
  policy open
  enter when visit ever
  state days { after 1 day -> hours }
  state hours { after 24 hours -> night }
  state night { send hello, after 1 day at 02:30 -> end done }
}
scenario "the clock goes forward" {
  given customer { phone: "2125550123" }
  from 2026-03-07 09:30
  at 2026-03-07 09:30 event visit
  until 2026-03-08 09:29 expect state days
  at 2026-03-08 09:30 expect state hours
  at 2026-03-09 09:30 expect sent hello
}
scenario "an hour that there is not" {
  given customer { phone: "2125550123" }
  from 2026-03-05 02:30
  at 2026-03-05 02:30 event visit
  at 2026-03-07 02:30 expect sent hello
  until 2026-03-08 01:59 expect state night
  at 2026-03-08 03:30 expect ended done
}
"""


def test_a_zone_whose_clock_is_changed(tmp_path: Path) -> None:
    """Steps are times on the wall; days keep it over a change, and an hour that is left out comes later."""
    (tmp_path / "homing.toml").write_text(
        '[project]\nbrand = "x"\ntimezone = "America/New_York"\ncountry = "US"\n'
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.rules").write_text(IN_NEW_YORK)
    done = ran("--project", str(tmp_path), "test")
    assert done.out.splitlines() == [
        "passed the clock goes forward (a.rules:13)",
        "passed an hour that there is not (a.rules:21)",
    ]
