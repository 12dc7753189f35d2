"""Messages, policies, benefits, the calendar and scenarios as the engine gets them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from dsl.check import Context, check
from dsl.model.conditions import MONEY, Attribute, Compare, Const, Type
from dsl.model.model import Benefit, Calendar, Cap, Policy, SpecialDays
from dsl.syntax.load import parse_texts
from dsl.texts.letters import letters
from dsl.units import Clock, Duration, Window
from tests.checked import CUSTOMER, checked, model_of

POLICY = """
policy marketing "营销" {
  send on workdays 09:00 to 20:00
  send on weekends, friday 10:00 to 18:00
  never on holidays
  at most 3 per month
  at most 1 per 7 days for tier = vip
  at most 5 per week for blocked
  at least 10 days apart
  extra 1 on keydays
  silent 90 days after optout
  require consent
  give up after 5 days
  forbid "最后机会", "清仓"
  require "回T退订"
  review by manager when lifetime_value > 50000
  review by chief
  sample 20
  pilot 100 needs 98% delivered
  stop at 3% optout
}
policy service { count with marketing }
"""


def test_a_policy_keeps_all_its_lines() -> None:
    """Caps with a condition come first, as written; single lines are found by their word."""
    policy = model_of(CUSTOMER + POLICY).policies["marketing"]
    assert policy.title == "营销"
    assert [item.window for item in policy.windows] == [
        Window(("workdays",), Clock(540), Clock(1200)),
        Window(("weekends", "friday"), Clock(600), Clock(1080)),
    ]
    assert policy.never == ("holidays",)
    tier = Type("choice", ("regular", "vip"))
    vip = Compare("=", Attribute("tier", tier), Const("vip", tier))
    assert policy.caps == (
        Cap(1, Duration(7, "day"), vip),
        Cap(5, "week", Attribute("blocked", Type("flag"))),
        Cap(3, "month", None),
    )
    assert (policy.apart, policy.extra_on_keydays) == (Duration(10, "day"), 1)
    assert (policy.silent, policy.consent, policy.give_up) == (Duration(90, "day"), True, Duration(5, "day"))
    assert [phrase.text for phrase in policy.forbid] == ["最后机会", "清仓"]
    assert [phrase.text for phrase in policy.require] == ["回T退订"]
    worth = Compare(">", Attribute("lifetime_value", MONEY), Const(5_000_000, MONEY))
    assert [(review.role, review.condition) for review in policy.reviews] == [
        ("manager", worth),
        ("chief", None),
    ]
    assert (policy.sample, policy.pilot, policy.stop_at) == (20, (100, Decimal(98)), Decimal(3))
    assert policy.spans["apart"].text == "at least 10 days apart"


def test_an_empty_policy_has_the_defaults() -> None:
    """It sends at any time, is silent for ever after an opt-out, and gives up after 7 days."""
    policy = model_of("policy p {\n}\npolicy q { count with p }").policies
    assert policy["p"] == Policy("p", "p")
    assert (policy["p"].silent, policy["p"].give_up) == (None, Duration(7, "day"))
    assert policy["q"].count_with == ("p",)


def test_benefits_are_in_minor_units() -> None:
    """Amounts of money are whole hundredths; a stock is counted in pieces."""
    rules = """
    benefit half_price "老客专属5折券" {
      worth 600.50
      cost 400
      quota 20 per month
      approve by manager
      valid 30 days
      minimum 200
    }
    benefit few { stock 100 }
    """
    benefits = model_of(rules).benefits
    assert benefits["half_price"] == Benefit(
        "half_price",
        "老客专属5折券",
        worth=60_050,
        cost=40_000,
        minimum=20_000,
        quota=(20, "month"),
        approve_by="manager",
        valid=Duration(30, "day"),
    )
    assert benefits["few"] == Benefit("few", "few", stock=100)


def test_calendar_blocks_add_up() -> None:
    """Several blocks make one calendar; without one there are no public holidays."""
    rules = """
    calendar { holidays CN, keyday "店庆" on 2026-05-20 }
    calendar { closed "盘点" on 2026-12-31 to 2027-01-02 }
    """
    assert model_of(rules).calendar == Calendar(
        "CN",
        (
            SpecialDays("keyday", "店庆", date(2026, 5, 20), date(2026, 5, 20)),
            SpecialDays("closed", "盘点", date(2026, 12, 31), date(2027, 1, 2)),
        ),
    )
    assert model_of("").calendar == Calendar()


def test_bodies_come_from_files_beside_the_rules(tmp_path: Path) -> None:
    """A path is relative to the rule file; texts given with the context come before the folder."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "hello.html").write_text("<p>{{ name }}</p>", encoding="utf-8")
    rules = CUSTOMER + 'message hello { email: subject "x" file "letters/hello.html" }'
    message = model_of(rules, context=Context(folder=tmp_path)).messages["hello"]
    assert [(item.channel, item.subject, item.body) for item in message.variants] == [
        ("email", "x", "<p>{{ name }}</p>")
    ]
    kept = Context(file_texts={"letters/hello.html": "{{ title }}"})
    assert model_of(rules, context=kept).messages["hello"].variants[0].body == "{{ title }}"


def test_files_that_cannot_be_read_are_findings(tmp_path: Path) -> None:
    """A file that is missing, outside the folder or no UTF-8 text is an error, never a failure."""
    (tmp_path / "bad.html").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder").mkdir()
    for name in ("bad.html", "none.html", "../x.html", "/etc/passwd", "folder", ""):
        found = checked(f'message hello {{ push: file "{name}" }}', context=Context(folder=tmp_path))
        assert found.model is None
        assert "unknown-name" in {item.slug for item in found.diagnostics}


def test_names_of_other_files_are_known() -> None:
    """A rule set is read as one unit; a second declaration in another file names both places."""
    found = checked(
        "journey a { enter when lapsed, state s { after 1 day -> end over } }",
        b="audience lapsed = visit ever",
        c='event visit "到店"',
        d="event visit",
    )
    (twice,) = found.diagnostics
    assert (twice.slug, twice.span.source.name) == ("duplicate-name", "d.rules")
    assert [span.source.name for span in twice.also] == ["c.rules"]


def test_configured_channels_and_variables_are_known() -> None:
    """The config adds channels and template variables to the well-known ones."""
    rules = 'message hello { line: "{{ hotline }}" }'
    context = Context(variables=frozenset({"brand", "hotline"}), channels=frozenset({"line"}))
    assert checked(rules, context=context).model is not None
    assert {item.slug for item in checked(rules).diagnostics} >= {"unknown-name"}


def test_letters_are_gathered_for_keeping(tmp_path: Path) -> None:
    """What was read from files can be kept beside the rules, and the rules checked again without the folder."""
    (tmp_path / "a.html").write_text("{{ name }}", encoding="utf-8")
    rules = CUSTOMER + 'message hello { push: file "a.html", email: subject "x" file "none.html" }'
    files, _ = parse_texts({"a.rules": rules})
    kept = letters(files, Context(folder=tmp_path))
    assert kept == {"a.html": "{{ name }}"}
    again = check(files, Context(file_texts=kept))
    assert [item.span.text for item in again.diagnostics if item.severity == "error"] == ['"none.html"']
