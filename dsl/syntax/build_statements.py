"""Builders of declarations, messages, policies, calendars and benefits, one for each rule of the grammar."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, cast

from dsl.source import Span
from dsl.syntax.flaws import Flawed, flawed
from dsl.syntax.grammar import Builder, node
from dsl.syntax.tokens import Token
from dsl.tree.expressions import Expr, Name, Number, Text
from dsl.tree.statements import (
    Apart,
    ApproveLine,
    AtMost,
    AudienceDecl,
    BenefitDecl,
    BenefitLine,
    CalendarDecl,
    Choice,
    CountWith,
    CustomerDecl,
    DayRange,
    EventDecl,
    Extra,
    Field,
    File,
    Forbid,
    GiveUp,
    HolidaysOf,
    MessageDecl,
    NeverOn,
    Pilot,
    PolicyDecl,
    QuotaLine,
    RecordDecl,
    RequireConsent,
    RequireText,
    ReviewBy,
    Sample,
    SendOn,
    Silent,
    Statement,
    StopAt,
    TypeRef,
    ValidLine,
    ValueDecl,
    Variant,
)
from dsl.units import Clock, Duration, Period, Window
from dsl.wording import say


def whole(token: Token) -> int:
    """The value of an INT token."""
    return cast("int", token.value)


def share(token: Token) -> Decimal:
    """The value of a PERCENT token."""
    return cast("Decimal", token.value)


def titled(title: Text | None) -> str | None:
    """The title after a name, without its quotes."""
    return None if title is None else title.value


def named(kind: Builder) -> Builder:
    """The builder of `word NAME [title] { items }`."""

    def build(span: Span, name: Name, title: Text | None, *items: object) -> object:
        return kind(name, titled(title), items, span=span)

    return build


def defined(kind: Builder) -> Builder:
    """The builder of `word NAME [title] = expression`."""

    def build(span: Span, name: Name, title: Text | None, expression: Expr) -> object:
        return kind(name, titled(title), expression, span=span)

    return build


def typed(kind: Builder) -> Builder:
    """The builder of `NAME [title]: type`."""

    def build(span: Span, name: Name, title: Text | None, written: TypeRef) -> object:
        return kind(name, written, titled(title), span=span)

    return build


def gathered(kind: Builder) -> Builder:
    """The builder of a node with one field that holds all its parts."""
    return lambda span, *parts: kind(parts, span=span)


def _file(span: Span, *statements: Statement) -> File:
    return File(span.source, statements)


def _plain_type(span: Span, word: Token) -> TypeRef:
    return TypeRef(str(word.value), span=span)


def _choice_type(span: Span, *choices: Choice) -> TypeRef:
    return TypeRef("choice", choices, span=span)


def _choice(span: Span, name: Name, title: Text | None) -> Choice:
    return Choice(name, titled(title), span=span)


def _body_variant(span: Span, channel: Name, subject: Text | None, body: Text) -> Variant:
    return Variant(channel, subject, body, span=span)


def _file_variant(span: Span, channel: Name, subject: Text | None, file: Text) -> Variant:
    return Variant(channel, subject, file=file, span=span)


# ---- policies


def _window(span: Span, days: tuple[str, ...] | None, start: Token, end: Token) -> Window | Flawed:
    window = Window(days or ("every day",), cast("Clock", start.value), cast("Clock", end.value))
    if window.start >= window.end:
        hint = say(
            "A window lies within one day; over midnight there are two: `{start} to 24:00` and `00:00 to {end}`.",
            start=window.start,
            end=window.end,
        )
        return flawed(window, span, say("This window ends before it begins."), hint)
    return window


def _days(_span: Span, *days: Token) -> tuple[str, ...]:
    return tuple("every day" if day.value == "every" else str(day.value) for day in days)


def _period(_span: Span, word: Token) -> str:
    return str(word.value)


def _per_record(_span: Span) -> str:
    return "record"


def _at_most(
    span: Span, count: Token, per: Period | Duration | Literal["record"], condition: Expr | None
) -> AtMost:
    return AtMost(whole(count), per, condition, span=span)


def _extra(span: Span, count: Token) -> Extra:
    return Extra(whole(count), span=span)


def _sample(span: Span, count: Token) -> Sample:
    return Sample(whole(count), span=span)


def _pilot(span: Span, count: Token, percent: Token) -> Pilot:
    return Pilot(whole(count), share(percent), span=span)


def _stop_at(span: Span, percent: Token) -> StopAt:
    return StopAt(share(percent), span=span)


# ---- calendar and benefits


def _day_range(
    span: Span, kind: Token, title: Text | None, first: Token, last: Token | None
) -> DayRange | Flawed:
    word = cast("Literal['keyday', 'closed', 'workday']", kind.value)
    start = cast("date", first.value)
    end = start if last is None else cast("date", last.value)
    days = DayRange(word, titled(title), start, end, span=span)
    if end < start:
        return flawed(days, span, say("The last day lies before the first."))
    return days


def _benefit_amount(span: Span, word: Token, amount: Number) -> BenefitLine:
    return BenefitLine(cast("Literal['worth', 'cost', 'minimum']", word.value), amount, span=span)


def _benefit_stock(span: Span, _word: Token, count: Token) -> BenefitLine:
    number = Number(Decimal(whole(count)), span=Span(span.source, count.start, count.end))
    return BenefitLine("stock", number, span=span)


def _quota(span: Span, count: Token, per: Period | Duration) -> QuotaLine:
    return QuotaLine(whole(count), per, span=span)


STATEMENTS: Mapping[str, Builder] = {
    "file": _file,
    "customer": gathered(CustomerDecl),
    "event": named(EventDecl),
    "record": named(RecordDecl),
    "field": typed(Field),
    "plain_type": _plain_type,
    "choice_type": _choice_type,
    "choice": _choice,
    "audience": defined(AudienceDecl),
    "value_decl": defined(ValueDecl),
    "message": named(MessageDecl),
    "body_variant": _body_variant,
    "file_variant": _file_variant,
    "policy": named(PolicyDecl),
    "send_on": node(SendOn),
    "never_on": node(NeverOn),
    "at_most": _at_most,
    "apart": node(Apart),
    "extra": _extra,
    "silent": node(Silent),
    "require_consent": node(RequireConsent),
    "give_up": node(GiveUp),
    "forbid": gathered(Forbid),
    "require_text": gathered(RequireText),
    "review_by": node(ReviewBy),
    "sample": _sample,
    "pilot": _pilot,
    "stop_at": _stop_at,
    "count_with": gathered(CountWith),
    "window": _window,
    "days": _days,
    "period": _period,
    "per_record": _per_record,
    "calendar": gathered(CalendarDecl),
    "holidays_of": node(HolidaysOf),
    "day_range": _day_range,
    "benefit": named(BenefitDecl),
    "benefit_amount": _benefit_amount,
    "benefit_stock": _benefit_stock,
    "quota": _quota,
    "approve_by": node(ApproveLine),
    "valid": node(ValidLine),
}
"""By rule name or alias of `grammar.lark`. Windows, days and periods are bare values, without a span."""
