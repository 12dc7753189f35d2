"""The starter rules: the first thing that a new user reads."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsl.check import Checked, Context, check
from dsl.model.journeys import Send
from dsl.model.model import Model
from dsl.printing.printer import print_file
from dsl.render import render
from dsl.syntax.load import load
from dsl.tree.statements import File
from tests.projects import ran

RULES = Path(__file__).parents[2] / "rules"
FILES, FLAWS = load(RULES)


def _checked() -> Checked:
    return check(FILES, Context(), FLAWS)


def _model() -> Model:
    model = _checked().model
    assert model is not None
    return model


def test_nothing_is_said_about_them() -> None:
    """`check` finds nothing in the starter rules, in whatever folder they lie."""
    assert render((*FLAWS, *_checked().diagnostics)) == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.source.name)
def test_they_are_in_canonical_form(file: File) -> None:
    """`fmt` would change nothing."""
    assert print_file(file) == file.source.text


def test_their_scenarios_pass_and_leave_nothing_out() -> None:
    """What the starter rules promise, they keep; every state, transition and outcome is in some scenario."""
    done = ran("test", str(RULES), "--json")
    document = json.loads(done.out)
    assert [item for item in document["scenarios"] if not item["passed"]] == []
    assert document["coverage"]["missed"] == []
    assert (done.status, document["failed"]) == (0, 0)


def _texts(channel: str) -> Iterator[tuple[str, str]]:
    """Policy and text of every message that is sent by a channel."""
    model = _model()
    for journey in model.journeys.values():
        for action in (action for state in journey.states for action in state.actions):
            if isinstance(action, Send):
                variant = model.messages[action.message].variant(channel)
                if variant is not None:
                    yield action.policy, variant.body


def test_every_sms_is_signed() -> None:
    """Signature first, whatever the message; the way out last, unless it is about something the customer ordered."""
    texts = list(_texts("sms"))
    assert texts
    assert [text for _, text in texts if not text.startswith("【{{ brand }}】")] == []
    assert [text for policy, text in texts if policy != "service" and not text.endswith("回T退订")] == []


def test_no_text_forbids_itself() -> None:
    """No text holds a word that its own policy forbids, nor lacks one that it requires."""
    policies = _model().policies
    for channel in ("sms", "wecom", "push"):
        for name, text in _texts(channel):
            assert [item.text for item in policies[name].forbid if item.text in text] == [], text
            if channel == "sms":
                assert [item.text for item in policies[name].require if item.text not in text] == [], text


def test_every_message_can_reach_everybody_with_a_phone() -> None:
    """Whoever has neither WeChat nor the app still gets an SMS."""
    model = _model()
    sent = {
        action.message
        for journey in model.journeys.values()
        for state in journey.states
        for action in state.actions
        if isinstance(action, Send)
    }
    assert [name for name in sent if model.messages[name].variant("sms") is None] == []
