"""What `check` and `apply` find beyond the rules themselves: channels, addresses, the public calendar, the database."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from dsl.syntax.load import parse_texts
from engine.calendars.zone import Zone
from engine.projects.public_calendar import calendar_findings
from engine.storage.schema import meta
from engine.storage.schema import run as runs
from tests.projects import CONFIG, RULES, Homing, applied_project, make_project

ZONE = Zone("Asia/Shanghai")


def told(text: str) -> list[tuple[str, int, str]]:
    """Slug, line and message of what the calendar says about rules."""
    files, _ = parse_texts({"a.rules": text})
    return [(item.slug, item.span.line, item.message) for item in calendar_findings(files, ZONE)]


def test_years_that_are_not_announced() -> None:
    """A warning where rules name a day of such a year; the clock makes no difference, own calendars need none."""
    assert told('calendar { holidays CN, keyday "x" on 2026-05-20 }') == []
    (named,) = told('calendar {\n  keyday "x" on 2098-02-06 to 2099-02-06\n  holidays CN\n}')
    assert named[:2] == ("unknown-year", 3)
    assert named[2].startswith("The public calendar of CN for 2098, 2099 is not announced yet: ")
    assert told('calendar { keyday "x" on 2099-02-06 }') == []


def test_countries_that_nobody_knows(tmp_path: Path) -> None:
    """They are an error with its place, of `check` and of `apply`."""
    homing = make_project(tmp_path, RULES + "\ncalendar { holidays XX }\n")
    said = homing("check", "--json")
    (found,) = said.json["diagnostics"]
    assert (said.status, found["slug"], found["column"], found["end_column"]) == (1, "unknown-name", 21, 23)
    assert homing("apply").status == 1


@pytest.mark.parametrize("command", ["check", "apply"])
def test_channels_that_cannot_be_meant(tmp_path: Path, command: str) -> None:
    """A misspelt key or kind is said before anything is to be sent."""
    for setting, message in (
        ('pth = "x"', "a file channel has no `pth`\n  hint: did you mean `path`?"),
        ('kind = "fil"', "there is no kind 'fil'\n  hint: did you mean `file`?"),
    ):
        homing = make_project(tmp_path, config=f'[project]\nbrand = "b"\n[channels.sms]\n{setting}\n')
        said = homing(command)
        words = said.err.removeprefix("made an empty database: homing.db\n")
        assert (said.status, said.out, words) == (2, "", f"homing: [channels.sms]: {message}\n")


def test_addresses_that_nobody_has(tmp_path: Path) -> None:
    """A misspelt `address` is an error; a channel for which customers have no attribute is a warning."""
    homing = make_project(
        tmp_path, config=CONFIG.replace("[channels.sms]", '[channels.sms]\naddress = "phon"')
    )
    said = homing("apply")
    assert said.status == 1
    assert (
        "error[unknown-name]: `address` of [channels.sms] is `phon`, and customers have no such" in said.out
    )
    assert "Did you mean `phone`?" in said.out
    homing = make_project(tmp_path, RULES.replace("phone: phone", "phone: text"))
    assert "warning[missing-address]: Nobody can be reached by `sms`" in homing.well("apply").err


def test_rules_that_are_not_there(tmp_path: Path) -> None:
    """`check` and `apply` say the same about a folder that is missing."""
    homing = make_project(tmp_path, config=CONFIG.replace("[project]", '[project]\nrules = "regeln"'))
    wanted = (2, "", f"homing: {tmp_path}/regeln: no such folder\n  hint: mend `rules` in homing.toml\n")
    for command in ("check", "apply"):
        said = homing(command)
        assert (said.status, said.out, said.err.removeprefix("made an empty database: homing.db\n")) == wanted


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project whose rules are in force."""
    return applied_project(tmp_path)


def test_a_clock_that_was_set_back(homing: Homing) -> None:
    """A last run in the future makes a project unhealthy: nothing runs until then."""
    homing.well("run")
    project = homing.opened()
    ahead = int(timedelta(days=3).total_seconds() * 1000)
    with project.store.write() as connection:
        connection.execute(runs.update().values(at=runs.c.at + sa.literal(ahead)))
    project.store.close()
    said = homing("status", "--json")
    assert said.status == 1
    assert said.json["problems"][0].endswith("lies in the future: is the clock right?")
    assert "set the clock right; nothing is sent until it is later than that" in homing("run").err


def test_an_empty_file_is_a_lost_database(homing: Homing) -> None:
    """It is no database to anybody but `apply`, which says that it made one."""
    for name in ("homing.db", "homing.db-wal", "homing.db-shm"):
        (homing.folder / name).unlink(missing_ok=True)
    (homing.folder / "homing.db").touch()
    assert homing("run").status == 2
    assert homing.well("apply").err.startswith("made an empty database: homing.db\n")


def test_a_version_that_is_no_number(homing: Homing) -> None:
    """A damaged version is a damaged database."""
    project = homing.opened()
    with project.store.write() as connection:
        connection.execute(meta.update().where(meta.c.key == "schema").values(value="x"))
    project.store.close()
    said = homing("status")
    assert (said.status, "damaged: its tables are of version 'x'" in said.err) == (2, True)


def test_a_driver_that_is_missing(tmp_path: Path) -> None:
    """A PostgreSQL database says which library to install, or that its address is none."""
    for url, message in (
        ("postgresql+pg8000://h/d", "a PostgreSQL database needs the library 'pg8000'"),
        ("postgresql+nope://h/d", "`database` is no address of a database"),
    ):
        said = make_project(tmp_path, config=f'[project]\nbrand = "b"\ndatabase = "{url}"\n')("status")
        assert (said.status, message in said.err) == (2, True), said
