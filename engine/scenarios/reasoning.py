"""Why something is not as a scenario expects: what brought what should not be, or what keeps back what should."""

from collections.abc import Iterable, Iterator

from dsl.model import scenarios as m
from dsl.model.journeys import Journey, On, Send, State, Target, Task, ToEnd, ToState
from dsl.source import Span
from dsl.wording import Phrase, Series
from engine.explaining.answers import Line, Verdict, told
from engine.explaining.inquiry import Inquiry
from engine.explaining.verdicts import explain
from engine.permits.senders import granted_by
from engine.plans.plan import in_a_line
from engine.scenarios.asking import ask
from engine.scenarios.expecting import Look, most_within, news, since_expected
from engine.scenarios.finding import Given, Gone, Opened, gone, is_meant, place_names
from engine.storage.values import Stored
from engine.visible import plain_number
from engine.wording import all_of, say, say_number

_Place = tuple[str | None, int | None, str]
"""A line of the rules: file, line and words."""

_MOST = 5
"""Messages and tasks that are told one by one."""

_FAR = 1_000_000
"""Moves to where nobody gets."""


def why(inquiry: Inquiry, look: Look, step: m.Step) -> Iterator[Phrase]:
    """Why it is not as a step expects, line by line."""
    match step.does:
        case m.Sent(negated=True) as expected:
            yield from _brought(look, since_expected(expected, look))
        case m.Nothing():
            yield from _brought(look, news(look))
        case m.AtMost(per=per):
            most = most_within(look, per)
            yield say_number(
                "why: {n} message within such a time", "why: {n} messages within such a time", n=len(most)
            )
            yield from _brought(look, most)
        case m.Sent() as expected if _other_than_meant(look, expected):
            yield from _otherwise(look, expected)
        case m.Sent() as expected if _is_used_up(look, expected):
            yield say(
                "why: what went before the last `expect sent {name}` does not count again",
                name=expected.message,
            )
        case m.Holds() as expected:
            yield from _values(inquiry, look, expected)
        case _:
            yield from _lacking(inquiry, step)


def _values(inquiry: Inquiry, look: Look, expected: m.Holds) -> Iterator[Phrase]:
    """What the values are instead, or that there is nothing that could have them."""
    found = ask(look.connection, look.plan, look.who, expected, look.now)
    if found is None:
        yield say("why: there is no record `{kind}` of {who}", kind=expected.record, who=look.who.customer)
        return
    for line in told(found, inquiry.window):
        if line.values:
            yield say("why: {values}", values=_listed(line))


def _other_than_meant(look: Look, expected: m.Sent) -> list[Gone]:
    """The messages of that name that went another way, or with other words."""
    since = look.notes.sent.get((look.who, expected.message), 0)
    found = gone(look.connection, look.plan, look.who, expected.message)
    return [one for one in found if one.seq > since and not is_meant(one, expected)]


def _otherwise(look: Look, expected: m.Sent) -> Iterator[Phrase]:
    """How they went instead."""
    for one in _other_than_meant(look, expected)[-_MOST:]:
        at = look.plan.world.zone.on_the_wall(one.at)
        if expected.via not in {None, one.channel}:
            yield say(
                "why: it went at {at} via {channel}, not via {wanted}",
                at=at,
                channel=one.channel,
                wanted=expected.via,
            )
        else:
            yield say(
                "why: it went at {at}, but its text has no “{words}”: {text}",
                at=at,
                words=expected.containing,
                text=" ".join(one.text.split()),
            )


def _is_used_up(look: Look, expected: m.Sent) -> bool:
    """Whether a message that did go is not the one that is expected: an expectation before has taken it."""
    found = gone(look.connection, look.plan, look.who, expected.message)
    return any(is_meant(one, expected) for one in found)


def _brought(look: Look, found: Iterable[Gone | Opened | Given]) -> Iterator[Phrase]:
    """What went or was asked, by which action, and what led to its state."""
    zone, found = look.plan.world.zone, list(found)
    for one in found[:_MOST]:
        span = one.origin.action(look.plan).span
        at, where = zone.on_the_wall(one.at), f"{span.source.name}:{span.line}"
        if isinstance(one, Gone):
            name, line = one.message, in_a_line(span)
            yield say("why: {at} message {name}: {where} {rule}", at=at, name=name, where=where, rule=line)
        elif isinstance(one, Opened):
            yield say("why: {at} task {name}: {where}", at=at, name=one.task, where=where)
        else:
            yield say("why: {at} benefit {name}: {where}", at=at, name=one.benefit, where=where)
        led = one.origin.led_by(look.connection)
        if led is not None:
            journey, _, state = one.origin.state.partition("/")
            yield say("  in {journey}: {state} by {rule}", journey=journey, state=state, rule=led)
    if len(found) > _MOST:
        yield say_number("  and {n} more", "  and {n} more", n=len(found) - _MOST)


