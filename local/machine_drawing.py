"""The state machine laid out as a picture: where each state stands, and which way each transition goes.

States stand in layers, each below those it follows; a map's own machine stands inside a frame. What leads over several
layers is led around the states between by way points, and what leads back runs the same way upwards.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import yaml

from local.mermaid import catches, transitions

NODE_HEIGHT, LETTER, NODE_PADDING = 32, 7.4, 24
LAYER_GAP, NODE_GAP, WAY_WIDTH = 34, 22, 14
FRAME_PADDING, FRAME_TITLE = 16, 26
SWEEPS = 6
MARGIN = 8
HEAD = 4.5
KINDS = {"Task": "task", "Choice": "choice", "Wait": "wait", "Succeed": "end", "Fail": "end"}


@dataclass(frozen=True)
class Node:
    """A state; its upper left corner and size."""

    name: str
    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Edge:
    """A transition as an SVG path, with its arrow's head; `failing` where an error leads there."""

    path: str
    head: str
    failing: bool


@dataclass
class Drawing:
    """A machine's picture; `groups` are the frames of maps."""

    width: float = 0
    height: float = 0
    nodes: list[Node] = field(default_factory=list)
    groups: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


@dataclass
class _Box:
    """What stands in a layer: a state, a map with its own drawing, or a way point of an edge."""

    width: float
    height: float
    name: str = ""
    kind: str = "way"
    inner: Drawing | None = None
    x: float = 0
    y: float = 0

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def draw(definition: str) -> dict[str, Any]:
    """Return the drawing of a definition in YAML, as plain data."""
    machine = yaml.safe_load(re.sub(r"\$\{\w+}", "0", definition))  # as in local.mermaid
    drawing = Drawing()
    inner = _machine(machine)
    _place(drawing, inner, MARGIN, MARGIN)
    drawing.width, drawing.height = inner.width + 2 * MARGIN, inner.height + 2 * MARGIN
    return asdict(drawing)


def state_names(definition: str) -> set[str]:
    """Return the names of all states drawn."""
    return {node["name"] for node in draw(definition)["nodes"]}


def _machine(machine: Mapping[str, Any]) -> Drawing:
    states = machine["States"]
    boxes = {name: _box(name, state) for name, state in states.items()}
    edges = list(_edges(states))
    layers = _layers(machine["StartAt"], boxes, edges)
    ways, below = _with_ways(layers, boxes, edges)
    rows = _rows(layers, ways)
    _untangle(rows, below)
    _set_places(rows, boxes | ways, below)
    return _drawn(boxes, ways, edges, below)


def _box(name: str, state: Mapping[str, Any]) -> _Box:
    if "ItemProcessor" not in state:
        return _Box(len(name) * LETTER + NODE_PADDING + 20, NODE_HEIGHT, name, KINDS.get(state["Type"], "task"))
    inner = _machine(state["ItemProcessor"])
    width, height = inner.width + 2 * FRAME_PADDING, inner.height + FRAME_PADDING + FRAME_TITLE
    return _Box(width, height, name, "map", inner)


def _edges(states: Mapping[str, Any]) -> Iterable[tuple[str, str, bool]]:
    """Yield each pair of states once, and whether only an error leads from one to the other.

    Every step of a store may fail the same way; one arrow, from the last of them, stands for all.
    """
    pairs: dict[tuple[str, str], bool] = {}
    for name, state in states.items():
        for _, target in transitions(state):
            pairs[name, target] = False
    for target in dict.fromkeys(target for state in states.values() for target in catches(state)):
        last = [name for name, state in states.items() if target in catches(state)][-1]
        pairs.setdefault((last, target), True)
    return [(source, target, failing) for (source, target), failing in pairs.items()]


def _layers(start: str, boxes: Mapping[str, _Box], edges: list[tuple[str, str, bool]]) -> dict[str, int]:
    """Return each state's layer: one below the lowest state that leads to it without going back."""
    followers: dict[str, list[str]] = {name: [] for name in boxes}
    for source, target, _ in edges:
        followers[source].append(target)
    order: list[str] = []
    going_back: set[tuple[str, str]] = set()
    seen: dict[str, bool] = {}

    def visit(name: str) -> None:
        seen[name] = True
        for target in followers[name]:
            if seen.get(target):
                going_back.add((name, target))
            elif target not in seen:
                visit(target)
        seen[name] = False
        order.append(name)

    for name in (start, *boxes):
        if name not in seen:
            visit(name)
    layers = dict.fromkeys(boxes, 0)
    for name in reversed(order):
        for target in followers[name]:
            if (name, target) not in going_back:
                layers[target] = max(layers[target], layers[name] + 1)
    return layers


def _with_ways(
    layers: dict[str, int], boxes: Mapping[str, _Box], edges: list[tuple[str, str, bool]]
) -> tuple[dict[str, _Box], dict[str, list[str]]]:
    """Return the way points of edges over several layers, and what lies below what; both know `layers` grow."""
    ways: dict[str, _Box] = {}
    below: dict[str, list[str]] = {name: [] for name in boxes}
    for source, target, _ in edges:
        upper, lower = sorted((source, target), key=lambda name: layers[name])
        at = upper
        for layer in range(layers[upper] + 1, layers[lower]):
            way = _way(source, target, layer)
            ways[way], layers[way], below[way] = _Box(WAY_WIDTH, 0), layer, []
            below[at].append(way)
            at = way
        below[at].append(lower)
    return ways, below


def _way(source: str, target: str, layer: int) -> str:
    return f"{source} -> {target} @{layer}"


