"""Rule sets from files on disk: read, checked by everything there is, and their texts at hand to be stored."""

from pathlib import Path

from dsl.check import check
from dsl.syntax.load import load
from dsl.texts.letters import letters
from engine.config import Config
from engine.projects.rule_sets import RuleSet, context_of, rule_set_of


def read_rule_set(path: Path, config: Config) -> RuleSet:
    """Read and check a rule file, or all those under a folder. Letters are read once: what was checked is stored."""
    files, flaws = load(path)
    context = context_of(config, folder=path if path.is_dir() else path.parent)
    found = letters(files, context)
    return rule_set_of(files, flaws, context_of(config, folder=context.folder, texts=found), check)
