"""What two rule sets say differently: by meaning, each difference named once, with its place."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dsl.printing.printer import print_file
from dsl.tree.expressions import Name, Not, Text
from dsl.tree.journeys import After, End, JourneyDecl, StateDecl, Tag
from dsl.tree.statements import (
    AtMost,
    AudienceDecl,
    CustomerDecl,
    Field,
    File,
    MessageDecl,
    PolicyDecl,
    Statement,
)
from dsl.tree.statements import TypeRef as Type
from dsl.units import Duration
from engine.config import default_config
from engine.planning.difference import Difference, Written
from engine.planning.differences import differences
from engine.projects.fates import Move
from engine.projects.rule_sets import RuleSet, stored_rule_set
from tests.projects import RULES
from tests.strategies_rules import rule_sets

CONFIG = default_config("毛毛家")

LETTERED = RULES.replace('  sms: "【', '  email: subject "信" file "a.j2"\n  sms: "【')


def rule_set(text: str, **letters: str) -> RuleSet:
    """The rule set of one file, and of letters."""
    found = stored_rule_set(
        {"a.rules": text, **{f"{name}.j2": body for name, body in letters.items()}}, CONFIG
    )
    assert found.model is not None, [item.message for item in found.diagnostics]
    return found


def told(before: str, after: str) -> list[tuple[str, str, str, str | None, str | None, bool]]:
    """The differences of two texts, their texts side by side."""
    return [_brief(item) for item in differences(rule_set(before), rule_set(after))]


def _brief(item: Difference) -> tuple[str, str, str, str | None, str | None, bool]:
    old, new = (place.text if place else None for place in (item.old, item.new))
    return item.change, item.kind, item.name, old, new, item.breaking


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "points: number", "points: money",
            ("changed", "attribute", "points", "points: number", "points: money", True),
        ),
        (
            "tier: one of regular, vip", "tier: one of vip, regular, gold",
            ("changed", "attribute", "tier", "tier: one of regular, vip", "tier: one of vip, regular, gold", False),
        ),
        (
            "tier: one of regular, vip", "tier: one of vip",
            ("changed", "attribute", "tier", "tier: one of regular, vip", "tier: one of vip", True),
        ),
        ("  member: flag\n", "", ("removed", "attribute", "member", "member: flag", None, False)),
        (
            "points: number", 'points "积分": number',
            ("changed", "attribute", "points", "points: number", 'points "积分": number', False),
        ),
        (
            "  for customer\n", '  for customer\n  end won "回来了"\n',
            ("added", "journey_line", "win_back", None, 'end won "回来了"', False),
        ),
        ("store: text, ", "", ("removed", "field", "visit.store", "store: text", None, False)),
        (
            'record appointment "预约" { service: text, due: time, kept: flag }\n', "",
            ("removed", "record", "appointment",
             'record appointment "预约" { service: text, due: time, kept: flag }', None, True),
        ),
        (
            'event visit "到店"', 'event visit "来店"',
            ("changed", "event", "visit", 'event visit "到店"', 'event visit "来店"', False),
        ),
        (
            "  at most 3 per month\n", "  at most 2 per month\n",
            ("changed", "policy_line", "marketing", "at most 3 per month", "at most 2 per month", False),
        ),
        ("  at most 3 per month\n", "", ("removed", "policy_line", "marketing", "at most 3 per month", None, False)),
        (
            "回复1预约", "回复2预约",
            ("changed", "variant", "hello.sms", 'sms: "【{{ brand }}】{{ name }}您好,好久不见!回复1预约,回T退订"',
             'sms: "【{{ brand }}】{{ name }}您好,好久不见!回复2预约,回T退订"', False),
        ),
        (
            "  for customer\n", "  for customer\n  priority 3\n",
            ("added", "journey_line", "win_back", None, "priority 3", False),
        ),
        ("  on visit -> end won\n", "", ("removed", "transition", "win_back", "on visit -> end won", None, False)),
        (
            "after 3 days at 10:00 -> call", "after 4 days at 10:00 -> call",
            ("changed", "transition", "win_back.contact.hello",
             "after 3 days at 10:00 -> call", "after 4 days at 10:00 -> call", False),
        ),
        (
            "send hello via sms", 'send hello via sms\n      tag "x"',
            ("added", "action", "win_back.contact.hello", None, 'tag "x"', False),
        ),
    ],
)  # fmt: skip
def test_one_difference(old: str, new: str, expected: tuple[str, ...]) -> None:
    """A change of the text is a difference of the smallest thing that has changed, old and new beside each other."""
    assert RULES.count(old) == 1
    assert expected in told(RULES, RULES.replace(old, new))


def test_places() -> None:
    """A difference says where it stands in either rule set, and why it breaks something."""
    (found,) = differences(rule_set(RULES), rule_set(RULES.replace("points: number", "points: money")))
    assert found == Difference(
        "changed",
        "attribute",
        "points",
        Written("a.rules", 8, "points: number"),
        Written("a.rules", 8, "points: money"),
        found.why,
    )
    assert found.why == "values of it that are stored would be lost"


def test_form_does_not_count() -> None:
    """Comments, indentation, order of statements and another way to name the same state change nothing."""
    rules = RULES.replace("  ", "    ").replace("-> call\n", "-> contact.call # 打电话\n")
    audience = "audience lapsed = no visit within last 90 days and visit ever\n"
    assert told(RULES, rules.replace(audience, "") + audience) == []


def test_what_is_named_elsewhere() -> None:
    """An audience that changes is one difference; the journey that enters by it is said to be affected."""
    found = told(RULES, RULES.replace("last 90 days and", "last 60 days and"))
    assert [item[:3] for item in found] == [
        ("changed", "audience", "lapsed"),
        ("affected", "journey", "win_back"),
    ]


def test_letters() -> None:
    """A letter in a file of its own differs though the rules that name it do not."""
    before, after = rule_set(LETTERED, a="您好"), rule_set(LETTERED, a="你好")
    assert differences(before, rule_set(LETTERED, a="您好")) == ()
    assert [_brief(item) for item in differences(before, after)] == [
        ("changed", "variant", "hello.email", "您好", "你好", False)
    ]


def test_states_come_and_go() -> None:
    """A state that went breaks what people are in; one that came breaks nothing."""
    found = told(
        RULES, RULES.replace("state call {", 'state phone {\n      tag "x"').replace("-> call", "-> phone")
    )
    assert [item[:3] + item[5:] for item in found if item[1] == "state"] == [
        ("removed", "state", "win_back.contact.call", True),
        ("added", "state", "win_back.contact.phone", False),
    ]


def test_a_state_that_does_the_same_under_another_name_is_renamed() -> None:
    """Which tells the move that those in it need, and breaks nothing once that is given."""
    other = RULES.replace("state call", "state phone").replace("-> call", "-> phone")
    (found,) = [item for item in differences(rule_set(RULES), rule_set(other)) if item.kind == "state"]
    assert (found.change, found.name, found.to) == (
        "renamed",
        "win_back.contact.call",
        "win_back.contact.phone",
    )
    assert found.why == "who is there needs --move win_back.contact.call=contact.phone"
    move = Move("win_back", "contact.call", "contact.phone")
    (moved,) = [
        item for item in differences(rule_set(RULES), rule_set(other), [move]) if item.kind == "state"
    ]
    assert (moved.change, moved.breaking) == ("renamed", False)


def test_a_move_tells_that_a_state_was_renamed_and_changed() -> None:
    """Then what is done there otherwise is told line by line, and not as a state that went and one that came."""
    other = RULES.replace("state call {", 'state phone {\n      tag "x"').replace("-> call", "-> phone")
    move = Move("win_back", "contact.call", "contact.phone")
    found = [_brief(item) for item in differences(rule_set(RULES), rule_set(other), [move])]
    assert {item[:3] for item in found} == {
        ("added", "action", "win_back.contact.phone"),
        ("changed", "transition", "win_back.contact.hello"),
        ("renamed", "state", "win_back.contact.call"),
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("hello", "hi", ("message", False)),
        ("marketing", "promotion", ("policy", True)),
        ("lapsed", "gone", ("audience", False)),
        ("win_back", "recall", ("journey", True)),
    ],
)
def test_what_else_may_have_another_name(old: str, new: str, expected: tuple[str, bool]) -> None:
    """Of two that are alike but for their names nobody can say which is which; of one it is told."""
    names = re.compile(rf"\b{old}\b")
    found = differences(rule_set(RULES), rule_set(names.sub(new, RULES)))
    assert (expected[0], old, new, expected[1]) in [
        (item.kind, item.name, item.to, item.breaking) for item in found if item.change == "renamed"
    ]
    twice = RULES + 'message one "x" { sms: "一" }\nmessage two "x" { sms: "一" }\n'
    other = twice.replace("message one", "message three").replace("message two", "message four")
    kinds = [item.change for item in differences(rule_set(twice), rule_set(other)) if item.kind == "message"]
    assert kinds == ["removed", "removed", "added", "added"]


def test_order_counts_where_it_means_something() -> None:
    """Two transitions that change places are one difference of their order; lines of a policy that do are none."""
    first, second = "  on visit -> end won\n", "  when reason = price -> end other\n"
    rules, other = RULES.replace(first, first + second), RULES.replace(first, second + first)
    assert [item[:3] for item in told(rules, other)] == [("changed", "order", "win_back")]
    swapped = RULES.replace(
        "  send on every day 09:00 to 20:00\n  at most 3 per month\n",
        "  at most 3 per month\n  send on every day 09:00 to 20:00\n",
    )
    assert told(RULES, swapped) == []


def test_without_rules_everything_is_new() -> None:
    """Before the first release there is nothing: each declaration is added, nothing breaks."""
    found = differences(None, rule_set(RULES))
    assert {item.change for item in found} == {"added"}
    assert [item.name for item in found if item.kind != "attribute"] == [
        "visit", "appointment", "lapsed", "hello", "greet", "marketing", "win_back",
    ]  # fmt: skip
    assert not any(item.breaking for item in found)


@settings(max_examples=25)
@given(rule_sets())
def test_a_rule_set_does_not_differ_from_itself(file: File) -> None:
    """Whatever a rule set says, read twice and written otherwise, it differs in nothing."""
    text = print_file(file)
    statements = sorted(file.statements, key=repr)
    again = print_file(replace(file, statements=tuple(statements))).replace("\n  ", "\n     ")
    assert differences(_valid(text), _valid(again)) == ()


@settings(max_examples=25)
@given(rule_sets(), st.data())
def test_every_mutation_is_named(file: File, data: Any) -> None:
    """One thing that is changed somewhere in a rule set is among the differences, under its name."""
    places = [(place, *change) for place, item in enumerate(file.statements) for change in _mutations(item)]
    place, name, mutated = data.draw(st.sampled_from(places))
    statements = (*file.statements[:place], mutated, *file.statements[place + 1 :])
    found = differences(_valid(print_file(file)), _valid(print_file(replace(file, statements=statements))))
    assert name in {item.name for item in found}


def _valid(text: str) -> RuleSet:
    """The rule set of a text; what a check of texts refuses is not looked at."""
    found = stored_rule_set({"a.rules": text}, CONFIG)
    assume(found.model is not None)
    return found


def _mutations(item: Statement) -> list[tuple[str, Statement]]:
    """Valid changes of a statement, with the name that each is known by."""
    match item:
        case CustomerDecl():
            return [("fresh", replace(item, fields=(*item.fields, Field(Name("fresh"), Type("text")))))]
        case AudienceDecl():
            return [(item.name.text, replace(item, condition=Not(item.condition)))]
        case MessageDecl():
            first = item.variants[0]
            body = Text((first.body.value if first.body else "") + "改")
            changed = (replace(first, body=body), *item.variants[1:])
            return [(f"{item.name}.{first.channel}", replace(item, variants=changed))]
        case PolicyDecl():
            return [(item.name.text, replace(item, lines=(*item.lines, AtMost(99, "year"))))]
        case JourneyDecl():
            leave = After(Duration(77, "day"), "journey", None, End(Name("tired")))
            return [(item.name.text, replace(item, items=(*item.items, leave))), *_in_states(item)]
    return []


def _in_states(journey: JourneyDecl) -> list[tuple[str, Statement]]:
    return [
        (
            f"{journey.name}.{state.name}",
            replace(
                journey,
                items=(
                    *journey.items[:place],
                    replace(state, items=(Tag(Text("fresh")), *state.items)),
                    *journey.items[place + 1 :],
                ),
            ),
        )
        for place, state in enumerate(journey.items)
        if isinstance(state, StateDecl)
    ]
