"""The rules in force as every command reads them: the same model as when they were applied."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import default_config
from engine.errors import RulesError
from engine.projects import rule_sets
from engine.projects.making import model_of
from engine.projects.rule_files import read_rule_set
from engine.projects.rule_sets import stored_rule_set

STARTER = Path(__file__).parents[2] / "rules"
CONFIG = default_config("毛毛家")


def test_the_model_is_that_of_the_whole_check() -> None:
    """But for the scenarios, which nothing that runs looks at; texts and digest are whole."""
    read = read_rule_set(STARTER, CONFIG)
    stored = stored_rule_set(read.texts, CONFIG)
    assert read.model is not None
    assert read.model.scenarios
    assert stored.model == replace(read.model, scenarios=())
    assert stored.digest == read.digest


def test_what_surrounds_the_rules_is_looked_up_again() -> None:
    """A variable that the configuration has lost is an error of the stored rules."""
    texts = {"a.rules": 'message hello { sms: "{{ hotline }}" }'}
    assert stored_rule_set(texts, replace(CONFIG, vars={"hotline": "400"})).model is not None
    lost = stored_rule_set(texts, CONFIG)
    assert (lost.model, [item.slug for item in lost.diagnostics]) == (None, ["unknown-variable"])


def test_the_model_is_kept_for_the_next_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept says the same and knows its places; what the configuration has lost is found all the same."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    texts = read_rule_set(STARTER, CONFIG).texts
    made = model_of(texts, CONFIG)
    monkeypatch.setattr(rule_sets, "stored_rule_set", None)  # whoever called it now would fail
    kept = model_of(texts, CONFIG)
    assert (kept, kept is made) == (made, False)
    assert [one.span.line for one in kept.messages.values()] == [
        one.span.line for one in made.messages.values()
    ]
    monkeypatch.undo()
    naming = {"a.rules": 'message hello { sms: "{{ hotline }}" }'}
    model_of(naming, replace(CONFIG, vars={"hotline": "400"}))
    with pytest.raises(RulesError, match="do not fit"):
        model_of(naming, CONFIG)
