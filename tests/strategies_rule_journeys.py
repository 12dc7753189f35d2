"""Hypothesis strategies for the journeys of a valid rule set: headings, stages, states, transitions, actions."""

from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import strategies as st

from dsl.tree import journeys
from dsl.tree.expressions import (
    Events,
    Ever,
    Expr,
    InJourney,
    Last,
    Logic,
    Missing,
    Name,
    Not,
    Occurs,
    Shift,
    Text,
)
from dsl.tree.statements import TypeRef
from dsl.units import Clock, Duration, Window
from tests.strategies_conditions import (
    TAGS,
    Draw,
    Plan,
    Scope,
    chance,
    condition,
    date_value,
    duration,
    money,
    number,
    one_of,
    pick,
    ref,
    small,
    time_value,
)

TASKS = ("phone", "visit_home")
"""Names of tasks, by the place of the action: a state has each name once."""
OUTCOMES = ("yes", "no")
CRONS = ("0 9 * * *", "0 0 * * mon", "30 9 1 * *")


@dataclass(frozen=True, slots=True)
class Sketch:
    """A journey before its conditions: its states in order, each with its stage; what its states may do."""

    plan: Plan
    states: tuple[tuple[str | None, str], ...]
    others: tuple[str, ...]
    sends: bool
    grants: bool

    def at(self, index: int, here: str | None) -> journeys.Goto:
        """The state of that index, as named from the stage `here`."""
        stage, state = self.states[index]
        names = (state,) if stage in (None, here) else (stage, state)
        return journeys.Goto(tuple(Name(name) for name in names if name is not None))


@st.composite
def sketches(draw: Draw, records: tuple[str, ...], *, sending: bool, granting: bool) -> tuple[Sketch, ...]:
    """One to three journeys, with the names that they and others may use."""
    shapes = [_shape(draw, records) for _ in range(draw(st.integers(1, 3)))]
    names = [f"j{number}" for number, _ in enumerate(shapes)]
    found = []
    for name, (record, states) in zip(names, shapes, strict=True):
        stages = tuple(dict.fromkeys(stage for stage, _ in states if stage is not None))
        startable = tuple(
            other
            for other, (of, _) in zip(names, shapes, strict=True)
            if other != name and of in (None, record)
        )
        found.append(Sketch(Plan(name, record, stages, ("done",)), states, startable, sending, granting))
    return tuple(found)


def _shape(draw: Draw, records: tuple[str, ...]) -> tuple[str | None, tuple[tuple[str | None, str], ...]]:
    record = pick(draw, (None, *records))
    stages = pick(draw, ((None,), (None,), ("first",), ("first", "second"), (None, "first")))
    states = [(stage, number) for stage in stages for number in range(draw(st.integers(1, 2)))]
    return record, tuple((stage, f"s{place}") for place, (stage, _) in enumerate(states))


def journey(draw: Draw, sketch: Sketch, scope: Scope) -> journeys.JourneyDecl:
    """The journey of a sketch; `scope` knows its record."""
    inside = replace(scope, since=("entry", "stage", "state"))
    items: list[journeys.JourneyLine | journeys.Transition | journeys.StageDecl | journeys.StateDecl] = []
    items += _heading(draw, sketch, scope)
    items += [_outer(draw, sketch, inside, None) for _ in range(draw(st.integers(0, 1)))]
    done: set[str] = set()
    for index, (stage, name) in enumerate(sketch.states):
        if stage is None:
            items.append(_state(draw, sketch, inside, index))
        elif stage not in done:
            done.add(stage)
            items.append(_stage(draw, sketch, inside, stage))
        del name
    return journeys.JourneyDecl(Name(sketch.plan.name), None, tuple(items))


def _heading(draw: Draw, sketch: Sketch, scope: Scope) -> list[journeys.JourneyLine]:
    lines: list[journeys.JourneyLine] = [journeys.ForSubject(Name(sketch.plan.record or "customer"))]
    if sketch.sends:
        lines.append(journeys.UnderPolicy(Name(pick(draw, ("marketing", "service")))))
    if draw(st.booleans()):
        lines.append(journeys.Priority(draw(st.integers(0, 2))))
    if not chance(draw, 10):
        lines.append(journeys.EnterWhen(_entry(draw, scope)))
    if draw(st.booleans()):
        lines.append(journeys.Reenter(duration(draw)))
    lines += [line for line in _rarer_lines(draw, scope) if chance(draw, 4)]
    return lines


