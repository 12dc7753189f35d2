"""Hypothesis strategies for the trees of journeys and scenarios."""

from hypothesis import strategies as st

from dsl.tree import journeys, scenarios
from dsl.tree.expressions import Node
from dsl.tree.statements import Choice, TypeRef
from tests.strategies_expressions import (
    clocks,
    durations,
    expressions,
    facts,
    moments,
    names,
    one_line,
    shares,
    strings,
    titles,
    windows,
)

Nodes = st.SearchStrategy[tuple[Node, ...]]
COUNTS = st.integers(0, 3) | st.integers(0, 5000)
PERIODS = st.sampled_from(["day", "week", "month", "year"])


def listed(
    nodes: st.SearchStrategy[Node], least: int = 0, most: int = 3
) -> st.SearchStrategy[tuple[Node, ...]]:
    """Some of them, in order."""
    return st.lists(nodes, min_size=least, max_size=most).map(tuple)


def types() -> st.SearchStrategy[TypeRef]:
    """Every type a field can have."""
    plain = st.sampled_from(["text", "number", "money", "flag", "date", "time", "phone", "email"])
    return st.builds(TypeRef, plain) | st.builds(
        TypeRef, st.just("choice"), listed(st.builds(Choice, names(), titles()), 1)
    )


def pairs() -> st.SearchStrategy[tuple[Node, ...]]:
    """What stands between the braces of an event or a thing."""
    return listed(st.builds(journeys.Pair, names(), expressions()))


def targets() -> st.SearchStrategy[journeys.Target]:
    """Where a transition leads."""
    goto = st.builds(journeys.Goto, listed(names(), 1, 2))
    return goto | st.builds(journeys.End, names())


def transitions() -> st.SearchStrategy[Node]:
    """Any transition."""
    since = st.sampled_from([None, "stage", "journey"])
    at_clock = st.none() | clocks()
    split = listed(st.builds(journeys.Share, shares(), targets()), 1)
    return st.one_of(
        st.builds(journeys.On, names(), st.none() | expressions(), targets()),
        st.builds(journeys.When, expressions(), targets()),
        st.builds(journeys.After, durations(), since, at_clock, targets()),
        st.builds(journeys.At, expressions(), at_clock, targets()),
        st.builds(journeys.Split, split),
        st.builds(journeys.Otherwise, targets()),
    )


def actions() -> st.SearchStrategy[Node]:
    """Any action of a state."""
    return st.one_of(
        st.builds(
            journeys.Send,
            names(),
            listed(names()),
            listed(windows(), most=2),
            st.none() | names(),
            st.none() | names(),
        ),
        tasks(),
        st.builds(journeys.Grant, names(), st.none() | targets()),
        st.builds(journeys.SetAttribute, names(), expressions()),
        st.builds(journeys.Tag, one_line(), st.booleans()),
        st.builds(journeys.Emit, names(), pairs()),
        st.builds(journeys.Begin, names()),
    )


def tasks() -> st.SearchStrategy[Node]:
    """Tasks with every line they may have."""
    return st.builds(
        journeys.Task,
        names(),
        titles(),
        role=st.none() | names(),
        due=st.none() | durations(),
        script=st.none() | names(),
        asks=listed(st.builds(journeys.Ask, names(), types(), titles()), most=2),
        outcomes=listed(st.builds(journeys.Outcome, names(), st.none() | targets(), titles())),
    )


def _heading_lines() -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(journeys.ForSubject, names()),
        st.builds(journeys.UnderPolicy, names()),
        st.builds(journeys.Priority, st.integers(0, 100)),
        st.builds(journeys.EnterWhen, expressions()),
        st.builds(journeys.EnterOnlyAt, one_line()),
        st.builds(journeys.EnterAtMost, COUNTS, PERIODS | durations()),
        st.builds(journeys.RankBy, expressions()),
        st.builds(journeys.Reenter, durations()),
        st.builds(journeys.Holdout, shares()),
        st.builds(journeys.Goal, durations(), expressions()),
        st.builds(journeys.EndTitle, names(), titles().map(lambda title: title or "")),
    )


def _states() -> st.SearchStrategy[Node]:
    return st.builds(journeys.StateDecl, names(), titles(), listed(actions() | transitions()))


def _stages() -> st.SearchStrategy[Node]:
    return st.builds(journeys.StageDecl, names(), titles(), listed(_states() | transitions()))


def journey_declarations() -> st.SearchStrategy[Node]:
    """Journeys with headings, stages, states and transitions in any order."""
    items = st.one_of(_heading_lines(), transitions(), _states(), _stages())
    return st.builds(journeys.JourneyDecl, names(), titles(), listed(items, most=4))


def _acts() -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(scenarios.Happens, names(), pairs()),
        st.builds(scenarios.Change, listed(names(), 1, 2), expressions()),
        st.builds(scenarios.Reply, strings()),
        st.builds(scenarios.Finish, names(), names(), pairs()),
        st.builds(scenarios.Approve, names(), st.booleans()),
        st.builds(scenarios.Fail, names()),
        st.builds(scenarios.Receipt, names(), st.sampled_from(["delivered", "failed"])),
        st.builds(scenarios.Consent, st.none() | names(), st.none() | names(), st.booleans()),
    )


def _expectations() -> st.SearchStrategy[Node]:
    optional = st.none() | names()
    return st.one_of(
        st.builds(scenarios.ExpectSent, names(), optional, st.none() | strings(), st.booleans()),
        st.builds(scenarios.ExpectState, listed(names(), 1, 3)),
        st.builds(scenarios.ExpectEnded, names()),
        st.builds(scenarios.ExpectTask, names()),
        st.builds(scenarios.ExpectWaiting, names(), st.none() | strings()),
        st.builds(scenarios.ExpectGranted, names()),
        st.builds(scenarios.ExpectNothing),
        st.builds(scenarios.ExpectAtMost, COUNTS, durations()),
        st.builds(scenarios.ExpectFact, facts()),
    )


def _steps() -> st.SearchStrategy[Node]:
    who = st.none() | one_line()
    return st.one_of(
        st.builds(scenarios.Given, names(), st.none() | moments(), pairs(), who),
        st.builds(scenarios.From, moments()),
        st.builds(scenarios.At, moments(), _acts() | _expectations(), who),
        st.builds(scenarios.Until, moments(), _expectations(), who),
    )


def scenario_declarations() -> st.SearchStrategy[Node]:
    """Scenarios with every step."""
    return st.builds(scenarios.ScenarioDecl, one_line(), listed(_steps(), most=4))
