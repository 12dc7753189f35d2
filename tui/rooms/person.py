"""How a customer looks: what is known, the journeys, what happened. Values only; the widgets are the rooms'."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from engine.storage.masks import mask_address
from engine.views.agreed import Agreed
from engine.views.customer import Run
from engine.views.titles import Titles
from tui.rooms.dossier import ADDRESSES, known_of
from tui.rooms.register import Register, Somebody
from tui.widgets.drawing import Drawing
from tui.widgets.facts import Fact, fact_table
from tui.widgets.rows import Row
from tui.wording import say, told

_NAME = "name"
_ACTIVE = "active"
STORY, LATELY = 500, 50
"""So many of the latest things that happened are shown, by themselves and beside what is known."""


def name_of(texts: Mapping[str, Any], identity: str) -> str:
    """What somebody is called: their name where rules declare one, else their id."""
    return told(texts.get(_NAME) or identity)


def whom_of(register: Register, one: Somebody) -> str:
    """Who it is, where they are in their journeys, and when time alone moves them next."""
    places = [
        place_told(register.titles, run["journey"], run["state"], run)
        for run in runs_of(one)
        if not run["ended"]
    ]
    ahead = min((run["next"] for run in runs_of(one) if run["next"]), default=None)
    next_ = [told(say("next {at}", at=ahead))] if ahead else []
    who = f"{name_of(one.facts['attributes'], one.id)}  {told(one.id)}"
    return "   ".join(filter(None, (who, refused(one), *places, *next_)))


def facts_of(one: Somebody, register: Register, *, showing: bool) -> Table:
    """All that is known, a line each. `showing`: addresses in full."""
    facts, kinds, titles = one.facts, register.kinds, register.titles
    lines: list[Fact] = [(say("id"), one.id)]
    for name, value in facts["attributes"].items():
        kind = kinds.get(name, "text")
        shown = showing and kind in ADDRESSES
        lines.append((titles.attribute(name), value) if shown else known_of(name, value, kind, titles))
    lines.append((say("tags"), ", ".join(facts["tags"])))
    lines += [(say("consent"), words) for words in _consents(one.agreed)]
    return fact_table(lines)


def refused(one: Somebody) -> str:
    """That they have opted out, of everything or of some channels; "" where they have not."""
    return refused_told([each.what for each in one.agreed.channels if each.is_open])


def refused_told(channels: Sequence[str | None]) -> str:
    """The same of the channels that somebody has opted out of; None stands for every one."""
    if not channels:
        return ""
    return told(say("opted out") if None in channels else say("opted out in part"))


def refusals_told(one: Somebody) -> Iterator[str]:
    """The opt-outs that stand, with who put them down and what was said: a line each."""
    for each in one.facts["optouts"]:
        if not each["lifted"]:
            channel = next(have.title for have in one.agreed.channels if have.what == each["channel"])
            words = told(say("opted out ({channel})", channel=channel))
            yield f"{' '.join(filter(None, ('!', told(each['at']), words)))}  {told(each['because'])}"


def _consents(agreed: Agreed) -> Iterator[str]:
    """How it is in general, then what is otherwise."""
    every, *others = agreed.policies
    for each in (every, *(one for one in others if one.said != every.said and one.needed)):
        yield f"{'✓' if each.holds else '✗'} {told(each.title)} {told(each.said)}"


def runs_of(one: Somebody) -> Sequence[Mapping[str, Any]]:
    """The runs through journeys: those under way first, then the latest."""
    latest = sorted(one.facts["journeys"], key=lambda run: str(run["since"]), reverse=True)
    return sorted(latest, key=lambda run: run["status"] != _ACTIVE)


def run_rows(register: Register, one: Somebody) -> Iterator[Row]:
    """A row for each run: journey, record, where it is or how it ended, what comes next and when, since when."""
    for place, run in enumerate(runs_of(one)):
        titles, journey = register.titles, run["journey"]
        end = titles.end(journey, run["outcome"]) or run["status"]
        where = told(end) if run["ended"] else place_told(titles, journey, run["state"], run)
        sign = "■" if run["ended"] else "●"
        then = one.ahead.get((journey, run["record"]), "")
        ahead = f"{told(run['next'])} → {told(then)}" if run["next"] and then else ""
        title = told(titles.of("journey", journey))
        yield Row(str(place), (f"{sign} {title}", told(run["record"]), where, ahead, told(run["since"])))


def place_told(titles: Titles, journey: str, state: str | None, run: Mapping[str, Any] | None = None) -> str:
    """A state as people call it; where there is none, how the run stands."""
    if state is None:
        return "" if run is None else told(run["status"])
    return told(titles.state(journey, state))


def drawing_of(register: Register, one: Somebody, run: Mapping[str, Any]) -> Drawing | None:
    """The journey with the place lit; None where rules know it no more."""
    journey = register.journeys.get(run["journey"])
    if journey is None:
        return None
    passed = one.steps.get(Run(str(run["journey"]), run["record"], str(run["entered"])), {})
    lit = None if run["ended"] else run["state"]
    notes = {state: told(at) for state, at in passed.items()}
    if lit is not None:
        notes[lit] = told(say("here since {at}", at=run["since"]))
    return Drawing(journey, notes, lit, frozenset(passed), titles=register.titles)


def texts_masked(texts: Mapping[str, str], kinds: Mapping[str, str], wanted: Iterable[str]) -> str:
    """The first of these types of what somebody is found by, as lists show it."""
    types = frozenset(wanted)
    found = (mask_address(value, kinds[name]) for name, value in texts.items() if kinds.get(name) in types)
    return told(next(found, ""))