def _lacking(inquiry: Inquiry, step: m.Step) -> Iterator[Phrase]:
    """For each journey that might bring what is expected: how the customer stands, and what would have to change."""
    journeys = [journey for journey in inquiry.plan.journeys if _bringing(journey, step.does)]
    for verdict in explain(inquiry, step.who.customer, journeys).journeys:
        if step.who.record not in {None, verdict.record}:
            continue
        yield say("why: {journey}: {verdict}", journey=verdict.journey, verdict=verdict.verdict)
        wanted = [one for one in verdict.messages if one.message == getattr(step.does, "message", None)]
        if not wanted:
            journey = inquiry.plan.model.journeys[verdict.journey]
            yield from map(_decisive, _changing(journey, verdict, step))
            yield from _awaited(journey, verdict, step)
        for message in wanted:
            yield say("  message {message}: {verdict}", message=message.message, verdict=message.verdict)
        if verdict.next is not None:
            at = inquiry.window.time(verdict.next)
            yield say("  next: {at}: {then}", at=at, then=verdict.then)


def _changing(journey: Journey, verdict: Verdict, step: m.Step) -> Iterator[Line]:
    """What would have to change, each line once; of the ways out of a state only those that lead there soonest."""
    ways = {} if verdict.state is None else _moves(journey, journey.state(verdict.state), step.does)
    fewest, counts, told = min(ways.values(), default=_FAR), True, set[_Place]()
    for line in verdict.because:
        place = line.file, line.line, line.text
        counts = ways.get(place, _FAR) == fewest if line.depth == 0 else counts
        if line.decides and counts and place not in told:
            told.add(place)
            yield line


def _awaited(journey: Journey, verdict: Verdict, step: m.Step) -> Iterator[Phrase]:
    """The events that would lead there soonest."""
    if verdict.state is None:
        return
    here = journey.state(verdict.state)
    ways = _moves(journey, here, step.does)
    fewest = min(ways.values(), default=_FAR)
    for way in here.transitions:
        if isinstance(way, On) and fewest < _FAR and ways[_place(way.span)] == fewest:
            where = f"{way.span.source.name}:{way.span.line}"
            yield say("  {where} {rule}: no such event came", where=where, rule=in_a_line(way.span))


def _moves(journey: Journey, here: State, expected: object) -> dict[_Place, int]:
    """How many moves it takes, by each way out of a state, to where there is what is expected."""
    far = _distances(journey, expected)
    return {_place(way.span): far.get(way.target, _FAR) for way in here.transitions}


def _distances(journey: Journey, expected: object) -> dict[Target, int]:
    """How many moves after each target what is expected may be there."""
    found: dict[Target, int] = dict.fromkeys(_bringing(journey, expected), 0)
    before = -1
    while len(found) > before:
        before = len(found)
        found |= {
            ToState(state.name): 1 + min(found.get(way.target, _FAR) for way in state.transitions)
            for state in journey.states
            if ToState(state.name) not in found and any(way.target in found for way in state.transitions)
        }
    return found


def _bringing(journey: Journey, expected: object) -> set[Target]:
    """The states that have what is expected, or the end that it is."""
    states: set[Target] = {ToState(state.name) for state in journey.states if _has(journey, state, expected)}
    ways = (way.target for state in journey.states for way in state.transitions)
    return states | {
        target
        for target in ways
        if isinstance(target, ToEnd) and isinstance(expected, m.Ended) and target.outcome == expected.outcome
    }


def _has(journey: Journey, state: State, expected: object) -> bool:
    match expected:
        case m.Decide(what=name) if name in granted_by(state):
            return True
        case m.Sent(message=name) | m.Waiting(message=name) | m.Decide(what=name):
            return any(isinstance(action, Send) and action.message == name for action in state.actions)
        case m.Asked(task=name) | m.Finish(task=name):
            return any(isinstance(action, Task) and action.task == name for action in state.actions)
        case m.Granted(benefit=name):
            return name in granted_by(state)
        case m.InState(name=name):
            return name in place_names(journey.name, state.name)
    return False


def _place(span: Span) -> _Place:
    return span.source.name, span.line, in_a_line(span)


def _decisive(line: Line) -> Phrase:
    where = f"{line.file}:{line.line}"
    if not line.values:
        return say("  {where} {rule}: does not hold", where=where, rule=line.text)
    return say("  {where} {rule}: does not hold, {values}", where=where, rule=line.text, values=_listed(line))


def _listed(line: Line) -> Series:
    return all_of(say("{name} = {value}", name=one.text, value=_shown(one.value)) for one in line.values)


def _shown(value: Stored) -> Stored | Phrase:
    if value is None:
        return say("not known")
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return plain_number(value) if isinstance(value, float) else value
