"""The rules in force as every command reads them: the same model as when they were applied."""

from dataclasses import replace
from pathlib import Path

from engine.config import default_config
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
