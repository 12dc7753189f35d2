"""Drawing a picture as SVG: sizes of texts, boxes, curves, colours. Knows no rules, and no places."""

from collections.abc import Iterable
from unicodedata import east_asian_width
from xml.etree import ElementTree as ET

from dsl.graphs.layout import Area, Point, Route, Size, Sizes, arranged
from dsl.graphs.picture import Cluster, Edge, Node, Picture

FONT = (
    "'Noto Sans CJK SC', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Helvetica Neue', Arial, sans-serif"
)
MARGIN = 20  # points around everything
TITLE, NAME, SMALL = 17, 13, 11  # sizes of letters
LINE = 1.4  # of the size of letters
INK, GREY, PALE, ACCENT = "#1e293b", "#64748b", "#f1f5f9", "#2563eb"
EDGE, FRAME, BOX = "#94a3b8", "#cbd5e1", "#ffffff"

Line = tuple[str, int, str]
"""A text, the size of its letters, its colour."""


def drawn(shown: Picture) -> str:
    """The SVG document of a picture."""
    layout = arranged(shown, _sizes(shown))
    head = [(shown.label, TITLE, INK), *([(shown.title, NAME, GREY)] if shown.title else [])]
    above = _size(head)[1] + MARGIN
    width = max(layout.size[0], _size(head)[0]) + 2 * MARGIN
    root = _document(shown, width, layout.size[1] + above + 2 * MARGIN)
    _texts(root, head, (MARGIN, MARGIN), "start")
    shift = f"translate({_n((width - layout.size[0]) / 2)} {_n(above + MARGIN)})"
    body = ET.SubElement(root, "g", transform=shift)
    for cluster in shown.clusters:
        _rectangle(body, layout.clusters[cluster.id], {"rx": "12", "fill": PALE, "stroke": FRAME})
    for route in layout.routes:
        _curve(body, route)
    for node in shown.nodes:
        _node(body, node, layout.nodes[node.id])
    for edge, route in zip(shown.edges, layout.routes, strict=True):
        _label(body, edge, route)
    for cluster in shown.clusters:
        area = layout.clusters[cluster.id]
        _texts(body, _head(cluster), (area.x + 14, area.y + 8), "start", halo=PALE)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _sizes(shown: Picture) -> Sizes:
    nodes = {node.id: _node_size(node) for node in shown.nodes}
    heads = {cluster.id: _size(_head(cluster)) for cluster in shown.clusters}
    labels = tuple(_padded(_size(_words(edge)), 8, 2) if edge.lines else None for edge in shown.edges)
    return Sizes(nodes, heads, labels)


def _node_size(node: Node) -> Size:
    if node.kind == "start":
        return 14, 14
    return _padded(_size(_lines(node)), 28, 16)


def _padded(size: Size, width: float, height: float) -> Size:
    return size[0] + width, size[1] + height


def _head(cluster: Cluster) -> list[Line]:
    return [(f"{cluster.label}  {cluster.title}".strip(), SMALL + 1, GREY)]


def _words(edge: Edge) -> list[Line]:
    return [(line, SMALL, INK) for line in edge.lines]


def _lines(node: Node) -> list[Line]:
    ink = {"end": BOX, "anywhere": GREY}.get(node.kind, INK)
    title = [(node.title, SMALL, BOX if node.kind == "end" else GREY)] if node.title else []
    return [(node.label, NAME, ink), *title, *((note, SMALL, ACCENT) for note in node.notes)]


def _size(lines: Iterable[Line]) -> Size:
    kept = list(lines)
    width = max((_width(text) * size for text, size, _ in kept), default=0)
    return width / 100, sum(size for _, size, _ in kept) * LINE


def _width(text: str) -> int:
    """In hundredths of the size of letters; whole numbers, since Pythons differ in how they add up fractions."""
    return sum(map(_em, text))


def _em(character: str) -> int:
    if east_asian_width(character) in "WFA":
        return 100
    if character in "iIl.,:;'|!jtfr()[] ":
        return 36
    return 90 if character in "mwMW@%" else 62


def _document(shown: Picture, width: float, height: float) -> ET.Element:
    box = f"0 0 {_n(width)} {_n(height)}"
    marks = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": box, "width": _n(width), "height": _n(height)}
    root = ET.Element("svg", {**marks, "role": "img", "font-family": FONT})
    ET.SubElement(root, "title").text = f"{shown.label} {shown.title}".strip()
    ET.SubElement(root, "rect", width="100%", height="100%", fill="#ffffff")
    return root


def _node(parent: ET.Element, node: Node, area: Area) -> None:
    round_end = _n(area.height / 2)
    look = {
        "start": {"rx": round_end, "fill": INK},
        "end": {"rx": round_end, "fill": INK},
        "anywhere": {"rx": round_end, "fill": BOX, "stroke": EDGE, "stroke-dasharray": "4 3"},
    }.get(node.kind, {"rx": "8", "fill": BOX, "stroke": ACCENT if node.first else EDGE})
    _rectangle(parent, area, {**look, "stroke-width": "2" if node.first else "1.2"})
    if node.kind != "start":
        lines = _lines(node)
        top = area.y + (area.height - _size(lines)[1]) / 2
        _texts(parent, lines, (area.x + area.width / 2, top), "middle")


def _rectangle(parent: ET.Element, area: Area, look: dict[str, str]) -> None:
    place = {"x": _n(area.x), "y": _n(area.y), "width": _n(area.width), "height": _n(area.height)}
    ET.SubElement(parent, "rect", {**place, **look})


def _curve(parent: ET.Element, route: Route) -> None:
    path = "".join(_path(points) for points in route.curves)
    ET.SubElement(parent, "path", {"d": path, "fill": "none", "stroke": EDGE, "stroke-width": "1.4"})
    _arrow(parent, route)


def _path(points: tuple[Point, ...]) -> str:
    (x, y), *rest = points
    return f"M{_n(x)} {_n(y)}C" + " ".join(f"{_n(px)} {_n(py)}" for px, py in rest)


def _arrow(parent: ET.Element, route: Route) -> None:
    (x, y), (tip_x, tip_y) = route.curves[-1][-1], route.tip
    side_x, side_y = (y - tip_y) * 0.4, (tip_x - x) * 0.4
    corners = ((tip_x, tip_y), (x + side_x, y + side_y), (x - side_x, y - side_y))
    ET.SubElement(parent, "polygon", points=" ".join(f"{_n(px)},{_n(py)}" for px, py in corners), fill=EDGE)


def _label(parent: ET.Element, edge: Edge, route: Route) -> None:
    if route.label is None:
        return
    lines = _words(edge)
    x, y = route.label
    _texts(parent, lines, (x, y - _size(lines)[1] / 2), "middle")


def _texts(parent: ET.Element, lines: Iterable[Line], place: Point, anchor: str, halo: str = "") -> None:
    """Lines below each other from `place` on; `halo` is the colour around the letters."""
    x, y = place
    for text, size, ink in lines:
        marks = {
            "x": _n(x),
            "y": _n(y + size * 1.1),
            "font-size": _n(size),
            "fill": ink,
            "text-anchor": anchor,
        }
        if size >= NAME:
            marks["font-weight"] = "600"
        if halo:
            edge = {"stroke": halo, "stroke-width": "4", "stroke-linejoin": "round"}
            ET.SubElement(parent, "text", {**marks, **edge}).text = text
        ET.SubElement(parent, "text", marks).text = text
        y += size * LINE


def _n(number: float) -> str:
    return f"{round(number, 1):g}"
