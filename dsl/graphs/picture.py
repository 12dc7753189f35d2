"""A journey as nodes, clusters and edges, before any format. Knows the model, not how pictures are written.

Transitions of a stage start at its cluster; where they lead into the stage itself, and for those of the
journey, they start at a node that stands for every state of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from unicodedata import category

from dsl.model.conditions import Cond
from dsl.model.journeys import (
    Action,
    After,
    At,
    Begin,
    Emit,
    Grant,
    Journey,
    NotGranted,
    On,
    Otherwise,
    Send,
    SetAttribute,
    Split,
    Stage,
    State,
    Tag,
    Target,
    Task,
    TaskDone,
    ToState,
    Transition,
    When,
)
from dsl.printing.layout import columns
from dsl.source import NOWHERE
from dsl.units import Clock

Kind = Literal["start", "state", "anywhere", "end"]
LABEL = 30  # columns of a line of an edge's label
LINES = 4  # of an edge's label, for one transition


@dataclass(frozen=True, slots=True)
class Node:
    """`notes` says what a state does on entry. `cluster` None: outside of every stage."""

    id: str
    kind: Kind
    label: str
    title: str = ""
    notes: tuple[str, ...] = ()
    cluster: str | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """A stage."""

    id: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Edge:
    """From a node, or from a whole cluster, to a node; `lines` tells all transitions between the two."""

    tail: str
    head: str
    lines: tuple[str, ...]
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything a format draws; texts hold no control characters."""

    label: str
    title: str
    nodes: tuple[Node, ...]
    clusters: tuple[Cluster, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way out: of a state, of all states of a stage (no `state`), or of all states (neither)."""

    state: str | None
    stage: str | None
    target: Target
    words: str


def picture(journey: Journey) -> Picture:
    """What a picture of the journey shows, in the order of the rules."""
    ways = tuple(dict.fromkeys(_ways(journey)))
    tails = {way: _tail(journey, way) for way in ways}
    nodes = [Node("the start", "start", "")]
    nodes += _anywheres(node for node, _ in tails.values())
    nodes += [_node(journey, state) for state in journey.states]
    ends = dict.fromkeys(way.target.outcome for way in ways if not isinstance(way.target, ToState))
    nodes += [Node(f"end {outcome}", "end", _clean(outcome)) for outcome in ends]
    inhabited = {state.stage for state in journey.states}
    stages = (stage for stage in journey.stages if stage.name in inhabited)
    clusters = tuple(Cluster(stage.name, _clean(stage.name), _title(stage)) for stage in stages)
    first = Edge("the start", journey.states[0].name, ())
    edges = (first, *_merged((node.id, cluster, way) for way, (node, cluster) in tails.items()))
    return Picture(_clean(journey.name), _title(journey), tuple(nodes), clusters, edges)


def _ways(journey: Journey) -> Iterator[_Way]:
    for state in journey.states:
        for transition in state.transitions:
            owner = state.name if transition.scope == "state" else None
            stage = None if transition.scope == "journey" else state.stage
            yield _Way(owner, stage, transition.target, _words(transition))


def _tail(journey: Journey, way: _Way) -> tuple[Node, str | None]:
    """The node where the edge of a way starts, and the cluster when it starts at its border."""
    if way.state is not None:
        return _node(journey, journey.state(way.state)), None
    if way.stage is None:
        return Node("any state", "anywhere", "any state"), None
    if isinstance(way.target, ToState) and journey.state(way.target.state).stage == way.stage:
        return Node(f"any state of {way.stage}", "anywhere", "any state", cluster=way.stage), None
    last = next(state for state in reversed(journey.states) if state.stage == way.stage)
    return _node(journey, last), way.stage


def _anywheres(tails: Iterable[Node]) -> tuple[Node, ...]:
    return tuple(dict.fromkeys(node for node in tails if node.kind == "anywhere"))


def _node(journey: Journey, state: State) -> Node:
    label = state.name if state.stage is None else state.name.removeprefix(f"{state.stage}.")
    notes = tuple(_clean(_note(action)) for action in state.actions)
    title = "" if state.title == label else _clean(state.title)
    first = state is journey.states[0]
    return Node(state.name, "state", _clean(label), title, notes, state.stage, first)


def _title(thing: Journey | Stage) -> str:
    return "" if thing.title == thing.name else _clean(thing.title)


def _merged(starts: Iterable[tuple[str, str | None, _Way]]) -> Iterator[Edge]:
    lines: dict[tuple[str, str, str | None], list[str]] = {}
    for node, cluster, way in starts:
        head = way.target.state if isinstance(way.target, ToState) else f"end {way.target.outcome}"
        lines.setdefault((node, head, cluster), []).extend(_wrapped(way.words))
    return (Edge(tail, head, tuple(words), cluster) for (tail, head, cluster), words in lines.items())


def _note(action: Action) -> str:
    match action:
        case Send():
            text = f"send {action.message}"
        case Task():
            text = f"task {action.task}"
        case Grant():
            text = f"grant {action.benefit}"
        case SetAttribute():
            text = f"set {action.attribute}"
        case Tag():
            text = f"{'untag' if action.remove else 'tag'} {action.tag}"
        case Emit():
            text = f"emit {action.event}"
        case Begin():
            text = f"begin {action.journey}"
        case _:
            raise TypeError(action)
    return text


def _words(transition: Transition) -> str:
    match transition:
        case On():
            text = f"on {transition.event}{_where(transition.where)}"
        case TaskDone():
            text = f"{transition.task}: {transition.outcome}"
        case NotGranted():
            text = f"{transition.benefit}: else"
        case When():
            text = f"when{_source(transition.condition)}"
        case After():
            since = "" if transition.since == "state" else f" in {transition.since}"
            text = f"after {transition.duration}{since}{_clock(transition.clock)}"
        case At():
            text = f"at{_source(transition.moment)}{_clock(transition.clock)}"
        case Split():
            text = f"{(transition.high - transition.low) / 10_000:g}%"
        case Otherwise():
            text = "otherwise"
        case _:
            raise TypeError(transition)
    return text


def _where(condition: Cond | None) -> str:
    words = _source(condition)
    return words and (f" where{words}" if words.startswith(" (") else f" where ({words.strip()})")


def _source(condition: Cond | None) -> str:
    """The words of a condition as they stand in its file."""
    if condition is None or condition.span.source is NOWHERE.source:
        return ""
    return f" {condition.span.text}"


def _clock(clock: Clock | None) -> str:
    return "" if clock is None else f" at {clock}"


def _wrapped(words: str) -> list[str]:
    """The words on as few lines as they need, the lines about equally long."""
    text = _clean(words).split(" ")
    lines = _filled(text, LABEL)
    narrower = next(
        (width for width in range(LABEL // 2, LABEL) if len(_filled(text, width)) == len(lines)), LABEL
    )
    short = [_shortened(line) for line in _filled(text, narrower)]
    return short if len(short) <= LINES else [*short[: LINES - 1], f"{short[LINES - 1]} …"]


def _filled(words: list[str], width: int) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1] and columns(f"{lines[-1]} {word}") > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _shortened(line: str) -> str:
    while columns(line) > 2 * LABEL:
        line = f"{line[:-2]}…"
    return line


def _clean(text: str) -> str:
    """Without control characters and those that turn the direction of text; one space between words."""
    return " ".join(
        "".join(" " if category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else one for one in text).split()
    )
