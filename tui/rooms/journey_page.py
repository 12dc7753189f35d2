"""How a journey looks: a row of the list, its funnel and goal, its drawing with live counts, and a state from near."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content

from dsl.graphs.ways import Way, ways
from dsl.model.journeys import ToEnd, ToState
from dsl.wording import Phrase
from engine.calendars.zone import Zone
from engine.views.goals import Conversion, Group
from engine.views.passages import Lately, Line, Passage, Place, Running
from engine.views.pauses import pause_said
from engine.views.stays import NEARLY_ALL
from engine.views.titles import Titles
from tui.widgets.bars import padded, width_of
from tui.widgets.drawing import Course, Drawing, title_of
from tui.widgets.rows import Column, Row
from tui.wording import UNKNOWN, age, say, say_number, told

COLUMNS = (
    Column(elastic=True),
    Column(right=True),
    Column(right=True),
    Column(right=True, spare=True),
    Column(right=True, spare=True),
    Column(right=True, spare=True),
    Column(),
)
HEADINGS: tuple[Phrase | str, ...] = (
    say("journey"),
    say("under way"),
    say("in, 7 days"),
    say("ended, 7 days"),
    say("goal, 7 days"),
    say("goal"),
    "",
)

_NUMBER, _SMALL = 9, 6
"""Cells that a number takes."""


@dataclass(frozen=True, slots=True)
class When:
    """What telling needs besides: the time, the zone, and how many cells there are."""

    now: int
    zone: Zone
    width: int


def journey_row(one: Running) -> Row:
    """A line of the list. Where somebody should look it says so."""
    rate = None if one.conversion is None else one.conversion.treated.rate
    cells = (
        title_of(one.journey),
        f"{one.number:,}",
        f"+{one.entered.week:,}",
        f"{sum(ended.week for ended in one.ended.values()):,}",
        UNKNOWN if one.reached is None else f"{one.reached:,}",
        UNKNOWN if rate is None else f"{rate:.1%}",
        _sign(one),
    )
    return Row(one.journey.name, cells, alarm=bool(one.stuck or one.paused))


def _sign(one: Running) -> str:
    if one.paused is not None:
        return f"‖ {told(say('paused'))}"
    if one.stuck:
        return f"! {told(say_number('{n:,} stuck', '{n:,} stuck', n=one.stuck))}"
    if one.blocked:
        return told(say_number("{n:,} message waits", "{n:,} messages wait", n=one.blocked))
    return "✓"


def told_of_journey(one: Running, zone: Zone) -> Content:
    """The funnel of the month, the goal, and where it is stuck."""
    lines = [_heading(title_of(one.journey), told(one.journey.name))]
    if one.paused is not None:
        lines.append(Content.styled(f"‖ {told(pause_said(one.paused, zone))}", "$error"))
    lines += _funnel(one)
    if one.conversion is not None:
        lines += [Content(""), *_goal(one.conversion)]
    lines += _stuck(one)
    return Content("\n").join(lines)


def _heading(title: str, name: str) -> Content:
    return Content.styled(title if title == name else f"{title} {name}", "bold $primary")


def _funnel(one: Running) -> Iterator[Content]:
    """Who came in, into which stages, and how runs ended; shares are of those who came in."""
    came = one.entered
    rows = [(told(say("came in")), came)]
    titles = {stage.name: title_of(stage) for stage in one.journey.stages}
    rows += [(f"→ {titles[name]}", one.stages[name]) for name in titles if name in one.stages]
    ends = one.journey.ends
    rows += [(f"■ {told(ends.get(end or '') or end)}", number) for end, number in one.ended.items()]
    if one.held_out.month:
        rows.append((told(say("held out")), one.held_out))
    room = max(width_of(name) for name, _ in rows)
    heads = (told(say("7 days")), told(say("30 days")))
    yield Content.styled(f"{' ' * room}  {_right(heads[0])}  {_right(heads[1])}", "bold")
    for name, number in rows:
        share = f"  {number.month / came.month:>6.1%}" if came.month and number is not came else ""
        yield Content(f"{padded(name, room)}  {number.week:>{_NUMBER},}  {number.month:>{_NUMBER},}{share}")


def _right(text: str) -> str:
    return " " * (_NUMBER - width_of(text)) + text


def _goal(found: Conversion) -> Iterator[Content]:
    """Both groups with their bases; by how much more reach it, in points and in proportion."""
    yield Content.styled(told(say("Reached the goal, of those whose time for it is over")), "bold")
    yield Content(told(say("went through: {share}", share=_share(found.treated))))
    yield Content(told(say("held out: {share}", share=_share(found.held_out))))
    if found.lift is None:
        yield Content(told(say("Nobody to compare with yet.")))
        return
    points, low, high = (100 * one for one in found.lift)
    base = found.held_out.rate
    said = say(
        "difference: {points:+.1f} points, with 95% certainty between {low:+.1f} and {high:+.1f}",
        points=points,
        low=low,
        high=high,
    )
    more = f" ({points / 100 / base:+.1%})" if base else ""
    yield Content(f"{told(said)}{more}")
    if low <= 0 <= high:
        yield Content(told(say("It may as well be chance: more customers, or more time, will tell.")))


def _share(group: Group) -> str:
    if group.rate is None:
        return told(say("nobody"))
    return f"{group.rate:.1%} ({group.reached:,} / {group.number:,})"


def _stuck(one: Running) -> Iterator[Content]:
    late = [place for place in one.places if place.late]
    blocked = [place for place in one.places if place.blocked]
    if late:
        yield Content("")
        yield Content.styled(f"! {told(say('Longer in a state than its timers allow'))}", "bold $error")
        for place in late:
            yield Content(f"  {title_of(place.state)}  {place.late:,}")
    lingering = [place for place in one.places if place.lingering]
    if lingering:
        yield Content("")
        yield Content.styled(f"~ {told(say('Longer in a state than {n} of 100 stay', n=NEARLY_ALL))}", "bold")
        for place in lingering:
            yield Content(f"  {title_of(place.state)}  {place.lingering:,}")
    if blocked:
        yield Content("")
        yield Content.styled(told(say("Messages that have not left")), "bold")
        for place in blocked:
            yield Content(f"  {title_of(place.state)}  {place.blocked:,}")


def drawing_of(one: Running, titles: Titles) -> Drawing:
    """The state machine with how many are where, and how many went which way in a week."""
    notes = {place.state.name: _note(place) for place in one.places}
    flows: dict[Course, str] = {}
    for way in ways(one.journey):
        key = (way.state, None if way.state else way.stage, way.target)
        number = _went(one, way)
        if number.month:
            flows[key] = f"{number.week:,} / {number.month:,}"
    return Drawing(one.journey, notes, flows=flows, titles=titles)


def _note(place: Place) -> str:
    marks = f"(! {place.late:,})  " if place.late else f"(~ {place.lingering:,})  " if place.lingering else ""
    return f"{marks}{place.number:,}" if place.number or marks else ""


def _went(one: Running, way: Way) -> Lately:
    """How many went a way; one of a stage is taken from all its states that have no way of their own there."""
    own = {(other.state, other.target) for other in ways(one.journey) if other.state is not None}
    found = []
    for passage, number in one.passages.items():
        same = passage.source is not None and _target(passage) == way.target
        if way.state is not None:
            same = same and passage.source == way.state
        else:
            same = same and (passage.source, way.target) not in own
            same = same and (way.stage is None or (passage.source or "").rpartition(".")[0] == way.stage)
        if same:
            found.append(number)
    return Lately(sum(number.week for number in found), sum(number.month for number in found))


def _target(passage: Passage) -> ToEnd | ToState:
    return ToEnd(passage.outcome or "") if passage.target is None else ToState(passage.target)


def told_of_place(one: Running, state: str, when: When) -> Content:
    """A state from near: who is there, for how long, and by which lines people come and leave."""
    place = next(place for place in one.places if place.state.name == state)
    lines = [_heading(title_of(place.state), told(place.state.name))]
    here = say_number("{n:,} here now", "{n:,} here now", n=place.number)
    flow = say("in 7 days +{came:,} −{left:,}", came=place.came.week, left=place.left.week)
    month = say("in 30 days +{came:,} −{left:,}", came=place.came.month, left=place.left.month)
    lines.append(Content(" · ".join(map(told, (here, flow, month)))))
    return Content("\n").join([*lines, *_troubles(place, when), *_lines(one, state, when.width)])


def _troubles(place: Place, when: When) -> Iterator[Content]:
    """For how long people have been there, and what keeps them."""
    if place.oldest is not None:
        first, long = when.zone.on_the_wall(place.oldest), age(when.now - place.oldest)
        yield Content(told(say("the longest since {since}: {age}", since=first, age=long)))
    if place.late:
        late = say_number(
            "{n:,} longer than its timers allow", "{n:,} longer than its timers allow", n=place.late
        )
        yield Content.styled(f"! {told(late)} ({told(age(place.limit or 0))})", "$error")
    yield from _usual(place)
    if place.blocked:
        yield Content(
            told(say_number("{n:,} message has not left", "{n:,} messages have not left", n=place.blocked))
        )
    if place.ungranted:
        waits = say_number(
            "{n:,} benefit waits to be given", "{n:,} benefits wait to be given", n=place.ungranted
        )
        yield Content(told(waits))


def _usual(place: Place) -> Iterator[Content]:
    """Within which time nearly all leave, by whom that is reckoned, and who is there for longer."""
    usual = place.usual
    if usual is not None:
        said = say(
            "{n} of 100 leave within {age} (by {left:,} who left and {there:,} who are there)",
            n=NEARLY_ALL,
            age=age(usual.limit),
            left=usual.left,
            there=usual.there,
        )
        yield Content(told(said))
    if place.lingering:
        longer = say_number(
            "{n:,} here for longer than that", "{n:,} here for longer than that", n=place.lingering
        )
        yield Content.styled(f"~ {told(longer)}", "bold")


def _lines(one: Running, state: str, width: int) -> Iterator[Content]:
    """The rule lines by which people left, and came, those of a month."""
    left = {line: number for line, number in one.lines.items() if line.source == state}
    came = {line: number for line, number in one.lines.items() if line.target == state}
    for title, found in ((say("left by, in 7 and 30 days"), left), (say("came by, in 7 and 30 days"), came)):
        if found:
            yield Content("")
            yield Content.styled(told(title), "bold")
            for line, number in found.items():
                yield from _numbered(line, number, width)


def _numbered(line: Line, number: Lately, width: int) -> Iterator[Content]:
    """A rule line after its numbers, and below itself where it is long."""
    numbers = f"{number.week:>{_SMALL},} {number.month:>{_SMALL},}  "
    words = Content(told(line.because or say("applying rules")))
    for place, part in enumerate(words.wrap(max(width - len(numbers), _SMALL))):
        yield Content(f"{' ' * len(numbers) if place else numbers}{part.plain}")
