"""A journey as a picture: Mermaid, DOT, SVG. Knows the formats; what they show is `dsl.graphs.picture`."""

from collections.abc import Iterable, Iterator

from dsl.graphs.picture import Cluster, Edge, Node, Picture, picture
from dsl.graphs.svg import drawn
from dsl.model.journeys import Journey

_FONT = "Noto Sans CJK SC, Noto Sans, sans-serif"


def svg(journey: Journey) -> str:
    """The journey as an SVG document."""
    return drawn(picture(journey))


def mermaid(journey: Journey) -> str:
    """The journey as a Mermaid flowchart."""
    shown = picture(journey)
    ids = {node.id: f"n{number}" for number, node in enumerate(shown.nodes)}
    groups = {cluster.id: f"c{number}" for number, cluster in enumerate(shown.clusters)}
    return "".join(f"{line}\n" for line in _mermaid_lines(shown, ids, groups))


def _mermaid_lines(shown: Picture, ids: dict[str, str], groups: dict[str, str]) -> Iterator[str]:
    yield "flowchart TB"
    for cluster in (None, *shown.clusters):
        inside = [node for node in shown.nodes if node.cluster == (cluster.id if cluster else None)]
        indent = "  "
        if cluster is not None:
            yield f'  subgraph {groups[cluster.id]}["{_mermaid_text((cluster.label, cluster.title))}"]'
            indent = "    "
        yield from (f"{indent}{ids[node.id]}{_mermaid_shape(node)}" for node in inside)
        if cluster is not None:
            yield "  end"
    for edge in shown.edges:
        tail = ids[edge.tail] if edge.cluster is None else groups[edge.cluster]
        label = f'|"{_mermaid_text(edge.lines)}"|' if edge.lines else ""
        yield f"  {tail} -->{label} {ids[edge.head]}"
    yield from _mermaid_classes(shown, ids)


def _mermaid_shape(node: Node) -> str:
    text = _mermaid_text((node.label, node.title, *node.notes))
    match node.kind:
        case "start":
            return "(( ))"
        case "end":
            return f'(["{text}"])'
        case "anywhere":
            return f'{{{{"{text}"}}}}'
    return f'("{text}")'


def _mermaid_classes(shown: Picture, ids: dict[str, str]) -> Iterator[str]:
    yield "  classDef start fill:#334155,stroke:#334155"
    yield "  classDef first stroke:#2563eb,stroke-width:2px"
    yield "  classDef final fill:#334155,stroke:#334155,color:#ffffff"
    for node in shown.nodes:
        name = "first" if node.first else {"start": "start", "end": "final"}.get(node.kind)
        if name is not None:
            yield f"  class {ids[node.id]} {name}"


_MERMAID = str.maketrans(
    {'"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "|": "#124;"}
)


def _mermaid_text(lines: Iterable[str]) -> str:
    return "<br/>".join(line.translate(_MERMAID) for line in lines if line)


def dot(journey: Journey) -> str:
    """The journey in the DOT language of Graphviz."""
    return "".join(f"{line}\n" for line in _dot_lines(picture(journey)))


def _dot_lines(shown: Picture) -> Iterator[str]:
    yield f"digraph {_dot_text([shown.label])} {{"
    yield f"  graph [label={_dot_text([_joined(shown.label, shown.title)])}, labelloc=t, compound=true]"
    yield f'  graph [fontname="{_FONT}", fontsize=14, nodesep=0.4, style=rounded, color="#94a3b8"]'
    yield f'  node [fontname="{_FONT}", fontsize=12, shape=box, style="rounded", color="#64748b"]'
    yield f'  edge [fontname="{_FONT}", fontsize=10, color="#64748b"]'
    yield from (f"  {_dot_node(node)}" for node in shown.nodes if node.cluster is None)
    for cluster in shown.clusters:
        yield from _dot_cluster(cluster, [node for node in shown.nodes if node.cluster == cluster.id])
    yield from (f"  {_dot_edge(edge)}" for edge in shown.edges)
    yield "}"


def _dot_cluster(cluster: Cluster, nodes: Iterable[Node]) -> Iterator[str]:
    yield f"  subgraph {_dot_text([f'cluster_{cluster.id}'])} {{"
    yield f"    label={_dot_text([_joined(cluster.label, cluster.title)])}"
    yield from (f"    {_dot_node(node)}" for node in nodes)
    yield "  }"


def _dot_node(node: Node) -> str:
    text = _dot_text((node.label, node.title, *node.notes))
    look = {
        "start": 'shape=circle, width=0.2, style=filled, fillcolor="#334155"',
        "end": 'shape=box, style="rounded,filled", fillcolor="#334155", fontcolor=white',
        "anywhere": 'style="rounded,dashed"',
    }.get(node.kind, 'color="#2563eb", penwidth=2' if node.first else "")
    return f"{_dot_text([node.id])} [label={text}{', ' if look else ''}{look}]"


def _dot_edge(edge: Edge) -> str:
    marks = [f"label={_dot_text(edge.lines)}"] if edge.lines else []
    if edge.cluster is not None:
        marks.append(f"ltail={_dot_text([f'cluster_{edge.cluster}'])}")
    shown = f" [{', '.join(marks)}]" if marks else ""
    return f"{_dot_text([edge.tail])} -> {_dot_text([edge.head])}{shown}"


_DOT = str.maketrans({"\\": "\\\\", '"': '\\"'})


def _dot_text(lines: Iterable[str]) -> str:
    return '"' + "\\n".join(line.translate(_DOT) for line in lines if line) + '"'


def _joined(*parts: str) -> str:
    return "  ".join(part for part in parts if part)
