"""Sentences and diagnostics in Chinese."""

import pickle

from dsl.render import as_json, render
from dsl.source import Source
from dsl.syntax.parse import parse
from dsl.translation import in_language
from dsl.wording import Pattern, listed, phrase, say


def test_what_has_no_other_form_stays() -> None:
    """Sentences that nobody translated are said in English, and plain texts as they are."""
    assert in_language(phrase(Pattern("Nobody knows {what}."), {"what": "it"}), "zh") == "Nobody knows it."
    assert in_language("a value", "zh") == "a value"
    assert in_language(say("a value"), "en") == "a value"
    assert in_language(say("a value"), "zh") == "值"


def test_values_are_said_in_the_language_too() -> None:
    """Phrases inside phrases, alone and in lists, whose commas become the language's own."""
    message = say("There is no {kind} `{name}`.", kind=say("a value"), name="{x}")
    assert in_language(message, "zh") == "没有名为 `{x}` 的值。"
    known = say("Known here: {names}.", names=listed(["b", say("a value")]))
    assert known == "Known here: b, a value."
    assert in_language(known, "zh") == "这里可用的有：b、值。"


def test_words_of_ours_stand_in_a_chinese_sentence_without_spaces() -> None:
    """Spaces set off names and latin letters; between Chinese words there are none, whatever the words come from."""
    pattern = Pattern("要由 {role} 过目 {what}")
    ours, theirs = say("a value"), "manager"
    assert in_language(phrase(pattern, {"role": ours, "what": ours}), "zh") == "要由值过目值"
    assert in_language(phrase(pattern, {"role": theirs, "what": "召回"}), "zh") == "要由 manager 过目 召回"
    assert (
        in_language(phrase(pattern, {"role": listed([theirs]), "what": ours}), "zh") == "要由 manager 过目值"
    )


def test_phrases_travel_between_processes() -> None:
    """An import prepares its rows in another process, with the reasons for the bad ones."""
    known = say("Known here: {names}.", names=listed(["b", say("a value")]))
    assert in_language(pickle.loads(pickle.dumps(known)), "zh") == in_language(known, "zh")  # noqa: S301  # our own


def test_a_diagnostic_in_chinese() -> None:
    """All that is said follows the language; names, places and slugs stay, and so does what programs read."""
    _, problems = parse(Source("a.rules", "journey j {\n  state {\n    after 3 dayz -> a\n  }\n}\n"))
    assert render(problems, "zh") == (
        "a.rules:2:9: 错误[syntax]: 此处应为状态的名字，实际是 `{`。\n"
        "      state {\n"
        "            ^\n"
        "    提示：例如：`state hello { … }`\n"
        "a.rules:3:13: 错误[syntax]: "
        "此处应为 `minutes`、`hours`、`days`、`weeks`、`months` 或 `years`，实际是 `dayz`。\n"
        "        after 3 dayz -> a\n"
        "                ^^^^\n"
        "    提示：是不是想写 `days`？\n"
    )
    assert as_json(problems)[0]["message"] == "Expected the name of a state, found `{`."
