"""What a period brought, a line for each number, and what people did in it, both beside as many days before.

The same numbers as on Today, by whole days. Knows none of its own: `engine.views.brought` counts.
"""

from collections.abc import Callable, Iterator, Mapping

from dsl.wording import Phrase
from engine.reports.study import Row, Study, share
from engine.views.brought import Brought, Period, period
from engine.wording import say

Number = int | float | None


def summary(study: Study) -> Iterator[Row]:
    """Messages, customers, benefits, tasks. What is in parts has a line for all of it, then one for each."""
    found = _period(study)
    yield _line(found, say("messages sent"), lambda of: of.sent)
    yield _line(
        found, say("share delivered"), lambda of: None if of.arrived is None else round(of.arrived, 4)
    )
    yield _line(found, say("replies"), lambda of: of.replies)
    yield _line(found, say("opt-outs"), lambda of: of.optouts)
    yield _line(found, say("came into journeys"), lambda of: of.entered)
    yield _line(found, say("goals reached"), lambda of: of.reached)
    yield from _parts(found, say("journeys ended"), lambda of: of.ended)
    yield _line(found, say("benefits given"), lambda of: of.granted)
    yield _line(found, say("benefits redeemed"), lambda of: of.redeemed)
    yield from _parts(found, say("tasks finished"), lambda of: of.outcomes)
    late = sum(found.overdue.values())
    yield {"figure": say("tasks overdue now"), "of": None, "number": late, "before": None, "relative": None}


def people(study: Study) -> Iterator[Row]:
    """A line for each who finished something or is late; a last one for what is late and nobody's."""
    found = _period(study)
    for name in found.people:
        yield {
            "who": name,
            "finished": found.now.done_by(name),
            "before": None if found.before is None else found.before.done_by(name),
            "overdue": found.overdue.get(name, 0),
            "outcomes": dict(found.now.people.get(name, {})),
        }
    if late := found.overdue.get(None):
        yield {"who": None, "finished": None, "before": None, "overdue": late, "outcomes": {}}


def _period(study: Study) -> Period:
    first, last = (study.window.zone.day(at) for at in (study.since, study.until - 1))
    return period(study.window, first, last, study.now)


def _parts(found: Period, figure: Phrase, parts: Callable[[Brought], Mapping[str, int]]) -> Iterator[Row]:
    yield _line(found, figure, lambda of: sum(parts(of).values()))
    earlier = {} if found.before is None else parts(found.before)
    for title in dict.fromkeys([*parts(found.now), *earlier]):
        yield _line(found, figure, _part(parts, title), title)


def _part(parts: Callable[[Brought], Mapping[str, int]], title: str) -> Callable[[Brought], int]:
    return lambda of: parts(of).get(title, 0)


def _line(found: Period, figure: Phrase, number: Callable[[Brought], Number], of: str | None = None) -> Row:
    now, before = number(found.now), None if found.before is None else number(found.before)
    more = share(now - before, before) if now is not None and before else None
    return {"figure": figure, "of": of, "number": now, "before": before, "relative": more}
