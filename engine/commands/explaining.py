"""`explain`: why a customer did or did not get a message, or is where they are."""

from collections.abc import Iterable, Iterator, Sequence

import click

from engine.calendars.zone import parse_time
from engine.commands.opening import opened, time_of
from engine.commands.options import json_option
from engine.explaining.answers import Explanation, Line, Sent, Value, Verdict, document
from engine.explaining.inquiry import inquire
from engine.explaining.verdicts import explain
from engine.permits.senders import permits_of
from engine.plans.plan import make_plan
from engine.projects.names import known_journey
from engine.reasons import BOTH
from engine.storage.customers import customer_number
from engine.terminal import cell, masked, print_json, print_table, words
from engine.views.window import Window, for_people, look
from engine.wording import say

_YES, _NO = say("✓ yes"), say("✗ no")


@click.command("explain")
@click.argument("identity", metavar="ID")
@click.option("--journey", metavar="J", help="Only this journey.")
@click.option("--at", "time", metavar="TIME", help="As things stand at that time; else now.")
@json_option
def explain_command(identity: str, journey: str | None, time: str | None, *, as_json: bool) -> None:
    """Tell why a customer did or did not get a message, and what would have to change."""
    with opened() as project:
        config, now = project.config, time_of(project)
        with project.store.read() as connection:
            window = look(connection, config)
            window = window if as_json else for_people(window)
            known_journey(window.model, journey)
            plan = make_plan(connection, window.release, window.model, config.setting)
            at = now if time is None else parse_time(time, window.zone)
            permits = permits_of(plan, config)
            inquiry = inquire(window, plan, permits, customer_number(connection, identity), at)
            journeys = [item for item in plan.journeys if journey in (None, item.name)]
            found = explain(inquiry, identity, journeys)
    if as_json:
        print_json(document(found, window))
    else:
        _tell(found, window)


def _tell(found: Explanation, window: Window) -> None:
    _say(say("{customer} at {at}", customer=found.customer, at=window.time(found.at)))
    for line in found.plainly:
        _say(_sentence(line))
    for note in found.notes:
        _say(note)
    for verdict in found.journeys:
        click.echo()
        _tell_journey(verdict, window)


def _sentence(line: Line) -> str:
    where = "" if line.file is None else f"  {line.file}:{line.line}"
    return f"  {'  ' * line.depth}{words(line.text)}{where}"


def _tell_journey(verdict: Verdict, window: Window) -> None:
    title = verdict.title if verdict.title != verdict.journey else ""
    name = " ".join(filter(None, (verdict.journey, title, verdict.record)))
    heading = say("{journey}: {verdict}", journey=name, verdict=verdict.verdict)
    _say(heading)
    print_table(("",) * 5, _rows(verdict.because, window))
    for message in verdict.messages:
        _tell_message(message, window)
    if verdict.next is not None:
        at = window.time(verdict.next)
        _say(say("  next: {at}: {then}", at=at, then=verdict.then))


def _tell_message(message: Sent, window: Window) -> None:
    _say(say("  message {message}: {verdict}", message=message.message, verdict=message.verdict))
    print_table(("",) * 5, _rows(message.because, window, 1))


def _say(text: str) -> None:
    """One line, whatever stands in the names and reasons that it is made of."""
    click.echo(cell(text))


def _rows(lines: Iterable[Line], window: Window, depth: int = 0) -> Iterator[tuple[str, ...]]:
    """Columns: whether it holds, the place, the words, the values, what else there is to know."""
    for line in lines:
        truth = "·" if line.holds is None else cell(_YES if line.holds else _NO)
        place = "" if line.file is None else f"{line.file}:{line.line}"
        until = say("until {at}", at=window.time(line.until)) if line.until is not None else ""
        notes = [part for part in (line.note, until, _change(line)) if part]
        indent = "  " * (line.depth + depth)
        yield "  " + truth, place, indent + cell(line.text), _values(line.values), cell(_together(notes))


def _change(line: Line) -> str:
    if line.alternative:
        return say("this or another one would have to change")
    return say("this would have to change") if line.decides else ""


def _together(notes: Sequence[str]) -> str:
    if len(notes) > 1:
        return BOTH(first=notes[0], second=_together(notes[1:]))
    return notes[0] if notes else ""


def _values(values: Iterable[Value]) -> str:
    return ", ".join(f"{cell(one.text)} = {_shown(one)}" for one in values)


def _shown(one: Value) -> str:
    if one.value is None:
        return words(say("not known"))
    return cell(masked(one.value, one.kind))
