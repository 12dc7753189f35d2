"""The gate asked about the messages of a customer that wait or are held, on the facts that a run would fetch."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from engine.conditions.compiling import Scene
from engine.conditions.world import World
from engine.explaining.answers import Line, Value, line_of, place, told
from engine.explaining.inquiry import ITS_CUSTOMER, ITS_RECORD, Inquiry
from engine.explaining.leaves import Part, columns, dissect, read
from engine.permits.approvals import APPROVED, Binding
from engine.permits.editions import editions_of
from engine.permits.facts import Row, Sender, candidates, count_in, fetch_past
from engine.permits.gate import decide, explain, given_up_at
from engine.permits.given import Check, Drop, Facts, Go, Hold, Verdict, Wait
from engine.permits.outbox import STATUS, bring
from engine.permits.permitting import competing
from engine.permits.preapproved import SIGNED
from engine.permits.words import Words, edits_of
from engine.plans import working
from engine.plans.working import wanted
from engine.reasons import BOTH, read_back
from engine.storage.keys import Intent
from engine.storage.schema import message
from engine.storage.states import MessageStatus
from engine.views.because import because_told
from engine.views.titles import Titles
from engine.wording import say


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of a message: in words, by which lines, and what may happen to it when. `goes`: it may go now."""

    words: str
    lines: tuple[Line, ...] = ()
    until: int | None = None
    then: str = ""
    goes: bool = False


def judged(inquiry: Inquiry, approving: Intent | None = None) -> dict[Intent, Judgement]:
    """Every message of the customer that waits or is held, put to the gate at the moment of the inquiry.

    `approving`: one of them, as if everybody who must had let it go.
    """
    connection, world = inquiry.connection, inquiry.world
    working.prepare(connection)
    connection.execute(bring(message.c.customer == inquiry.customer))
    senders = _senders(inquiry)
    close = [(sender, row) for sender in senders for row in _candidates(inquiry, sender)]
    editions = editions_of(connection, senders)
    found, past = {}, fetch_past(connection, inquiry.plan)
    for sender, row, facts in competing(world, close, past):
        intent = _intent(world, sender, row)
        told_facts = editions.told(sender, facts)
        case = _case(inquiry, sender, row, _approved(told_facts) if intent == approving else told_facts)
        if intent == approving:
            case = replace(
                case, faults=()
            )  # whoever approves it lets that text go, whatever is wrong with it
        if goes := isinstance(case.verdict, Go) and not case.faults:
            count_in(world, sender, row, past, inquiry.at)
        editions.take(sender, case.verdict, known=facts.sampled, goes=goes)
        found[intent] = Judgement(_words(case), tuple(_lines(case)), *_next(case), goes)
    return found


def _intent(world: World, sender: Sender, row: Row) -> Intent:
    journey, _, action = sender.numbers(world)
    return Intent(row[0], journey, row[1], row[2], row[3], action)


def _approved(facts: Facts) -> Facts:
    roles = frozenset(review.role for review in facts.rule.reviews_for(facts.conditions))
    return replace(facts, approved=True, signed=roles)


def _senders(inquiry: Inquiry) -> list[Sender]:
    present = inquiry.connection.execute(sa.select(wanted.c.state, wanted.c.action).distinct()).all()
    known = inquiry.permits.senders
    return [known[state, action] for state, action in present if (state, action) in known]


def _candidates(inquiry: Inquiry, sender: Sender) -> list[Row]:
    return list(inquiry.rows(("candidates", sender.place), lambda: candidates(inquiry.world, sender)))


@dataclass(frozen=True, slots=True)
class _Case:
    """A message before the gate. `faults`: what is wrong with its text, if it went by the channel in view."""

    inquiry: Inquiry
    sender: Sender
    row: Row
    facts: Facts
    verdict: Verdict
    faults: tuple[str, ...]

    @property
    def given_up_at(self) -> int:
        """When it is dropped unless it has gone."""
        return given_up_at(self.facts)

    @property
    def titles(self) -> Titles:
        """What names are told by."""
        return self.inquiry.window.titles

    @property
    def message(self) -> str:
        """What it is called."""
        return self.titles.of("message", self.sender.rule.send.message)

    def told(self, reason: str) -> str:
        """A reason of the gate's in words."""
        return because_told(reason, self.titles) or ""


def _case(inquiry: Inquiry, sender: Sender, row: Row, facts: Facts) -> _Case:
    """As the run will find it: what was let go as another text is as if nobody had let it go."""
    verdict = decide(facts, inquiry.at)
    if isinstance(verdict, Drop) or _is_unsure(verdict):
        return _Case(inquiry, sender, row, facts, verdict, ())
    channel = sender.rule.reach.channel_in_view(facts, inquiry.at)
    words = Words(inquiry.plan, inquiry.permits.renderer, edits_of(inquiry.connection, inquiry.plan))
    (text,) = words.of(sender, channel, [row])
    binding = Binding(inquiry.connection, inquiry.plan, sender, channel)
    if not isinstance(verdict, Wait) and binding.is_void(row, text):
        again = replace(facts, approved=False, signed=frozenset())
        return _case(inquiry, sender, (*row[:APPROVED], 0, None, *row[SIGNED + 1 :]), again)
    fault = words.fault(sender, channel, row)
    return _Case(inquiry, sender, row, facts, verdict, () if fault is None else (fault,))


