"""A journey as nodes, clusters and edges, before any format. Knows the model, not how pictures are written.

Transitions of a stage start at its cluster; where they lead into the stage itself, and for those of the
journey, they start at a node that stands for every state of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from dsl.graphs.ways import Way, clean, deed, ways
from dsl.model.journeys import Journey, Stage, State, ToState
from dsl.printing.layout import columns

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


def picture(journey: Journey) -> Picture:
    """What a picture of the journey shows, in the order of the rules."""
    found = ways(journey)
    tails = {way: _tail(journey, way) for way in found}
    nodes = [Node("the start", "start", "")]
    nodes += _anywheres(node for node, _ in tails.values())
    nodes += [_node(journey, state) for state in journey.states]
    ends = dict.fromkeys(way.target.outcome for way in found if not isinstance(way.target, ToState))
    nodes += [_end(journey, outcome) for outcome in ends]
    inhabited = {state.stage for state in journey.states}
    stages = (stage for stage in journey.stages if stage.name in inhabited)
    clusters = tuple(Cluster(stage.name, clean(stage.name), _title(stage)) for stage in stages)
    first = Edge("the start", journey.states[0].name, ())
    edges = (first, *_merged((node.id, cluster, way) for way, (node, cluster) in tails.items()))
    return Picture(clean(journey.name), _title(journey), tuple(nodes), clusters, edges)


def _tail(journey: Journey, way: Way) -> tuple[Node, str | None]:
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
    notes = tuple(clean(deed(action)) for action in state.actions)
    title = "" if state.title == label else clean(state.title)
    first = state is journey.states[0]
    return Node(state.name, "state", clean(label), title, notes, state.stage, first)


def _end(journey: Journey, outcome: str) -> Node:
    return Node(f"end {outcome}", "end", clean(outcome), clean(journey.ends.get(outcome, "")))


def _title(thing: Journey | Stage) -> str:
    return "" if thing.title == thing.name else clean(thing.title)


def _merged(starts: Iterable[tuple[str, str | None, Way]]) -> Iterator[Edge]:
    lines: dict[tuple[str, str, str | None], list[str]] = {}
    for node, cluster, way in starts:
        head = way.target.state if isinstance(way.target, ToState) else f"end {way.target.outcome}"
        lines.setdefault((node, head, cluster), []).extend(_wrapped(way.words))
    return (Edge(tail, head, tuple(words), cluster) for (tail, head, cluster), words in lines.items())


def _wrapped(words: str) -> list[str]:
    """The words on as few lines as they need, the lines about equally long."""
    text = clean(words).split(" ")
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