def _entry(draw: Draw, scope: Scope) -> Expr:
    """A condition that somebody may well meet."""
    if chance(draw, 3):
        return condition(draw, scope, 1)
    visited = Events(Name("visit"), None, None, pick(draw, (Ever(), Last(Duration(7, "day")))))
    likely = (Occurs(visited, negated=True), Missing(ref("points"), known=True), ref("member"), ref("lapsed"))
    other = Not(InJourney(Name(pick(draw, scope.journeys).name)))
    return pick(draw, (*likely, other, Logic("and", (other, pick(draw, likely)))))


def _rarer_lines(draw: Draw, scope: Scope) -> list[journeys.JourneyLine]:
    limit = journeys.EnterAtMost(draw(st.integers(1, 2)), pick(draw, ("day", "week", Duration(2, "day"))))
    goal = condition(draw, replace(scope, since=("entry",)), 1)
    return [
        *([journeys.EnterOnlyAt(Text(pick(draw, CRONS)))] if chance(draw, 3) else []),
        limit,
        journeys.RankBy(pick(draw, (number, money))(draw, scope)),
        journeys.Holdout(Decimal(pick(draw, (10, 50, 50, 100)))),
        journeys.Goal(duration(draw), goal),
    ]


def _stage(draw: Draw, sketch: Sketch, scope: Scope, stage: str) -> journeys.StageDecl:
    items: list[journeys.Transition | journeys.StateDecl] = []
    items += [_outer(draw, sketch, scope, stage) for _ in range(draw(st.integers(0, 1)))]
    items += [_state(draw, sketch, scope, i) for i, (owner, _) in enumerate(sketch.states) if owner == stage]
    return journeys.StageDecl(Name(stage), None, tuple(items))


def _outer(draw: Draw, sketch: Sketch, scope: Scope, stage: str | None) -> journeys.Transition:
    """A transition of the journey or of a stage. What holds at once leads to the last state, or to the end."""
    last = len(sketch.states) - 1
    anywhere = _anywhere(draw, sketch, stage)
    late = pick(draw, (sketch.at(last, stage), _end(draw)))
    since = pick(draw, ("journey", "journey" if stage is None else "stage"))
    return pick(
        draw,
        (
            _on(draw, scope, anywhere, late),
            journeys.When(condition(draw, scope, 1), late),
            journeys.After(duration(draw), since, _clock(draw), late),
            journeys.At(_moment(draw, scope), _clock(draw), late),
        ),
    )


def _anywhere(draw: Draw, sketch: Sketch, here: str | None) -> journeys.Target:
    """Any state, any stage, or the end."""
    states: list[journeys.Target] = [sketch.at(index, here) for index, _ in enumerate(sketch.states)]
    stages = [journeys.Goto((Name(stage),)) for stage in sketch.plan.stages]
    return pick(draw, [*states, *stages, _end(draw)])


def _end(draw: Draw) -> journeys.End:
    return journeys.End(Name(pick(draw, ("done", "done", "lost"))))


def _state(draw: Draw, sketch: Sketch, scope: Scope, index: int) -> journeys.StateDecl:
    stage, name = sketch.states[index]
    forward = [sketch.at(later, stage) for later in range(index + 1, len(sketch.states))]
    onward = forward[0] if forward else journeys.End(Name("done"))
    ways = _Ways(draw, sketch, scope, stage, (*forward, _end(draw)))
    actions = [ways.action(number) for number in range(pick(draw, (1, 1, 2, 0)))]
    own = [ways.transition() for _ in range(draw(st.integers(0, 2)))]
    leaving = journeys.After(duration(draw), None, _clock(draw), onward)
    return journeys.StateDecl(Name(name), None, (*actions, *own, leaving))


