"""Everything that `check` says about a rule file, as people read it. A pair of files in the folder is a case.

`check` has what the checker says, `newcomer` what it says to somebody who has just begun and writes rules as they seem
to be; a third file has it in Chinese. Each case is checked together with `shop.rules`, unless it declares its own
customer.
"""

from pathlib import Path

import pytest

from dsl.check import Context, check
from dsl.render import render
from dsl.syntax.load import parse_texts
from dsl.translation import Language

FOLDERS = [Path(__file__).parent / "cases" / name for name in ("check", "newcomer")]
CASES = sorted(case for folder in FOLDERS for case in folder.glob("*.rules"))
SHOP = FOLDERS[0] / "shop.rules"


def _rendered(case: Path, language: Language = "en") -> str:
    texts = {case.name: case.read_text(encoding="utf-8")}
    if "\ncustomer {" not in f"\n{texts[case.name]}":
        texts[SHOP.name] = SHOP.read_text(encoding="utf-8")
    files, flaws = parse_texts(texts)
    return render((*flaws, *check(files, Context(folder=case.parent), flaws).diagnostics), language)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_check_says_what_is_wrong(case: Path) -> None:
    """`check` says exactly what stands beside the rule file, and nothing where nothing is wrong."""
    told = case.with_suffix(".txt")
    assert _rendered(case) == (told.read_text(encoding="utf-8") if told.exists() else "")


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.with_suffix(".zh.txt").exists()], ids=lambda path: path.stem
)
def test_check_says_it_in_chinese(case: Path) -> None:
    """Where the words matter, they stand beside the rule file in Chinese too."""
    assert _rendered(case, "zh") == case.with_suffix(".zh.txt").read_text(encoding="utf-8")
