"""Policies of the tree to policies of the model."""

from decimal import Decimal

from dsl.lowering.singles import each, one, report_repeats
from dsl.model.model import GIVE_UP, Cap, Phrase, Policy, Review, SendWindow
from dsl.report import Report
from dsl.resolve import Scope, condition
from dsl.source import Span
from dsl.tree.statements import (
    Apart,
    AtMost,
    CountWith,
    Extra,
    Forbid,
    GiveUp,
    NeverOn,
    Pilot,
    PolicyDecl,
    PolicyLine,
    RequireConsent,
    RequireText,
    ReviewBy,
    Sample,
    SendOn,
    Silent,
    StopAt,
)
from dsl.wording import say

_WORDS: dict[type[PolicyLine], str] = {
    NeverOn: "never",
    Apart: "apart",
    Extra: "extra",
    Silent: "silent",
    RequireConsent: "consent",
    GiveUp: "give up",
    Sample: "sample",
    Pilot: "pilot",
    StopAt: "stop",
    CountWith: "count with",
}
"""Lines by the word that `Policy.spans` knows them by."""

_ONCE: dict[type[PolicyLine], str] = {
    Apart: "at least … apart",
    Extra: "extra … on keydays",
    Silent: "silent … after optout",
    RequireConsent: "require consent",
    GiveUp: "give up after …",
    Sample: "sample …",
    Pilot: "pilot …",
    StopAt: "stop at …",
}


def lower_policies(scope: Scope) -> dict[str, Policy]:
    """Every policy of the catalog."""
    return {name: _policy(decl, scope) for name, decl in scope.catalog.policies.items()}


def check_percent(percent: Decimal, span: Span, report: Report) -> None:
    """Report a share that is not between 0% and 100%."""
    if not 0 <= percent <= 100:
        message = say("A share lies between 0% and 100%, not at {percent}%.", percent=percent)
        report.error("syntax", span, message)


def _policy(decl: PolicyDecl, scope: Scope) -> Policy:
    lines = decl.lines
    _check_lines(decl, scope)
    apart, silent, give_up = one(lines, Apart), one(lines, Silent), one(lines, GiveUp)
    extra, sample, pilot, stop = one(lines, Extra), one(lines, Sample), one(lines, Pilot), one(lines, StopAt)
    return Policy(
        name=decl.name.text,
        title=decl.title or decl.name.text,
        windows=tuple(SendWindow(line.window, line.span) for line in each(lines, SendOn)),
        never=tuple(dict.fromkeys(day for line in each(lines, NeverOn) for day in line.days)),
        caps=_caps(each(lines, AtMost), scope),
        apart=apart.gap if apart else None,
        extra_on_keydays=extra.count if extra else 0,
        silent=silent.duration if silent else None,
        consent=one(lines, RequireConsent) is not None,
        give_up=give_up.duration if give_up else GIVE_UP,
        forbid=tuple(Phrase(text.value, text.span) for line in each(lines, Forbid) for text in line.texts),
        require=tuple(
            Phrase(text.value, text.span) for line in each(lines, RequireText) for text in line.texts
        ),
        reviews=tuple(_review(line, scope) for line in each(lines, ReviewBy)),
        sample=sample.count if sample else 0,
        pilot=(pilot.count, pilot.percent) if pilot else None,
        stop_at=stop.percent if stop else None,
        count_with=_count_with(each(lines, CountWith), scope),
        span=decl.span,
        spans={_WORDS[type(line)]: line.span for line in reversed(lines) if type(line) in _WORDS},
    )


def _check_lines(decl: PolicyDecl, scope: Scope) -> None:
    report_repeats(decl.lines, _once, scope.report)
    for line in decl.lines:
        if isinstance(line, (Pilot, StopAt)):
            check_percent(line.percent, line.span, scope.report)


def _once(line: PolicyLine) -> str | None:
    """The words of a line that may stand once; two general caps over one period contradict each other."""
    if isinstance(line, AtMost):
        return None if line.condition is not None else f"at most … per {line.per}"
    return _ONCE.get(type(line))


def _caps(lines: tuple[AtMost, ...], scope: Scope) -> tuple[Cap, ...]:
    """Caps with a condition first."""
    caps = [
        Cap(
            line.count,
            line.per,
            None if line.condition is None else condition(line.condition, scope),
            line.span,
        )
        for line in lines
    ]
    return tuple(sorted(caps, key=lambda cap: cap.condition is None))


def _review(line: ReviewBy, scope: Scope) -> Review:
    test = None if line.condition is None else condition(line.condition, scope)
    return Review(line.role.text, test, line.span)


def _count_with(lines: tuple[CountWith, ...], scope: Scope) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for name in (name for line in lines for name in line.policies):
        if name.text in scope.catalog.policies:
            names.setdefault(name.text)
        else:
            scope.report.unknown(say("policy"), name, scope.catalog.policies)
    return tuple(names)
