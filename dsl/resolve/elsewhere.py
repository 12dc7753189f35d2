"""What is asked of other journeys: `in journey`, `in stage`, `ended`."""

from dsl.model.conditions import Cond, Ended, InJourney, Type
from dsl.names.outline import Outline
from dsl.report import hint_for
from dsl.resolve.core import Broken, typed
from dsl.resolve.scope import Scope
from dsl.tree.expressions import Ended as EndedExpr
from dsl.tree.expressions import InJourney as InJourneyExpr
from dsl.tree.expressions import Name
from dsl.wording import say


@typed.register
def _in_journey(expr: InJourneyExpr, scope: Scope, _like: Type | None) -> Cond:
    outline = _outline(expr.journey, scope)
    if outline is None:
        return Broken(span=expr.span)
    if expr.stage is not None and expr.stage.text not in outline.stages:
        message = say(
            "The journey `{journey}` has no stage `{name}`.", journey=outline.name, name=expr.stage.text
        )
        hint = hint_for(expr.stage.text, tuple(outline.stages))
        scope.report.error("unknown-name", expr.stage.span, message, hint)
        return Broken(span=expr.span)
    return InJourney(outline.name, expr.stage.text if expr.stage else None, span=expr.span)


@typed.register
def _ended(expr: EndedExpr, scope: Scope, _like: Type | None) -> Cond:
    outline = _outline(expr.journey, scope)
    if outline is None:
        return Broken(span=expr.span)
    outcome = expr.outcome
    if outcome is not None and outcome.text not in outline.outcomes:
        message = say(
            "The journey `{journey}` never ends as `{name}`.", journey=outline.name, name=outcome.text
        )
        hint = hint_for(outcome.text, tuple(outline.outcomes))
        scope.report.error("unknown-name", outcome.span, message, hint)
        return Broken(span=expr.span)
    duration = expr.window.duration if expr.window else None
    return Ended(outline.name, outcome.text if outcome else None, duration, span=expr.span)


def _outline(journey: Name, scope: Scope) -> Outline | None:
    found = scope.catalog.outlines.get(journey.text)
    if found is None:
        scope.report.unknown(say("journey"), journey, scope.catalog.outlines)
    return found
