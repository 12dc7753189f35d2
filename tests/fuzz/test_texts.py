"""Texts that nobody would write: rules, templates, replies, configurations. Never a traceback, never a hang."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.check import Checked, check
from dsl.context import Context
from dsl.syntax.load import parse_texts
from engine.config import parse_config
from engine.errors import ConfigError
from engine.keywords import USUAL, Keywords
from engine.storage.review_tables import review
from tests.deliveries import Shop
from tests.inboxes import answer, sent
from tests.inboxes import shop_with_receipts as shop_of
from tests.replying import stored, wrote

STARTER = sorted((Path(__file__).parents[2] / "rules").glob("*.rules"))
FILES = [path.read_text(encoding="utf-8") for path in STARTER]

PIECES = (
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "name",
    "title",
    "brand",
    "__class__",
    ".",
    "|",
    "date",
    "mask",
    "attr",
    "(",
    ")",
    "[",
    "]",
    "'",
    "for x in range(9999)",
    "endfor",
    "if name",
    "endif",
    "set x = 1",
    "* 99999999",
    "**",
    "'%2000000000d' % 1",
    "lipsum(n=100000)",
    "self",
    "cycler",
    "loop",
    "include 'x'",
    "import os",
    "raw",
    "endraw",
    "您好",
    " ",
    "\n",
    "-",
    "~",
    "\x00",
    "\u202e",
    "{{7*7}}",
)
templates = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)

RULE = """
customer {
  name: text
  title: text
  phone: phone
}
message hello { sms: TEXT }
policy p {
  send on every day 08:00 to 20:00
}
journey j {
  policy p
  enter when name is known
  state s {
    send hello via sms
    after 3 days -> end over
  }
}
"""


def checked(text: str) -> Checked | None:
    """What the check says of a rule text; None when it cannot be read, and that was told."""
    files, flaws = parse_texts({"a.rules": text})
    return None if any(flaw.severity == "error" for flaw in flaws) else check(files, Context())


@settings(max_examples=25)
@given(body=templates)
def test_any_template(body: str) -> None:
    """It is checked, with an error or not; what has none is rendered or held, and is short."""
    quoted = '"' + body.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    found = checked(RULE.replace("TEXT", quoted))
    if found is None or found.model is None:
        assert found is None or found.diagnostics
        return
    some = sent(RULE.replace("TEXT", quoted))
    assert len(some.one()["text"] or "") <= 4_000


@pytest.mark.parametrize("name", ["{{7*7}}", "{% for x in y %}", "{{ brand }}", "{#"])
def test_braces_in_a_name_are_sent_as_they_are(name: str) -> None:
    """G6: what a customer is called is no template."""
    assert sent(name=name).one()["text"] == f"{name}您好"


def test_sql_in_rules_is_text() -> None:
    """G7: a text of the rules is compared with, and nothing else; the table is still there afterwards."""
    hostile = "x' or '1'='1'; drop table customer; --"
    rules = RULE.replace("TEXT", '"您好"').replace(
        "name is known", f'name = "{hostile}" or name starts with "{hostile}"'
    )
    some = shop_of(rules)
    some.customer("C1", name="陈晨", phone="+8613800000001")
    some.customer("C2", name=hostile, phone="+8613800000002")
    some.run("2026-11-23 10:00")
    assert [row["customer"] for row in some.messages()] == [2]


@settings(max_examples=8)
@given(data=st.data())
def test_mutated_rule_files(data: st.DataObject) -> None:
    """A real file with pieces cut out, doubled and put elsewhere."""
    text = data.draw(st.sampled_from(FILES))[:6_000]
    for _ in range(data.draw(st.integers(1, 4))):
        one, other = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
        piece = text[one : min(other, one + 200)]
        what = data.draw(st.sampled_from(("cut", "double", "noise")))
        noise = data.draw(st.text(max_size=8)) if what == "noise" else piece * 2
        text = text[:one] + ("" if what == "cut" else noise) + text[one + len(piece) :]
    found = checked(text)
    assert found is None or found.model is not None or found.diagnostics


@pytest.fixture(scope="module")
def shop() -> Shop:
    """A shop that has written to somebody."""
    return sent()


NUMBERS = iter(range(10**9))


@settings(max_examples=30)
@given(text=st.one_of(st.text(max_size=60), templates, st.sampled_from(("T", "退订", "Y", "请不要再发"))))
def test_any_reply(shop: Shop, text: str) -> None:
    """It is taken once, and nothing of it is lost: an opt-out, a rule's, or a person's."""
    text = text.encode(errors="replace").decode()
    before = len(stored(shop, review))
    assert answer(shop, "2026-11-23 10:01", wrote(text, f"n{next(NUMBERS)}")) == 1
    added = len(stored(shop, review)) - before
    assert added == (0 if USUAL.meaning(text) == "optout" else 1)


@settings(max_examples=200)
@given(text=st.text(max_size=200), words=st.lists(st.text(max_size=5), max_size=3))
def test_any_words(text: str, words: list[str]) -> None:
    """Whatever a project calls an opt-out, a meaning is one of three, and its own words are opt-outs."""
    ours = Keywords(optout=tuple(words), unclear=tuple(words))
    assert ours.meaning(text) in ("optout", "unclear", "none")
    assert all(
        ours.meaning(word) == "optout" for word in words if any(char.isalnum() for char in word.strip())
    )


TOML = """[project]
brand = "毛毛家"
timezone = "Asia/Shanghai"
[schedule]
run = "*/5 8-20 * * *"
[channels.sms]
kind = "file"
cost = 0.05
[replies]
optout = ["arrêt"]
[retention]
moves = "1 year"
[vars]
hotline = "400"
"""

NOISE = ("[", "]", "=", "true", "1", "[[x]]", "[]", '""')


@settings(max_examples=150)
@given(data=st.data())
def test_any_configuration(data: st.DataObject) -> None:
    """A configuration, or a sentence that names the line."""
    text = TOML
    for _ in range(data.draw(st.integers(1, 3))):
        one = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        noise = data.draw(
            st.one_of(st.text(max_size=6), st.sampled_from(("[", "]", "=", "true", "1", "[[x]]", "[]", '""')))
        )
        text = text[:one] + noise + text[one + cut :]
    with suppress(ConfigError):
        parse_config(text)
