"""Bytes that nobody would call a file: every row is accounted for, nothing is a traceback. F1 to F4 by name."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.imported import counts, rows, taken
from tests.projects import Homing, make_project

RULES = """
customer {
  name: text
  phone: phone
  points: number
  since: date
}
event visit { store: text, amount: money }
"""

PIECES = (
    "id",
    "customer",
    "at",
    "name",
    "phone",
    "points",
    "since",
    "store",
    "amount",
    "C1",
    "C2",
    "陈晨",
    "13800000001",
    "1.38E+10",
    "2026-11-23",
    "2026-11-23 10:00",
    "23/11/2026",
    "=1+1",
    "@SUM(A1)",
    "'",
    '"',
    '""',
    ",",
    ",",
    ",",
    ";",
    "\t",
    "\n",
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\ufeff",
    "\u2028",
    "\x1b[2J",
    "{",
    "}",
    "[",
    "]",
    ":",
    "null",
    "true",
    "1e999",
    "-0",
    "NaN",
    "١٢",
    "\ud800",
    "x" * 3000,
)

texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
encodings = st.sampled_from(("utf-8", "utf-8-sig", "gb18030", "utf-16", "latin-1"))


def _encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding, errors="replace" if encoding == "latin-1" else "ignore")


contents = st.one_of(
    st.binary(max_size=300),
    st.builds(_encoded, texts, encodings),
    st.builds(lambda text: b"id,name,phone\n" + text.encode(errors="ignore"), texts),
    st.builds(lambda text: b"customer,at,store\n" + text.encode(errors="ignore"), texts),
    st.builds(lambda rest: b"PK\x03\x04" + rest, st.binary(max_size=200)),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Homing:
    """A project with rules in force."""
    homing = make_project(tmp_path_factory.mktemp("fuzz") / "shop", RULES)
    homing.well("apply")
    return homing


@settings(max_examples=20)
@given(what=st.sampled_from(("customers", "visit", "replied", "consents")), content=contents,
       name=st.sampled_from(("a.csv", "a.tsv", "a.json", "a.jsonl", "a.xlsx", "a.txt")))  # fmt: skip
def test_any_bytes(shop: Homing, what: str, content: bytes, name: str) -> None:
    """Taken, unchanged or rejected with a reason: as many as were read. Or a sentence why the file cannot be."""
    said = taken(shop, what, content, name=name)
    assert "Traceback" not in said.err
    assert said.status in (0, 1, 2)
    if said.status == 2:
        assert said.err.strip()
        return
    read, *outcomes = counts(said)
    assert read == sum(outcomes)
    assert (outcomes[-1] > 0) == (said.status == 1)
    if outcomes[-1]:
        assert Path(said.json["rejects_file"]).stat().st_size > 0


@settings(max_examples=8)
@given(content=st.builds(lambda text: b"customer,at,store\n" + text.encode(errors="ignore"), texts))
def test_the_same_file_again_adds_nothing(shop: Homing, content: bytes) -> None:
    """F4: whatever it holds."""
    first = taken(shop, "visit", content)
    again = taken(shop, "visit", content)
    assert again.status == first.status
    if first.status != 2:
        assert (again.json["added"], again.json["read"]) == (0, first.json["read"])


class TestF:
    """Faults of input by their numbers."""

    def test_f1_a_quote_that_is_not_closed(self, shop: Homing) -> None:
        """The rest of the file is not swallowed as one field."""
        said = taken(shop, "customers", 'id,name\nF1a,一\nF1b,"二\nF1c,三\nF1d,四\n')
        assert (said.status, counts(said)[0]) == (1, sum(counts(said)[1:]))
        assert counts(said)[4] >= 1

    @pytest.mark.parametrize(
        ("content", "outcome"),
        [
            (b"id,name\nF2a,a\0b\n", (1, 0, 0, 0, 1)),
            (b"id,name\nF2b," + b"x" * 140_000 + b"\n", (1, 0, 0, 0, 1)),
            (b"id,name\rF2c,a\rF2d,b\r", (2, 2, 0, 0, 0)),
            (b"\xef\xbb\xbfid,name\nF2e,a\n", (1, 1, 0, 0, 0)),
            ("id,name\nF2f,陈晨\n".encode("gbk"), (1, 1, 0, 0, 0)),
        ],
        ids=["nul", "140 kB", "bare cr", "bom", "gbk"],
    )
    def test_f2_bytes_of_all_kinds(
        self, shop: Homing, content: bytes, outcome: tuple[int, int, int, int, int]
    ) -> None:
        """NUL, a field of 140 kB, bare CR, a BOM, GBK: each row taken, or rejected with a reason."""
        said = taken(shop, "customers", content)
        assert counts(said) == outcome
        if outcome[4]:
            assert Path(said.json["rejects_file"]).read_text(encoding="utf-8-sig").count("\n") == 2

    @pytest.mark.parametrize("phone", ["1.38E+10", "1.38001e10", "1.38E10"])
    def test_f3_a_number_that_a_spreadsheet_has_rounded(self, shop: Homing, phone: str) -> None:
        """Rejected, not guessed."""
        said = taken(shop, "customers", f"id,phone\nF3,{phone}\n")
        assert counts(said)[4] == 1

    def test_f4_twice_renamed_reordered(self, shop: Homing) -> None:
        """By the id or by the content, each event is there once."""
        before = len(rows(shop, "event_visit", "seq"))
        lines = ["F4a,2026-11-23 10:00,A", "F4b,2026-11-23 10:00,B", "F4c,2026-11-23 10:00,C"]
        for number, order in enumerate((lines, lines, lines[::-1])):
            content = "\n".join(("customer,at,store", *order)) + "\n"
            taken(shop, "visit", content, name=f"f4-{number}.csv")
        assert len(rows(shop, "event_visit", "seq")) - before == 3
