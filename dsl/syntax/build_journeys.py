"""Builders of journeys: headings, stages, states, transitions, actions; one for each rule of the grammar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

from dsl.diagnostics import Diagnostic
from dsl.source import NOWHERE, Span
from dsl.syntax.build_statements import named, share, titled, typed, whole
from dsl.syntax.flaws import Flawed, syntax
from dsl.syntax.grammar import Builder, node
from dsl.syntax.tokens import Token
from dsl.tree.expressions import Expr, Name, Node, Text
from dsl.tree.journeys import (
    After,
    Ask,
    At,
    Begin,
    Emit,
    End,
    EndTitle,
    EnterAtMost,
    EnterOnlyAt,
    EnterWhen,
    ForSubject,
    Goal,
    Goto,
    Grant,
    Holdout,
    JourneyDecl,
    On,
    Otherwise,
    Outcome,
    Pair,
    Priority,
    RankBy,
    Reenter,
    Send,
    SetAttribute,
    Share,
    Split,
    StageDecl,
    StateDecl,
    Tag,
    Target,
    Task,
    UnderPolicy,
    When,
)
from dsl.tree.statements import Role
from dsl.units import Clock, Duration, Period, Window
from dsl.wording import say

# ---- headings


def _priority(span: Span, number: Token) -> Priority:
    return Priority(whole(number), span=span)


def _priority_below(span: Span, _minus: Token, number: Token) -> Priority:
    return Priority(-whole(number), span=span)


def _enter_at_most(span: Span, count: Token, per: Period | Duration) -> EnterAtMost:
    return EnterAtMost(whole(count), per, span=span)


def _holdout(span: Span, percent: Token) -> Holdout:
    return Holdout(share(percent), span=span)


def _end_title(span: Span, outcome: Name, title: Text) -> EndTitle:
    return EndTitle(outcome, title.value, span=span)


# ---- targets and transitions


def _goto(span: Span, *parts: Name) -> Goto:
    return Goto(parts, span=span)


def _after(span: Span, duration: Duration, scope: Token | None, clock: Token | None, target: Target) -> After:
    since = None if scope is None else cast("Literal['stage', 'journey']", scope.value)
    return After(duration, since, _time_of_day(clock), target, span=span)


def _at(span: Span, moment: Expr, clock: Token | None, target: Target) -> At:
    return At(moment, _time_of_day(clock), target, span=span)


def _time_of_day(token: Token | None) -> Clock | None:
    """A clock time to wait for: 24:00 is the 00:00 of the next day."""
    if token is None:
        return None
    clock = cast("Clock", token.value)
    return Clock(clock.minutes % (24 * 60))


def _split(span: Span, *shares: Share) -> Split:
    return Split(shares, span=span)


def _share(span: Span, percent: Token, target: Target) -> Share:
    return Share(share(percent), target, span=span)


# ---- actions


@dataclass(frozen=True, slots=True)
class _Via(Node):
    channels: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class _During(Node):
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class _Under(Node):
    policy: Name


@dataclass(frozen=True, slots=True)
class _Review(Node):
    role: Role


@dataclass(frozen=True, slots=True)
class _Assign(Node):
    role: Role


@dataclass(frozen=True, slots=True)
class _Due(Node):
    duration: Duration


@dataclass(frozen=True, slots=True)
class _Script(Node):
    message: Name


_Part = TypeVar("_Part", bound=Node)


def _via(span: Span, *channels: Name) -> _Via:
    return _Via(channels, span=span)


def _during(span: Span, *windows: Window) -> _During:
    return _During(windows, span=span)


def _only(parts: tuple[Node, ...], kind: type[_Part]) -> _Part | None:
    """The first part of a kind; `_repeated` reports the others."""
    return next((part for part in parts if isinstance(part, kind)), None)


def _repeated(parts: tuple[Node, ...], *kinds: type[Node]) -> tuple[Diagnostic, ...]:
    """What may stand once and stands again."""
    return tuple(
        syntax(
            again.span,
            say("`{word}` is said twice.", word=again.span.text.split()[0]),
            say("Keep one."),
            (first,),
        )
        for kind in kinds
        for first, again in _pairs([part for part in parts if isinstance(part, kind)])
    )


def _pairs(parts: list[Node]) -> list[tuple[Span, Node]]:
    """Every part but the first, with the place of the first."""
    return [(parts[0].span, again) for again in parts[1:]]


def _send(span: Span, message: Name, *clauses: Node) -> Send | Flawed:
    via, during = _only(clauses, _Via), _only(clauses, _During)
    under, review = _only(clauses, _Under), _only(clauses, _Review)
    send = Send(
        message,
        via=() if via is None else via.channels,
        during=() if during is None else during.windows,
        policy=None if under is None else under.policy,
        review=None if review is None else review.role,
        span=span,
    )
    problems = _repeated(clauses, _Via, _During, _Under, _Review)
    return Flawed(send, problems) if problems else send


def _task(span: Span, name: Name, title: Text | None, *lines: Node) -> Task | Flawed:
    assign, due, script = _only(lines, _Assign), _only(lines, _Due), _only(lines, _Script)
    task = Task(
        name,
        titled(title),
        role=None if assign is None else assign.role,
        due=None if due is None else due.duration,
        due_span=NOWHERE if due is None else due.span,
        script=None if script is None else script.message,
        asks=tuple(line for line in lines if isinstance(line, Ask)),
        outcomes=tuple(line for line in lines if isinstance(line, Outcome)),
        span=span,
    )
    problems = _repeated(lines, _Assign, _Due, _Script)
    return Flawed(task, problems) if problems else task


def _outcome(span: Span, name: Name, title: Text | None, target: Target | None) -> Outcome:
    return Outcome(name, target, titled(title), span=span)


def _emit(span: Span, event: Name, *values: Pair) -> Emit:
    return Emit(event, values, span=span)


JOURNEYS: Mapping[str, Builder] = {
    "journey": named(JourneyDecl),
    "for_subject": node(ForSubject),
    "under_policy": node(UnderPolicy),
    "priority": _priority,
    "priority_below": _priority_below,
    "enter_when": node(EnterWhen),
    "enter_only_at": node(EnterOnlyAt),
    "enter_at_most": _enter_at_most,
    "rank_by": node(RankBy),
    "reenter": node(Reenter),
    "holdout": _holdout,
    "goal": node(Goal),
    "end_title": _end_title,
    "stage": named(StageDecl),
    "state": named(StateDecl),
    "on": node(On),
    "when": node(When),
    "after": _after,
    "at": _at,
    "split": _split,
    "share": _share,
    "otherwise": node(Otherwise),
    "goto": _goto,
    "end": node(End),
    "send": _send,
    "via": _via,
    "during": _during,
    "under": node(_Under),
    "review": node(_Review),
    "task": _task,
    "assign": node(_Assign),
    "due": node(_Due),
    "script": node(_Script),
    "ask": typed(Ask),
    "outcome": _outcome,
    "grant": node(Grant),
    "set_attribute": node(SetAttribute),
    "tag": node(Tag),
    "untag": node(Tag, remove=True),
    "emit": _emit,
    "begin": node(Begin),
    "pair": node(Pair),
}
"""By rule name or alias of `grammar.lark`."""