def _is_unsure(verdict: Verdict) -> bool:
    """Whether the text cannot be made yet, for the benefit that it names is not there."""
    return isinstance(verdict, Wait) and verdict.until is None


def _words(case: _Case) -> str:
    fault = case.told(case.faults[0]) if case.faults else ""
    match case.verdict:
        case Hold(because=because, role=role):
            both = BOTH(first=case.told(because), second=fault) if fault else case.told(because)
            return _held(both, case.titles.roles(role))
        case Go() if fault:
            return _held(fault, "")
        case Go(channel=channel):
            by = case.titles.of("channel", channel)
            return say("may go via {channel}: the next run sends it", channel=by)
        case Wait(until=until) if fault and until is not None and case.row[STATUS] == MessageStatus.HELD:
            return _held(fault, "")
        case Wait():
            return _waits(case, case.verdict, fault)
        case Drop(because=because):
            return say("the next run drops it: {because}", because=case.told(because))


def _waits(case: _Case, verdict: Wait, fault: str) -> str:
    because = case.told(verdict.because)
    if verdict.until is None:
        return say("waits: {because}", because=because)
    until = case.inquiry.window.time(verdict.until)
    if verdict.until >= case.given_up_at:
        return say("waits, and is given up at {until}: {because}", until=until, because=because)
    if fault:
        return say(
            "waits until {until}: {because}; then is held: {fault}", until=until, because=because, fault=fault
        )
    return say("waits until {until}: {because}", until=until, because=because)


def _held(because: str, role: str) -> str:
    return say("held: {role} must look at it: {because}", role=role or say("anybody"), because=because)


def _next(case: _Case) -> tuple[int | None, str]:
    """When time alone may change something about a message, and what."""
    match case.verdict:
        case Wait(until=None):
            return None, ""
        case Wait(until=int() as until) if until < case.given_up_at:
            return until, say("message {message} may go", message=case.message)
        case Go() if not case.faults:
            return None, ""
        case Drop():
            return None, ""
    return case.given_up_at, say("message {message} is given up", message=case.message)


def _lines(case: _Case) -> Iterator[Line]:
    """Every rule that has a say, what the policy asks of the customer, and what is wrong with the text."""
    for check in explain(case.facts, case.inquiry.at):
        yield _check(case, check)
    yield from _conditions(case.inquiry, case.sender, case.row)
    for fault in case.faults:
        yield Line(read_back(fault), False)


def _check(case: _Case, check: Check) -> Line:
    until, note = check.until, ""
    if until is not None and until >= case.given_up_at:
        until, note = None, say("not before it is given up")
    words, counted = read_back(check.text), _counted(case, check)
    return Line(words, check.holds, *place(check.span), counted, until=until, note=note)


def _counted(case: _Case, check: Check) -> tuple[Value, ...]:
    """For a cap or gap, when the last message went that counts."""
    history, rule = case.facts.history, case.sender.rule
    limits = [item for item in rule.limits_for(case.facts.conditions) if item.family == "frequency"]
    if not history or not any((item.text, item.span) == (check.text, check.span) for item in limits):
        return ()
    return (Value(say("last counted"), case.inquiry.window.time(history[-1]), "time"),)


def _conditions(inquiry: Inquiry, sender: Sender, row: Row) -> Iterator[Line]:
    """What the policy asks of the customer: the conditions of its caps and reviews, down to their leaves."""
    policy, parts = sender.rule.policy, [dissect(node) for node in sender.rule.conditions]
    if not parts:
        return
    answer = inquiry.rows(("policy", sender.place), lambda: _ask(inquiry, sender, parts), its_record=row[1])[
        0
    ]
    rest = iter(answer)
    found = {part.node: read(part, rest) for part in parts}
    lines = [(item.condition, item.span) for item in policy.caps]
    lines += [(item.condition, item.span) for item in policy.reviews]
    for condition, span in lines:
        if condition is not None:
            finding = found[condition]
            yield line_of(span, holds=None, note=_APPLIES if finding.holds else _APPLIES_NOT)
            yield from told(finding, inquiry.window)


_APPLIES, _APPLIES_NOT = say("applies to this customer"), say("does not apply to this customer")


def _ask(inquiry: Inquiry, sender: Sender, parts: list[Part]) -> sa.Select[Any]:
    tables, customer, record = inquiry.plan.tables, inquiry.plan.tables.customer.alias("c"), None
    rows: sa.FromClause = customer
    if sender.journey.record is not None:
        record = tables.records[sender.journey.record].alias("r")
        rows = customer.join(record, record.c.record == ITS_RECORD)
    scene = Scene(inquiry.world, customer.c.customer, customer, record)
    asked = [column for part in parts for column in columns(part, scene)]
    named = [column.label(f"x{place}") for place, column in enumerate(asked)]
    return sa.select(*named).select_from(rows).where(customer.c.customer == ITS_CUSTOMER)
