"""Reading rule files from disk: folders, encodings, and all that is no rule file."""

import os
from pathlib import Path

from dsl.check import Context, check
from dsl.render import render
from dsl.syntax.load import load, parse_texts
from dsl.tree.scenarios import ScenarioDecl
from dsl.tree.statements import ValueDecl


def _said(path: Path) -> str:
    files, problems = load(path)
    assert not files
    return render(problems)


def test_a_folder_is_read_with_all_folders_in_it(tmp_path: Path) -> None:
    """Every `*.rules` file at any depth, by its name from the folder on, in the order of the names."""
    for name in ("b.rules", "a/z.rules", "a/b/c.rules", "notes.txt", "a/old.rules.bak"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("value a = 1\n", encoding="utf-8")
    files, problems = load(tmp_path)
    assert [file.source.name for file in files] == ["a/b/c.rules", "a/z.rules", "b.rules"]
    assert problems == ()


def test_a_single_file_goes_by_its_own_name(tmp_path: Path) -> None:
    """The folder it lies in is not part of its name."""
    (tmp_path / "a.rules").write_text("value a = 1\n", encoding="utf-8")
    (file,), problems = load(tmp_path / "a.rules")
    assert (file.source.name, problems) == ("a.rules", ())


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """A folder that contains itself by a link is read once."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.rules").write_text("value a = 1\n", encoding="utf-8")
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    files, problems = load(tmp_path)
    assert [file.source.name for file in files] == ["a/x.rules"]
    assert problems == ()


def test_a_byte_order_mark_is_allowed(tmp_path: Path) -> None:
    """Editors on Windows write one; it is no part of the text."""
    (tmp_path / "a.rules").write_bytes(b"\xef\xbb\xbfvalue a = 1\r\nvalue b = 2\r\n")
    (file,), problems = load(tmp_path)
    assert problems == ()
    assert [item.name.text for item in file.statements if isinstance(item, ValueDecl)] == ["a", "b"]
    assert file.source.text == "value a = 1\nvalue b = 2\n"


def test_another_encoding_is_named(tmp_path: Path) -> None:
    """A file in GBK is a diagnostic with its first line that is not UTF-8."""
    (tmp_path / "a.rules").write_bytes('value a = 1\nvalue b = "问候"\n'.encode("gbk"))
    assert _said(tmp_path) == (
        "a.rules:2:12: error[syntax]: This file is not in UTF-8, but perhaps in GBK.\n"
        '    value b = "问候"\n'
        "               ^^\n"
        "    hint: Save it as UTF-8 and try again: in Notepad `Save as`, then `UTF-8` as the encoding.\n"
    )


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    """UTF-16, NUL bytes and programs are no rule files."""
    (tmp_path / "a.rules").write_bytes("value a = 1".encode("utf-16"))
    (tmp_path / "b.rules").write_bytes(b"value a = 1\nval\0ue")
    (tmp_path / "c.rules").write_bytes(bytes(range(128, 256)))
    assert _said(tmp_path) == (
        "a.rules: error[syntax]: This file is in UTF-16.\n"
        "    hint: Save it as UTF-8 and try again: in Notepad `Save as`, then `UTF-8` as the encoding.\n"
        "b.rules:2:4: error[syntax]: This is no text: it holds a NUL byte.\n"
        "    val␀ue\n"
        "       ^\n"
        "    hint: Save it as UTF-8 and try again: in Notepad `Save as`, then `UTF-8` as the encoding.\n"
        f"c.rules:1:1: error[syntax]: This file is not in UTF-8.\n"
        f"    {'�' * 128}\n"
        "    ^\n"
        "    hint: Save it as UTF-8 and try again: in Notepad `Save as`, then `UTF-8` as the encoding.\n"
    )


def test_what_is_no_rule_file_is_refused(tmp_path: Path) -> None:
    """Folders and links to nowhere with the name of a rule file, other files, and files too large."""
    (tmp_path / "a.rules").mkdir()
    (tmp_path / "b.rules").symlink_to(tmp_path / "nowhere")
    (tmp_path / "c.rules").write_bytes(b"#" * (1024 * 1024 + 1))
    os.mkfifo(tmp_path / "d.rules")
    assert _said(tmp_path) == (
        "a.rules: error[syntax]: This is not a file.\n"
        "    hint: Only rule files have names that end in `.rules`.\n"
        "b.rules: error[syntax]: This file cannot be read: No such file or directory.\n"
        "c.rules: error[syntax]: This file is larger than 1 MiB, the most that a rule file may hold.\n"
        "    hint: Split it into several files.\n"
        "d.rules: error[syntax]: This is not a file.\n"
        "    hint: Only rule files have names that end in `.rules`.\n"
    )


def test_other_files_are_refused_by_name(tmp_path: Path) -> None:
    """A file that is named for reading must be a rule file; one that is not there is said to be missing."""
    (tmp_path / "a.txt").write_text("value a = 1", encoding="utf-8")
    assert _said(tmp_path / "a.txt") == (
        "a.txt: error[syntax]: This is not a rule file.\n    hint: Rule files end in `.rules`.\n"
    )
    assert _said(tmp_path / "b.rules") == (
        "b.rules: error[syntax]: This file cannot be read: No such file or directory.\n"
    )


def test_an_empty_folder_holds_no_rules(tmp_path: Path) -> None:
    """That is said, not passed over."""
    (tmp_path / "rules").mkdir()
    assert _said(tmp_path / "rules") == (
        "rules: error[syntax]: There is no rule file in this folder.\n    hint: Rule files end in `.rules`.\n"
    )


def test_names_that_are_no_text_can_be_shown(tmp_path: Path) -> None:
    """A file name in another encoding does no harm."""
    (tmp_path / os.fsdecode(b"\xc4\xe3.rules")).write_text("valu", encoding="utf-8")
    _, problems = load(tmp_path)
    assert render(problems).startswith("??.rules:1:1: error[syntax]: ")


def test_what_looks_like_a_rule_file_is_not_passed_over(tmp_path: Path) -> None:
    """Names that nearly end in `.rules`, and rules in a file without a suffix, are warned of."""
    rules = 'policy service "服务通知" {\n}\n'
    for name in (
        "bill.rules.txt",
        "neu.RULES",
        "shop.rule",
        "bill",
        "README",
        "notes.txt",
        "old.rules.bak",
        "a.rules",
    ):
        text = "What this is about: a policy = a rule\n" if name in ("README", "notes.txt") else rules
        (tmp_path / name).write_text(text, encoding="utf-8")
    (file,), problems = load(tmp_path)
    assert file.source.name == "a.rules"
    assert [(item.severity, item.span.source.name, str(item.hint)) for item in problems] == [
        ("warning", "bill", "Rename it to `bill.rules`."),
        ("warning", "bill.rules.txt", "Rename it to `bill.rules`."),
        ("warning", "neu.RULES", "Rename it to `neu.rules`."),
        ("warning", "shop.rule", "Rename it to `shop.rules`."),
    ]


def test_a_file_of_word_is_no_text(tmp_path: Path) -> None:
    """It is named as such."""
    (tmp_path / "a.rules").write_bytes(b"PK\x03\x04\0\0")
    assert _said(tmp_path) == (
        "a.rules: error[syntax]: This is a file of Word or the like, not a text.\n"
        "    hint: Save it as plain text, in UTF-8.\n"
    )


def test_what_an_unread_file_holds_is_not_said_to_be_missing(tmp_path: Path) -> None:
    """Names that a file in GBK declares are not unknown; of an empty file that is said where names are missing."""
    (tmp_path / "a.rules").write_bytes(
        'message hello "问候" { sms: "您好" }\npolicy care { }\n'.encode("gbk")
    )
    (tmp_path / "b.rules").write_text("", encoding="utf-8")
    lines = (
        "event visit",
        "journey j { policy care, enter when visit ever, state a { send hello, after 9 days -> end over } }",
        "audience those = bil ever",
    )
    (tmp_path / "c.rules").write_text("\n".join(lines), encoding="utf-8")
    files, problems = load(tmp_path)
    found = check(files, Context(), problems).diagnostics
    assert [(item.severity, item.span.source.name, item.span.text) for item in (*problems, *found)] == [
        ("error", "a.rules", "问"),
        ("warning", "b.rules", ""),
        ("error", "c.rules", "bil"),
    ]


def test_texts_kept_elsewhere() -> None:
    """Rule sets from a database are parsed by the names of their files, in their order."""
    files, problems = parse_texts({"b.rules": "value b = 1", "a.rules": "value a ="})
    assert [file.source.name for file in files] == ["a.rules", "b.rules"]
    assert [problem.span.source.name for problem in problems] == ["a.rules"]


def test_scenarios_can_be_left_out() -> None:
    """Without scenarios the rest is read as ever, wherever they stand, and their mistakes do not matter."""
    text = """scenario "一" { until 2024-01-01 expect nothing }
    value scenario = 1   # a name is none

    value more =
      scenario + 1
    scenario "二" {
      from 2024-01-02 09:00
      at 2024-01-03 15:00 expect expect
    }
    # a comment
    scenario "三" {}"""
    (file,), problems = parse_texts({"a.rules": text}, scenarios=False)
    assert problems == ()
    assert [item.span.text.split()[:2] for item in file.statements] == [
        ["value", "scenario"],
        ["value", "more"],
    ]
    (empty,), problems = parse_texts({"a.rules": 'scenario "一" { until }'}, scenarios=False)
    assert (empty.statements, problems) == ((), ())


def test_the_starter_rules_are_the_same_without_their_scenarios() -> None:
    """Every other statement is there."""
    whole, _ = load(Path(__file__).parents[2] / "rules")
    texts = {file.source.name: file.source.text for file in whole}
    rest, problems = parse_texts(texts, scenarios=False)
    assert problems == ()
    for file, without in zip(whole, rest, strict=True):
        assert without.statements == tuple(
            item for item in file.statements if not isinstance(item, ScenarioDecl)
        )
