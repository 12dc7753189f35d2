"""Where the boxes and lines of a picture go: asks Graphviz, which a wheel brings. Knows sizes, not looks."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from dsl.graphs.picture import Picture

POINTS = 72  # an inch, the unit of Graphviz for sizes of nodes
TIMEOUT = 60  # seconds
PROGRAM = "graphviz-pure"

Point = tuple[float, float]
Size = tuple[float, float]


class LayoutUnavailableError(Exception):
    """The program that arranges pictures did not run: install `graphviz-pure`, or ask for another format."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle: its upper left corner and its size, in points, y downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Route:
    """Curves of cubic Bézier pieces, and a line to `tip`; `label` is the middle of the text between them."""

    curves: tuple[tuple[Point, ...], ...]
    tip: Point
    label: Point | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of nodes and clusters by id, and of edges in the order of the picture."""

    size: Size
    nodes: Mapping[str, Area]
    clusters: Mapping[str, Area]
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """What each thing needs, in points: nodes, the heads of clusters, the labels of edges in their order."""

    nodes: Mapping[str, Size]
    heads: Mapping[str, Size]
    labels: tuple[Size | None, ...]


def arranged(shown: Picture, sizes: Sizes) -> Layout:
    """The places of everything. Raises LayoutUnavailableError when the program cannot run."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    program = shutil.which(PROGRAM, path=beside)
    if program is None:
        raise LayoutUnavailableError(PROGRAM)
    command = [program, "-Kdot", "-Tjson0"]
    request = "\n".join(_request(shown, sizes)).encode()
    try:
        # Our own dependency, no shell; the request holds made-up names and numbers, no text of the rules.
        answer = subprocess.run(command, input=request, capture_output=True, check=True, timeout=TIMEOUT)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise LayoutUnavailableError(PROGRAM) from error
    return _layout(shown, orjson.loads(answer.stdout))


def _request(shown: Picture, sizes: Sizes) -> Iterator[str]:
    """The graph in DOT. A label is a node on the way of its edge, since clusters grow around nodes only."""
    ids = {node.id: f"n{number}" for number, node in enumerate(shown.nodes)}
    groups = {cluster.id: f"cluster_{number}" for number, cluster in enumerate(shown.clusters)}
    home = {node.id: node.cluster for node in shown.nodes}
    yield "digraph { graph [compound=true, nodesep=0.3, ranksep=0.25, labeljust=l]"
    yield 'node [shape=box, fixedsize=true, label=""] edge [arrowsize=0.8]'
    for cluster in shown.clusters:
        yield f"subgraph {groups[cluster.id]} {{ margin=14 label={_blank(sizes.heads[cluster.id])} }}"
    for node in shown.nodes:
        yield _inside(f"{ids[node.id]} {_extent(sizes.nodes[node.id])}", groups.get(node.cluster or ""))
    for number, (edge, size) in enumerate(zip(shown.edges, sizes.labels, strict=True)):
        leaving = "" if edge.cluster is None else f", ltail={groups[edge.cluster]}"
        tail, head = ids[edge.tail], ids[edge.head]
        if size is None:
            yield f"{tail} -> {head} [id={number}{leaving}]"
            continue
        shared = home[edge.tail] if edge.cluster is None and home[edge.tail] == home[edge.head] else None
        yield _inside(f"l{number} {_extent(size)}", groups.get(shared or ""))
        yield f"{tail} -> l{number} [id=l{number}, dir=none{leaving}] l{number} -> {head} [id={number}]"
    yield "}"


def _inside(statement: str, group: str | None) -> str:
    return statement if group is None else f"subgraph {group} {{ {statement} }}"


def _extent(size: Size) -> str:
    width, height = size
    return f"[width={width / POINTS:.3f}, height={height / POINTS:.3f}]"


def _blank(size: Size) -> str:
    width, height = size
    table = 'BORDER="0" CELLPADDING="0" CELLSPACING="0" FIXEDSIZE="TRUE"'
    return f'<<TABLE {table} WIDTH="{width:.0f}" HEIGHT="{height:.0f}"><TR><TD></TD></TR></TABLE>>'


def _layout(shown: Picture, answer: Mapping[str, Any]) -> Layout:
    _, _, width, height = _numbers(answer["bb"])
    things = {thing["name"]: thing for thing in answer.get("objects", ())}
    nodes = {node.id: _box(things[f"n{number}"], height) for number, node in enumerate(shown.nodes)}
    clusters = {
        cluster.id: _frame(things[f"cluster_{number}"]["bb"], height)
        for number, cluster in enumerate(shown.clusters)
    }
    edges = {edge["id"]: edge["pos"] for edge in answer.get("edges", ())}
    routes = tuple(
        _route(edges.get(f"l{number}"), edges[str(number)], things.get(f"l{number}"), height)
        for number, _ in enumerate(shown.edges)
    )
    return Layout((width, height), nodes, clusters, routes)


def _box(thing: Mapping[str, str], top: float) -> Area:
    x, y = _numbers(thing["pos"])
    width, height = float(thing["width"]) * POINTS, float(thing["height"]) * POINTS
    return Area(x - width / 2, top - y - height / 2, width, height)


def _frame(bounds: str, top: float) -> Area:
    left, bottom, right, upper = _numbers(bounds)
    return Area(left, top - upper, right - left, upper - bottom)


def _route(before: str | None, after: str, label: Mapping[str, str] | None, top: float) -> Route:
    tip, *last = (_point(pair.removeprefix("e,"), top) for pair in after.split(" "))
    first = () if before is None else (tuple(_point(pair, top) for pair in before.split(" ")),)
    return Route((*first, tuple(last)), tip, _point(label["pos"], top) if label else None)


def _point(text: str, top: float) -> Point:
    x, y = _numbers(text)
    return x, top - y


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]
