"""A backup is restored that was made before somebody was erased: they do not come back with it (faults D10, I9)."""

from pathlib import Path

import pytest

from tests.projects import CONFIG, Homing, applied_project

RULES = """\
customer { name: text, phone: phone }
event visit { note: text }
message hello { sms: "{{ name }}您好" }
policy p { at most 9 per day }
journey greet {
  policy p
  enter when phone is known
  state first { send hello, after 1 day -> end over }
}
"""
HERS = "id,name,phone\nKD-77001,司马青衫,13812345678\n"
OF_HERS = ("KD-77001", "司马青衫", "13812345678")


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project with one customer; `backup` in the folder above is a copy of it."""
    made = applied_project(tmp_path / "shop", RULES, CONFIG)
    made.well("run", "--at", "2026-10-01 10:00")
    made.well("import", "customers", made.file("../hers.csv", HERS))
    made.well("backup", str(tmp_path / "backup"))
    return made


def customers(homing: Homing) -> bool:
    """Whether she is one."""
    return homing("customer", "KD-77001").status == 0


def test_who_was_erased_since_is_erased_again(homing: Homing, tmp_path: Path) -> None:
    """It is told; not a byte of theirs is in the new database, and the trail is whole and says so."""
    homing.well("erase", "KD-77001", "--yes")
    said = homing.well("restore", str(tmp_path / "backup"))
    assert "1 customer was erased since then, and is erased in it as well" in said.err
    assert not customers(homing)
    kept = [path for path in homing.folder.glob("homing.*") if path.is_file()]
    assert [
        (path.name, word) for path in kept for word in OF_HERS if word.encode() in path.read_bytes()
    ] == []
    assert homing.well("audit", "--verify").status == 0
    last = homing.well("audit", "--json").json[-1]
    assert (last["verb"], last["what"]) == ("erased", "again, in a restored database")


def test_their_number_stays_suppressed(homing: Homing, tmp_path: Path) -> None:
    """Also of somebody who came after the backup and is not in it."""
    homing.well("import", "customers", homing.file("../o.csv", "id,name,phone\nLATER,李,13900000009\n"))
    homing.well("erase", "LATER", "--yes")
    said = homing.well("restore", str(tmp_path / "backup"), "--json").json
    assert said["erased_since"] == 0
    assert customers(homing)
    homing.well("import", "customers", homing.file("../n.csv", "id,name,phone\nNEW,新,13900000009\n"))
    assert homing.well("customer", "NEW", "--json").json["optouts"]


def test_who_has_come_back_stays(homing: Homing, tmp_path: Path) -> None:
    """A backup that knows of the erasure is left as it is: they came back after it."""
    homing.well("erase", "KD-77001", "--yes")
    homing.well("import", "customers", homing.file("../hers.csv", HERS))
    homing.well("backup", str(tmp_path / "second"))
    homing.well("restore", str(tmp_path / "second"))
    assert customers(homing)


def test_once_for_each_database(homing: Homing, tmp_path: Path) -> None:
    """What was restored knows of it from then on, and so does a backup of that; an older one does not."""
    homing.well("erase", "KD-77001", "--yes")
    homing.well("restore", str(tmp_path / "backup"))
    homing.well("import", "customers", homing.file("../hers.csv", HERS))
    homing.well("backup", str(tmp_path / "third"))
    assert homing.well("restore", str(tmp_path / "third"), "--json").json["erased_since"] == 0
    assert customers(homing)
    assert homing.well("restore", str(tmp_path / "backup"), "--json").json["erased_since"] == 1
    assert not customers(homing)


def test_what_cannot_be_noted_is_not_done(homing: Homing) -> None:
    """Else a restore would bring them back: the file is on the disk before the erasure is committed."""
    (homing.folder / "homing.erased").mkdir()
    said = homing("erase", "KD-77001", "--yes")
    assert said.status == 2
    assert "nobody was erased" in said.err
    assert customers(homing)


def test_on_another_machine(homing: Homing, tmp_path: Path) -> None:
    """A backup brings along who had been erased by then: an older one that is restored after it brings nobody back."""
    homing.well("erase", "KD-77001", "--yes")
    homing.well("backup", str(tmp_path / "newer"))
    other = Homing(tmp_path / "other")
    other.folder.mkdir()
    assert other.well("restore", str(tmp_path / "newer"), "--json").json["erased_since"] == 0
    assert other.well("restore", str(tmp_path / "backup"), "--json").json["erased_since"] == 1
    assert not customers(other)