@dataclass(frozen=True, slots=True)
class _Ways:
    """What a state may hold. `forward`: the states after it, and an end."""

    draw: Draw
    sketch: Sketch
    scope: Scope
    stage: str | None
    forward: tuple[journeys.Target, ...]

    def transition(self) -> journeys.Transition:
        """Any transition; what may be taken at once leads forward."""
        draw, scope = self.draw, self.scope
        anywhere, onward = _anywhere(draw, self.sketch, self.stage), pick(draw, self.forward)
        match pick(draw, ("on", "on", "when", "after", "at", "split", "otherwise")):
            case "on":
                return _on(draw, scope, anywhere, onward)
            case "when":
                return journeys.When(condition(draw, scope, 1), onward)
            case "after":
                return self._after(anywhere, onward)
            case "at":
                return journeys.At(_moment(draw, scope), _clock(draw), onward)
            case "split":
                return self._split()
        return journeys.Otherwise(onward)

    def _after(self, anywhere: journeys.Target, onward: journeys.Target) -> journeys.Transition:
        since = pick(self.draw, (None, None, "journey", "journey" if self.stage is None else "stage"))
        target = anywhere if since is None else onward
        return journeys.After(duration(self.draw), since, _clock(self.draw), target)

    def _split(self) -> journeys.Transition:
        shares = pick(self.draw, (("50", "50"), ("100",), ("0.5", "99.5"), ("25", "25", "50")))
        arms = (journeys.Share(Decimal(share), pick(self.draw, self.forward)) for share in shares)
        return journeys.Split(tuple(arms))

    def action(self, number: int) -> journeys.Action:
        """Any action; `number` is its place among those of the state."""
        if self.sketch.sends and chance(self.draw, 3):
            grants = self.sketch.grants and chance(self.draw, 3)
            return self._grant() if grants else _send(self.draw)
        match pick(
            self.draw,
            ("task", "task", "task", "set", "set", "tag", "emit", *(["begin"] if self.sketch.others else [])),
        ):
            case "set":
                return _set(self.draw, self.scope)
            case "tag":
                return journeys.Tag(Text(pick(self.draw, TAGS)), self.draw(st.booleans()))
            case "emit":
                return _emit(self.draw, self.scope)
            case "begin":
                return journeys.Begin(Name(pick(self.draw, self.sketch.others)))
        return self._task(TASKS[number])

    def _grant(self) -> journeys.Grant:
        otherwise = pick(self.draw, self.forward) if self.draw(st.booleans()) else None
        return journeys.Grant(Name("gift"), otherwise)

    def _task(self, name: str) -> journeys.Task:
        targets = (None, _anywhere(self.draw, self.sketch, self.stage))
        outcomes = tuple(journeys.Outcome(Name(name), pick(self.draw, targets)) for name in OUTCOMES)
        asks = (journeys.Ask(Name("reason"), one_of("price", "service")),)
        return journeys.Task(
            Name(name),
            "了解原因",
            role=Name("advisor"),
            due=duration(self.draw),
            script=Name("script") if self.draw(st.booleans()) else None,
            asks=asks if self.draw(st.booleans()) else (),
            outcomes=outcomes,
        )


def _on(draw: Draw, scope: Scope, anywhere: journeys.Target, onward: journeys.Target) -> journeys.On:
    """What rules themselves record must lead forward."""
    event = pick(draw, tuple(scope.events))
    where = condition(draw, replace(scope, event=event), 0) if chance(draw, 3) else None
    return journeys.On(Name(event), where, onward if event == "ping" else anywhere)


def _clock(draw: Draw) -> Clock | None:
    return pick(draw, (None, None, Clock(9 * 60), Clock(10 * 60), Clock(0)))


def _moment(draw: Draw, scope: Scope) -> Expr:
    """A date or time of the customer's or the record's, or one near it; not one that moves with now."""
    named = pick(draw, scope.of_kind("date", "time"))
    if draw(st.booleans()):
        return named
    return Shift(duration(draw), pick(draw, ("before", "after")), named)


def _send(draw: Draw) -> journeys.Send:
    message = pick(draw, ("hello", "hello", "bye"))
    channels = (("sms", "email"), ("email",), ("sms",), ()) if message == "hello" else (("sms",), ())
    window = Window(
        pick(draw, (("every day",), ("workdays",), ("wednesday",))), Clock(9 * 60), Clock(17 * 60)
    )
    return journeys.Send(
        Name(message),
        via=tuple(Name(channel) for channel in pick(draw, channels)),
        during=(window,) if chance(draw, 4) else (),
        policy=Name("service") if chance(draw, 4) else None,
        review=Name("manager") if chance(draw, 8) else None,
    )


def _set(draw: Draw, scope: Scope) -> journeys.SetAttribute:
    name = pick(draw, ("points", "lifetime_value", "tier", "member", "renewal", "last_login", "name"))
    match scope.attributes[name]:
        case TypeRef(kind="number"):
            value = number(draw, scope)
        case TypeRef(kind="money"):
            value = money(draw, scope) if draw(st.booleans()) else small(draw)
        case TypeRef(kind="choice", choices=words):
            value = ref(pick(draw, words).name.text)
        case TypeRef(kind="flag"):
            value = condition(draw, scope, 0)
        case TypeRef(kind="date"):
            value = date_value(draw, scope)
        case TypeRef(kind="time"):
            value = time_value(draw, scope)
        case _:
            value = pick(draw, (Text("陈"), ref("phone")))
    return journeys.SetAttribute(Name(name), value)


def _emit(draw: Draw, scope: Scope) -> journeys.Emit:
    values = (journeys.Pair(Name("size"), number(draw, scope)),) if draw(st.booleans()) else ()
    return journeys.Emit(Name("ping"), values)
