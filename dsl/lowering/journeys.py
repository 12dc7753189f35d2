"""Journeys of the tree to those of the model: who enters, when, under what. The states are lowered apart."""

from dataclasses import replace

from croniter import croniter

from dsl.lowering.policies import check_percent
from dsl.lowering.singles import each, one, report_repeats
from dsl.lowering.states import lower_stages, lower_states
from dsl.model.conditions import Cond
from dsl.model.journeys import Goal, Journey
from dsl.model.type_words import type_words
from dsl.resolve import AMOUNTS, Scope, condition, known_type, mismatch, quote, typed
from dsl.tree.journeys import (
    EndTitle,
    EnterAtMost,
    EnterOnlyAt,
    EnterWhen,
    ForSubject,
    Holdout,
    JourneyDecl,
    JourneyLine,
    Priority,
    RankBy,
    Reenter,
    UnderPolicy,
)
from dsl.tree.journeys import Goal as GoalDecl
from dsl.wording import say

_WORDS: dict[type[JourneyLine], str] = {
    ForSubject: "for",
    UnderPolicy: "policy",
    Priority: "priority",
    EnterWhen: "enter when",
    EnterOnlyAt: "enter only at",
    EnterAtMost: "enter at most",
    RankBy: "rank by",
    Reenter: "reenter",
    Holdout: "holdout",
    GoalDecl: "goal",
}
"""The lines of the heading by their word, as in `Journey.spans`; each may stand once."""

_MILLIONTHS = 10_000  # of one percent


def lower_journeys(scope: Scope) -> dict[str, Journey]:
    """Every journey of the catalog; `scope` is the customer's."""
    return {name: _journey(decl, scope) for name, decl in scope.catalog.journeys.items()}


def _journey(decl: JourneyDecl, scope: Scope) -> Journey:
    lines = [item for item in decl.items if isinstance(item, JourneyLine)]
    report_repeats(lines, lambda line: _WORDS.get(type(line)), scope.report)
    scope = _with_record(decl, scope)
    policy = _policy(one(lines, UnderPolicy), scope)
    enter, reenter, priority = one(lines, EnterWhen), one(lines, Reenter), one(lines, Priority)
    at_most = one(lines, EnterAtMost)
    return Journey(
        name=decl.name.text,
        title=decl.title or decl.name.text,
        record=scope.catalog.outlines[decl.name.text].record,
        policy=policy,
        priority=priority.value if priority else 0,
        enter=condition(enter.condition, scope) if enter else None,
        only_at=_cron(one(lines, EnterOnlyAt), scope),
        at_most=(at_most.count, at_most.per) if at_most else None,
        rank=_rank(one(lines, RankBy), scope),
        reenter=reenter.duration if reenter else None,
        holdout=_holdout(one(lines, Holdout), scope),
        goal=_goal(one(lines, GoalDecl), scope),
        stages=lower_stages(decl, scope.report),
        states=lower_states(decl, scope, policy),
        ends=_ends(each(lines, EndTitle), scope),
        span=decl.span,
        spans={_WORDS[type(line)]: line.span for line in reversed(lines) if type(line) in _WORDS},
    )


def _with_record(decl: JourneyDecl, scope: Scope) -> Scope:
    """The scope with the fields of the record that the journey runs for."""
    line = one(decl.items, ForSubject)
    if line is None or line.subject.text == "customer":
        return scope
    record = scope.catalog.records.get(line.subject.text)
    if record is None:
        scope.report.unknown(say("record"), line.subject, ("customer", *scope.catalog.records))
    return replace(scope, record=record, open=record is None)


def _policy(line: UnderPolicy | None, scope: Scope) -> str | None:
    if line is None:
        return None
    if line.policy.text not in scope.catalog.policies:
        scope.report.unknown(say("policy"), line.policy, scope.catalog.policies)
    return line.policy.text


def _cron(line: EnterOnlyAt | None, scope: Scope) -> str | None:
    if line is None:
        return None
    text = line.cron.value
    if len(text.split()) != 5 or not croniter.is_valid(text, strict=True):
        message = say("`{text}` is not a time that comes again.", text=text)
        hint = say(
            'Write minute, hour, day, month, day of the week, or `*`: "0 9 * * mon" is Mondays at 9:00.'
        )
        scope.report.error("syntax", line.cron.span, message, hint)
    return text


def _ends(lines: tuple[EndTitle, ...], scope: Scope) -> dict[str, str]:
    """Titles of the ways to end; a second one for the same end is reported and left out."""
    first: dict[str, EndTitle] = {}
    for line in lines:
        if line is not first.setdefault(line.outcome.text, line):
            message = say("The end `{name}` has a title already.", name=line.outcome.text)
            places = line.span, first[line.outcome.text].span
            scope.report.twice(*places, message, say("Keep one of the two."))
    return {name: line.title for name, line in first.items()}


def _rank(line: RankBy | None, scope: Scope) -> Cond | None:
    if line is None:
        return None
    rank = typed(line.expression, scope, None)
    kind = known_type(rank)
    if kind is None or kind.kind in AMOUNTS:
        return rank
    message = say(
        "A rank is a number or an amount of money, but {this} is {type}.",
        this=quote(line.expression),
        type=type_words(kind),
    )
    return mismatch(line.expression, scope, message)


def _holdout(line: Holdout | None, scope: Scope) -> int:
    if line is None:
        return 0
    check_percent(line.percent, line.span, scope.report)
    return int(line.percent * _MILLIONTHS)


def _goal(line: GoalDecl | None, scope: Scope) -> Goal | None:
    """A goal may look back to the entry; those held out have no stage and no state."""
    if line is None:
        return None
    return Goal(line.duration, condition(line.condition, replace(scope, since=frozenset({"entry"}))))
