"""How long scenarios take: `python -m benchmarks.scenarios` plays those of the starter rules and one of 180 days.

Prints one JSON document: processor time, for the first scenario with everything that is compiled then, and for the
others. The long one is a customer's way through warning, win-back and care, with something due every few days.
"""

import json
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from dsl.check import check
from dsl.context import WELL_KNOWN_CHANNELS
from dsl.syntax.load import SUFFIX, parse_texts
from engine.config import default_config
from engine.projects.rule_files import read_rule_set
from engine.projects.rule_sets import context_of, rule_set_of
from engine.scenarios.playing import play
from engine.scenarios.stage import Stage, set_stage

STARTER = Path(__file__).parents[1] / "rules"

LONG = """
scenario "180 days" {
  given customer { id: "C1", name: "陈晨", title: "女士", phone: "13800000001", lifetime_value: 8000 }
  given visit at 2026-03-02 10:00 { amount: 300 }
  given visit at 2026-03-30 10:00 { amount: 300 }
  from 2026-04-01 09:00
  at 2026-05-15 09:00 expect state warning.check_in
  until 2026-09-28 expect at most 7 sent per 60 days
}
"""


def main() -> None:
    """Measure and print."""
    print(json.dumps(measure(), indent=2))


def measure() -> dict[str, Any]:
    """The starter rules' scenarios one after the other, then a long one three times."""
    stage = _stage({})
    seconds = [_seconds(stage, place) for place in range(len(stage.model.scenarios))]
    long = _stage({"long.rules": LONG})
    place = next(n for n, one in enumerate(long.model.scenarios) if one.title == "180 days")
    return {
        "scenarios": len(seconds),
        "first": seconds[0],
        "median": round(median(seconds), 3),
        "slowest": max(seconds[1:]),
        "all": round(sum(seconds), 2),
        "of_180_days": min(_seconds(long, place) for _ in range(3)),
    }


def _stage(more: dict[str, str]) -> Stage:
    config = default_config("毛毛家")
    rules = read_rule_set(STARTER, config)
    if more:
        texts = {**rules.texts, **more}
        named = {name: text for name, text in texts.items() if name.endswith(SUFFIX)}
        rules = rule_set_of(*parse_texts(named), context_of(config, texts=texts), check)
    assert rules.model is not None, rules.diagnostics  # noqa: S101
    return set_stage(rules.model, config, WELL_KNOWN_CHANNELS | config.channels.keys())


def _seconds(stage: Stage, place: int) -> float:
    began = process_time()
    played = play(stage, stage.model.scenarios[place])
    assert played.passed, played.failures  # noqa: S101
    return round(process_time() - began, 3)


if __name__ == "__main__":
    main()
