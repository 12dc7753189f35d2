"""Every rule that keeps a message back at a moment. What is stored with the message names one of them."""

from collections.abc import Iterator

from dsl.model import scenarios as m
from engine.explaining.inquiry import Inquiry, inquire
from engine.explaining.judging import judged
from engine.scenarios.expecting import Look
from engine.scenarios.finding import held_up, person
from engine.scenarios.stage import Stage
from engine.storage.keys import intent_in
from engine.views.window import Window


def keeps(stage: Stage, look: Look, expected: m.Waiting) -> bool:
    """Whether one of the rules that keep such a message is the one that is expected."""
    return any((expected.because or "") in rule for rule in _rules(stage, look, expected.message))


def inquiry_of(stage: Stage, look: Look) -> Inquiry:
    """Why things are as they are for the customer who is looked at."""
    connection, plan = look.connection, stage.plan
    symbols, zone = plan.world.symbols, plan.world.zone
    window = Window(
        connection, stage.config, plan.model, plan.tables, symbols, zone, plan.release, offsets=False
    )
    return inquire(window, plan, stage.permits, person(connection, plan, look.who).customer, look.now)


def _rules(stage: Stage, look: Look, message: str) -> Iterator[str]:
    waiting = [
        intent_in(row) for name, _, row in held_up(look.connection, stage.plan, look.who) if name == message
    ]
    judgements = judged(inquiry_of(stage, look)) if waiting else {}
    for intent in waiting:
        if intent in judgements:
            yield from (line.text for line in judgements[intent].lines if line.holds is False)