def _rows(layers: Mapping[str, int], ways: Mapping[str, _Box]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(max(layers.values()) + 1)]
    for name, layer in layers.items():
        rows[layer].append(name)
    return rows


def _untangle(rows: list[list[str]], below: Mapping[str, list[str]]) -> None:
    """Order each row by the places of its neighbours, downwards and upwards in turn, so that few edges cross."""
    above: dict[str, list[str]] = {}
    for upper, lowers in below.items():
        for lower in lowers:
            above.setdefault(lower, []).append(upper)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        neighbours = above if downwards else below
        for row in rows[1:] if downwards else reversed(rows[:-1]):
            place = {name: index / max(1, len(each) - 1) for each in rows for index, name in enumerate(each)}
            row.sort(key=lambda name: _mean([place[near] for near in neighbours.get(name, [])], place[name]))


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _set_places(rows: list[list[str]], boxes: Mapping[str, _Box], below: Mapping[str, list[str]]) -> None:
    """Give every box its place: rows one below the other, each box near the middle of its neighbours."""
    near: dict[str, list[str]] = {name: list(lowers) for name, lowers in below.items()}
    for upper, lowers in below.items():
        for lower in lowers:
            near[lower].append(upper)
    y = 0.0
    for row in rows:
        height = max(boxes[name].height for name in row)
        x = 0.0
        for name in row:
            boxes[name].x, boxes[name].y = x, y + (height - boxes[name].height) / 2
            x += boxes[name].width + NODE_GAP
        y += height + LAYER_GAP
    for sweep in range(2 * SWEEPS):
        for row in rows if sweep % 2 else reversed(rows):
            _settle(
                [boxes[name] for name in row],
                [_mean([boxes[n].middle for n in near[name]], boxes[name].middle) for name in row],
            )
    left = min(box.x for box in boxes.values())
    for box in boxes.values():
        box.x -= left


def _settle(row: list[_Box], wishes: list[float]) -> None:
    """Move a row's boxes towards where they wish to be, keeping their order and distance: from both ends, the mean."""
    from_left: list[float] = []
    for box, wish in zip(row, wishes, strict=True):
        least = from_left[-1] + NODE_GAP if from_left else float("-inf")
        from_left.append(max(wish - box.width / 2, least) + box.width)
    from_right: list[float] = []
    for box, wish in zip(reversed(row), reversed(wishes), strict=True):
        most = from_right[-1] - NODE_GAP if from_right else float("inf")
        from_right.append(min(wish + box.width / 2, most) - box.width)
    for box, right_end, left_end in zip(row, from_left, reversed(from_right), strict=True):
        box.x = ((right_end - box.width) + left_end) / 2


def _drawn(
    boxes: Mapping[str, _Box],
    ways: Mapping[str, _Box],
    edges: list[tuple[str, str, bool]],
    below: Mapping[str, list[str]],
) -> Drawing:
    everything = [*boxes.values(), *ways.values()]
    drawing = Drawing(max(box.x + box.width for box in everything), max(box.y + box.height for box in everything))
    for box in boxes.values():
        if box.inner is None:
            drawing.nodes.append(Node(box.name, box.kind, box.x, box.y, box.width, box.height))
        else:
            drawing.groups.append(Node(box.name, box.kind, box.x, box.y, box.width, box.height))
            _place(drawing, box.inner, box.x + FRAME_PADDING, box.y + FRAME_TITLE)
    for source, target, failing in edges:
        between = [way for name, way in ways.items() if name.startswith(f"{source} -> {target} @")]
        drawing.edges.append(_edge(boxes[source], boxes[target], between, failing))
    return drawing


def _edge(source: _Box, target: _Box, between: list[_Box], failing: bool) -> Edge:
    down = source.y < target.y
    points = [(way.middle, way.y) for way in sorted(between, key=lambda way: way.y if down else -way.y)]
    first = (source.middle, source.y + source.height if down else source.y)
    last = (target.middle, target.y - 2 if down else target.y + target.height + 2)
    if not down and not between:  # a neighbour above: beside the arrow that leads down from it
        first, last = (first[0] + WAY_WIDTH, first[1]), (last[0] + WAY_WIDTH, last[1])
    path = f"M{first[0]:.1f} {first[1]:.1f}"
    for (x1, y1), (x2, y2) in zip([first, *points], [*points, last], strict=True):
        middle = (y1 + y2) / 2
        path += f" C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
    back = -HEAD * 1.6 if down else HEAD * 1.6
    x, y = last
    head = f"M{x:.1f} {y:.1f} L{x - HEAD:.1f} {y + back:.1f} L{x + HEAD:.1f} {y + back:.1f} Z"
    return Edge(path, head, failing)


def _place(drawing: Drawing, inner: Drawing, x: float, y: float) -> None:
    """Put a drawing into a larger one."""
    for kept, moved in ((drawing.nodes, inner.nodes), (drawing.groups, inner.groups)):
        kept += [Node(node.name, node.kind, node.x + x, node.y + y, node.width, node.height) for node in moved]
    drawing.edges += [Edge(_moved(edge.path, x, y), _moved(edge.head, x, y), edge.failing) for edge in inner.edges]


def _moved(path: str, x: float, y: float) -> str:
    def shift(pair: re.Match[str]) -> str:
        return f"{float(pair[1]) + x:.1f} {float(pair[2]) + y:.1f}"

    return re.sub(r"(-?[0-9.]+) (-?[0-9.]+)", shift, path)
