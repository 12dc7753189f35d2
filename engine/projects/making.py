"""The model of a rule set that was stored, which is made once: kept for the next command, it takes milliseconds.

To read rules and to find what their names mean takes a tenth of a second, and as long again to load what does it.
"""

import os
from collections.abc import Mapping
from functools import cache

import dsl
from dsl.model.model import Model
from engine.cached import cached
from engine.config import Config
from engine.errors import RulesError
from engine.wording import say


def model_of(texts: Mapping[str, str], config: Config) -> Model:
    """What these texts say. RulesError when they do not pass any more: the configuration has lost what they name."""
    surroundings = sorted(config.variables), sorted(config.channels)
    return cached("model", (_code(), surroundings, sorted(texts.items())), lambda: _made(texts, config))


def _made(texts: Mapping[str, str], config: Config) -> Model:
    from engine.projects.rule_sets import stored_rule_set  # noqa: PLC0415  # the parser takes a while to load

    checked = stored_rule_set(texts, config)
    if checked.model is None:
        raise RulesError(
            say("the rules in force do not fit homing.toml any more"), diagnostics=checked.diagnostics
        )
    return checked.model


@cache
def _code() -> list[tuple[str, int, int]]:
    """The code that makes models, told as Python tells whether a module was written anew: by time and size."""
    names = [
        os.path.join(folder, name)  # noqa: PTH118  # of some hundred files: a fifth of pathlib's time
        for root in dsl.__path__
        for folder, _, names in os.walk(root)
        for name in names
        if name.endswith((".py", ".lark"))
    ]
    states = [(name, os.stat(name)) for name in sorted(names)]  # noqa: PTH116  # as above
    return [(name, state.st_mtime_ns, state.st_size) for name, state in states]
