"""What explanations say of the next run is what the next run then does, on rules and histories nobody thought of."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dsl.syntax.load import parse_texts
from dsl.wording import Phrase
from engine.explaining.answers import Sent, Verdict
from engine.storage.keys import intent_of
from engine.storage.schema import enrolment, message, rule, visit
from engine.storage.states import MessageStatus
from tests.differential import model_in_scope
from tests.engine_side import EngineSide, ms
from tests.explaining.test_explaining import explained
from tests.strategies_histories import histories
from tests.strategies_lively import lively_rules

# Not shrunk: an example takes half a second.
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
Place = tuple[str, str | None]
"""A journey and the id of a record."""


@settings(max_examples=15, phases=[Phase.generate], deadline=None, suppress_health_check=SLOW)
@given(lively_rules(), st.data())
def test_the_next_run_does_what_was_said(text: str, data: st.DataObject) -> None:
    """Who is said to move takes that way first, who is said to come in does, what may go goes; nobody else does.

    Of customers whom only one journey concerns in that run: what one journey does may change what another one finds.
    """
    (file,), _ = parse_texts({"lively.rules": text})
    model, history = model_in_scope(file), data.draw(histories(file))
    side = EngineSide(model, "Asia/Shanghai")
    for moment in history:
        for step in moment.steps:
            side.tell(step, moment)
        now = ms(moment.at)
        said = {number: explained(side, number, now).journeys for number in side.customers.values()}
        before = {number: {key: row.visit for key, row in runs(side, number)} for number in said}
        side.settle(moment)
        for customer, verdicts in said.items():
            moves = first_moves(side, customer, before[customer])
            for verdict in verdicts:
                assert verdict.next is None or "the next run takes" not in verdict.verdict
                if not {key[0] for key in moves} - {verdict.journey}:
                    as_said(verdict, moves)
            if not moves and not moment.refusing:
                sent_as_said(side, [sent for verdict in verdicts for sent in verdict.messages])
    side.store.close()


def runs(side: EngineSide, customer: int) -> Iterator[tuple[tuple[str, str | None, int], sa.Row[Any]]]:
    """Every run of a customer through a journey."""
    ids = {number: name for (_, name), number in side.records.items()}
    symbols = side.plan.world.symbols
    with side.store.read() as connection:
        rows = connection.execute(sa.select(enrolment).where(enrolment.c.customer == customer)).all()
    for row in rows:
        yield (symbols.name(row.journey), ids.get(row.record), row.occurrence), row


def first_moves(side: EngineSide, customer: int, before: dict[Any, int]) -> dict[Place, str]:
    """By which line each journey first moved them, or that they came in or were held out."""
    found: dict[Place, str] = {}
    for (journey, record, occurrence), row in runs(side, customer):
        key = journey, record, occurrence
        if key not in before:
            found[journey, record] = "held out" if row.visit == 0 else "in"
        elif row.visit != before[key]:
            found[journey, record] = line_to(side, row, before[key] + 1)
    return found


def line_to(side: EngineSide, run: sa.Row[Any], number: int) -> str:
    """The line that led to a visit."""
    same = [visit.c[name] == getattr(run, name) for name in ("customer", "journey", "record", "occurrence")]
    query = sa.select(rule.c.text).join(visit, visit.c.rule == rule.c.rule)
    with side.store.read() as connection:
        return str(connection.scalar(query.where(*same, visit.c.visit == number)))


def as_said(verdict: Verdict, moves: dict[Place, str]) -> None:
    """A verdict before the run, and how the journey first moved the customer in it."""
    moved, words = moves.get((verdict.journey, verdict.record)), verdict.verdict
    expected = foretold(words)
    if expected == "perhaps in" or (expected is None and any(map(is_over_then, verdict.messages))):
        return
    if moved in ("in", "held out") and verdict.status == "active":
        return  # through to the end, and in again
    assert moved == expected, (verdict, moved)


def is_over_then(sent: Sent) -> bool:
    """Whether the state may be settled in the next run, which leads on from there."""
    assert isinstance(sent.verdict, Phrase)
    return "the next run" in sent.verdict.pattern.text


def foretold(words: str) -> str | None:
    """What a verdict says of the next run."""
    assert isinstance(words, Phrase)
    match words.pattern.text:
        case "{where}; the next run takes `{line}`":
            return str(words.values["line"])
        case "not in it yet: the next run lets them in":
            return "in"
        case "not in it yet: the next run holds them out for comparison":
            return "held out"
        case (
            "not in it yet: qualifies, and waits to be let in"
            | "not in it: other journeys begin it"
            | "held out for comparison since {at}: the next run ends the watch"
        ):
            return "perhaps in"
        case "{ended}; {now}":
            return foretold(str_phrase(words.values["now"]))
    return None


def str_phrase(value: object) -> Phrase:
    """A part of a phrase that is one itself."""
    assert isinstance(value, Phrase)
    return value


def sent_as_said(side: EngineSide, sent: list[Sent]) -> None:
    """Messages of somebody whom the run did not move: each as it was foretold."""
    with side.store.read() as connection:
        for one in sent:
            same = [message.c[name] == part for name, part in intent_of(one.id)._asdict().items()]
            row = connection.execute(sa.select(message).where(*same)).one()
            words = one.verdict
            assert isinstance(words, Phrase)
            status = MessageStatus(row.status)
            match words.pattern.text:
                case "may go via {channel}: the next run sends it":
                    channel = side.plan.world.symbols.name(row.channel)
                    assert (status, channel) == (MessageStatus.SENT, words.values["channel"]), one
                case "the next run drops it: {because}":
                    assert status is MessageStatus.DROPPED, one
                case "waits until {until}: {because}" | "waits, and is given up at {until}: {because}":
                    assert status is MessageStatus.WAITING, one
                case "held: {role} must look at it: {because}":
                    assert status is MessageStatus.HELD, one
