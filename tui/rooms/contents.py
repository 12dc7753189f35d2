"""The list in Rules: what can be asked of the rules, their files, the releases; and the pages on the first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from textual.content import Content

from dsl.diagnostics import has_errors
from dsl.slugs import Severity
from engine.calendars.zone import Zone
from engine.planning.aside import Drawn
from engine.scenarios.aside import Tried
from tui.errands import Errand, T
from tui.rooms.horizon import Span
from tui.rooms.plan_page import page_of
from tui.rooms.rulebook import FILE, FOUND, PLAN, RELEASE, SIGNS, TRIAL, Rulebook, found_in
from tui.widgets.rows import Column, Row
from tui.wording import say, say_number, told

COLUMNS = (Column(elastic=True), Column())


@dataclass(frozen=True, slots=True)
class Asked:
    """What one has asked of the rules: how far a plan looks, the plan, how the scenarios do."""

    span: Span
    plan: Errand[Drawn]
    trial: Errand[Tried]


def standing(book: Rulebook) -> str:
    """What is in force, and how the files stand to it."""
    if not book.releases:
        return told(
            say("No rules are in force yet: `p` shows what these would bring, `a` puts them in force")
        )
    now = book.releases[0]
    files = say("the files are the same") if book.same else say("the files say something else")
    return told(
        say(
            "Release {number} since {at}, by {by} · {files}",
            number=now.number,
            at=now.at,
            by=now.by or say("somebody"),
            files=files,
        )
    )


def rows(book: Rulebook, asked: Asked) -> Iterator[Row]:
    """All of the list."""
    tried, found = asked.trial.made, book.disk.found
    yield Row(PLAN, (told(say("Plan: {span}", span=asked.span.told)), _plan_state(asked.plan, book)))
    yield Row(TRIAL, (told(say("Scenarios")), _trial_state(asked.trial, book)), bool(tried and tried.failed))
    counted = _counted(one.severity for one in found)
    yield Row(FOUND, (told(say("Findings")), counted), has_errors(found))
    yield Row(None, (told(say("Files")),))
    for name in book.names:
        yield Row(f"{FILE} {name}", (told(name), _state(book, name)), has_errors(found_in(book.disk, name)))
    if book.releases:
        yield Row(None, ("",))
        yield Row(None, (told(say("Releases")),))
    for place, one in enumerate(book.releases):
        name = f"{one.number}  {told(one.at)}  {told(one.by)}"
        yield Row(f"{RELEASE} {one.number}", (name, "" if place else told(say("in force"))))


def _plan_state(plan: Errand[Drawn], book: Rulebook) -> str:
    if plan.is_under_way or plan.made is None:
        return _share(plan)
    return told(say("made") if plan.made.digest == book.disk.rules.digest else _OF_OTHERS)


def _trial_state(trial: Errand[Tried], book: Rulebook) -> str:
    tried = trial.made
    if trial.is_under_way or tried is None:
        return _share(trial)
    failed = len(tried.failed)
    counts = f"✗{failed} ✓{len(tried.outcomes) - failed}" if failed else f"✓{len(tried.outcomes)}"
    return counts if tried.digest == book.disk.rules.digest else told(_OF_OTHERS)


def _share(errand: Errand[T]) -> str:
    """How far something is."""
    return f"{errand.share:.0%}" if errand.is_under_way else ""


_OF_OTHERS = say("of other files")


def _state(book: Rulebook, name: str) -> str:
    """Whether a file is what is in force, and what is found in it."""
    counts = _counted(one.severity for one in found_in(book.disk, name))
    return " ".join(filter(None, (counts, _change(book, name))))


def _change(book: Rulebook, name: str) -> str:
    old, new = book.applied.get(name), book.disk.rules.texts.get(name)
    if old == new or not book.releases:
        return ""
    return told(say("gone") if new is None else say("new") if old is None else say("changed"))


def _counted(severities: Iterable[Severity]) -> str:
    found = list(severities)
    return " ".join(f"{sign}{found.count(kind)}" for kind, sign in SIGNS.items() if kind in found)


def page(book: Rulebook, asked: Asked, which: str, zone: Zone, width: int) -> Content:
    """What is told of in sentences and tables: the plan, the scenarios, the findings."""
    if which == FOUND:
        return _found_page(book)
    if which == TRIAL:
        tried = asked.trial.made
        return (
            _trial_page(tried) if tried else Content(told(_TRYING if asked.trial.is_under_way else _NO_TRIAL))
        )
    drawn = asked.plan.made
    if drawn is None:
        return Content(told(_PLANNING if asked.plan.is_under_way else _NO_PLAN))
    return page_of(drawn.planned, zone, width)


_NO_PLAN = say("`p` tells what applying the files would change, and what the next days would bring.")
_PLANNING = say("The plan is being made; you can go on working. Esc stops it.")
_NO_TRIAL = say(
    "`t` plays the scenarios of these files: each says what should happen to one customer, and when."
)
_TRYING = say("The scenarios are being played; you can go on working. Esc stops it.")


def _found_page(book: Rulebook) -> Content:
    """All findings, file by file."""
    if not book.disk.found:
        return Content(told(say("Nothing is found in the rules: all well.")))
    lines = [Content(told(say("`n` leads from one to the next, `x` explains it."))), Content("")]
    for one in book.disk.found:
        place = f"{told(one.span.source.name)}:{one.span.line}" if one.span.source.text else ""
        style = {"error": "bold $error", "warning": "bold $warning"}.get(one.severity, "")
        lines.append(Content.styled(f"{SIGNS[one.severity]} {told(one.message)}", style))
        lines.append(Content("  " + " · ".join(filter(None, (place, one.slug)))))
    return Content("\n").join(lines)


def _trial_page(tried: Tried) -> Content:
    """How each scenario went, those that failed first."""
    count = len(tried.outcomes)
    if not count:
        return Content(told(say('There are no scenarios. They stand in rule files: `scenario "…" { … }`.')))
    passed = say_number("{n} scenario", "{n} scenarios", n=count)
    failed = say("{scenarios}, {failed} failed", scenarios=passed, failed=len(tried.failed))
    all_well = say("{scenarios}, all passed", scenarios=passed)
    lines = [Content.styled(told(failed if tried.failed else all_well), "bold $primary")]
    if tried.failed:
        lines.append(
            Content(told(say("`n` leads to each step that went otherwise, with what happened instead.")))
        )
    lines.append(Content(""))
    for one in sorted(tried.outcomes, key=lambda one: not one.failures):
        sign, style = ("✗", "bold $error") if one.failures else ("✓", "")
        where = f"{told(one.file)}:{one.line}"
        lines.append(Content.assemble((f"{sign} {told(one.title)}", style), (f"  {where}", "$muted")))
        lines += [Content(f"    {told(failure.expected)}") for failure in one.failures]
    return Content("\n").join(lines)
