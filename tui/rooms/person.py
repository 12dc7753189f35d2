"""How a customer looks: what is known, the journeys, what happened. Values only; the widgets are the rooms'."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from dsl.model.journeys import Journey
from dsl.wording import Phrase
from engine.storage.masks import mask_address
from engine.views.customer import Run
from tui.rooms.dossier import ADDRESSES
from tui.rooms.register import Register, Somebody
from tui.widgets.drawing import Drawing, title_of
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
        place_told(register.journeys.get(run["journey"]), run["state"], run)
        for run in runs_of(one)
        if not run["ended"]
    ]
    ahead = min((run["next"] for run in runs_of(one) if run["next"]), default=None)
    next_ = [told(say("next {at}", at=ahead))] if ahead else []
    return "   ".join([f"{name_of(one.facts['attributes'], one.id)}  {told(one.id)}", *places, *next_])


def facts_of(one: Somebody, kinds: Mapping[str, str], *, showing: bool) -> Table:
    """All that is known, a line each. `showing`: addresses in full."""
    facts = one.facts
    lines: list[Fact] = [(say("id"), one.id)]
    for name, value in facts["attributes"].items():
        hidden = isinstance(value, str) and not (showing and kinds.get(name) in ADDRESSES)
        lines.append((name, mask_address(value, kinds.get(name, "text")) if hidden else value))
    lines.append((say("tags"), ", ".join(facts["tags"])))
    lines += [
        (say("opted out"), say("{what}, {at}", what=each["channel"] or say("every channel"), at=each["at"]))
        for each in facts["optouts"]
        if not each["lifted"]
    ]
    lines += [(say("consent"), _consent(each)) for each in facts["consents"]]
    return fact_table(lines)


def _consent(each: Mapping[str, Any]) -> Phrase:
    what, channel = each["policy"] or say("every policy"), each["channel"] or say("every channel")
    if each["withdrawn"]:
        return say("{what} via {channel}: taken back {at}", what=what, channel=channel, at=each["withdrawn"])
    return say("{what} via {channel}, {at}", what=what, channel=channel, at=each["given"])


def runs_of(one: Somebody) -> Sequence[Mapping[str, Any]]:
    """The runs through journeys: those under way first, then the latest."""
    latest = sorted(one.facts["journeys"], key=lambda run: str(run["since"]), reverse=True)
    return sorted(latest, key=lambda run: run["status"] != _ACTIVE)


def run_rows(register: Register, one: Somebody) -> Iterator[Row]:
    """A row for each run: journey, record, where it is or how it ended, since when, what comes next."""
    for place, run in enumerate(runs_of(one)):
        journey = register.journeys.get(run["journey"])
        where = (
            told(run["outcome"] or run["status"]) if run["ended"] else place_told(journey, run["state"], run)
        )
        sign = "■" if run["ended"] else "●"
        ahead = told(say("next {at}", at=run["next"])) if run["next"] else ""
        title = told(run["journey"]) if journey is None else title_of(journey)
        yield Row(str(place), (f"{sign} {title}", told(run["record"]), where, told(run["since"]), ahead))


def place_told(journey: Journey | None, state: str | None, run: Mapping[str, Any] | None = None) -> str:
    """A state as people call it; where there is none, how the run stands."""
    if state is None:
        return "" if run is None else told(run["status"])
    known = None if journey is None else next((one for one in journey.states if one.name == state), None)
    if journey is None or known is None:
        return told(state)
    stage = next((one for one in journey.stages if one.name == known.stage), None)
    return title_of(known) if stage is None else f"{title_of(stage)} · {title_of(known)}"


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
    return Drawing(journey, notes, lit, frozenset(passed))


def texts_masked(texts: Mapping[str, str], kinds: Mapping[str, str], wanted: Iterable[str]) -> str:
    """The first of these types of what somebody is found by, as lists show it."""
    types = frozenset(wanted)
    found = (mask_address(value, kinds[name]) for name, value in texts.items() if kinds.get(name) in types)
    return told(next(found, ""))
