"""Benefits and the calendar of the tree to those of the model."""

from collections.abc import Iterable

from dsl.lowering.singles import one, report_repeats
from dsl.model.model import Benefit, Calendar, SpecialDays
from dsl.names.catalog import Catalog
from dsl.report import Report
from dsl.resolve import minor_units
from dsl.tree.statements import (
    ApproveLine,
    BenefitDecl,
    BenefitLine,
    CalendarDecl,
    HolidaysOf,
    QuotaLine,
    ValidLine,
)
from dsl.wording import say

_Line = BenefitLine | QuotaLine | ApproveLine | ValidLine


def lower_benefits(catalog: Catalog, report: Report) -> dict[str, Benefit]:
    """Every benefit of the catalog; amounts in minor units."""
    return {name: _benefit(decl, report) for name, decl in catalog.benefits.items()}


def lower_calendar(blocks: Iterable[CalendarDecl], report: Report) -> Calendar:
    """All calendar blocks together."""
    lines = [line for block in blocks for line in block.lines]
    country: HolidaysOf | None = None
    special = []
    for line in lines:
        if isinstance(line, HolidaysOf):
            country = country or line
            _check_country(line, country, report)
        else:
            special.append(SpecialDays(line.kind, line.title or line.kind, line.first, line.last))
    return Calendar(country.country.text if country else None, tuple(special))


def _benefit(decl: BenefitDecl, report: Report) -> Benefit:
    report_repeats(decl.lines, _word, report)
    amounts = {line.word: line for line in reversed(decl.lines) if isinstance(line, BenefitLine)}
    units = {word: _amount(line, report) for word, line in amounts.items()}
    quota, approve, valid = (
        one(decl.lines, QuotaLine),
        one(decl.lines, ApproveLine),
        one(decl.lines, ValidLine),
    )
    return Benefit(
        name=decl.name.text,
        title=decl.title or decl.name.text,
        worth=units.get("worth"),
        cost=units.get("cost"),
        minimum=units.get("minimum"),
        stock=units.get("stock"),
        quota=(quota.count, quota.per) if quota else None,
        approve_by=approve.role.text if approve else None,
        valid=valid.duration if valid else None,
        span=decl.span,
    )


def _word(line: _Line) -> str:
    match line:
        case BenefitLine(word=word):
            return word
        case QuotaLine():
            return "quota"
        case ApproveLine():
            return "approve by"
        case ValidLine():
            return "valid"


def _amount(line: BenefitLine, report: Report) -> int | None:
    """Minor units of an amount; a stock is counted in pieces."""
    number = line.amount
    if line.word == "stock":
        return int(number.value)
    units = None if number.percent else minor_units(number.value)
    if units is None:
        message = say(
            "`{word}` is an amount of money, and {value} is a number.", word=line.word, value=number.value
        )
        report.error(
            "type-mismatch", number.span, message, say("An amount of money has at most two decimals.")
        )
    return units


def _check_country(line: HolidaysOf, first: HolidaysOf, report: Report) -> None:
    if line.country.text != first.country.text:
        message = say("The calendar has the holidays of `{country}` already.", country=first.country.text)
        report.twice(line.span, first.span, message, say("Keep the country whose days the shop follows."))
