"""`make graph`: the picture of the state machine that README and the viewer show. `--check` only says if it is stale.

Graphviz draws it, which needs Node.js (`make graph` installs Graphviz as an npm package). The check needs neither: the
picture carries a digest of what was drawn.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

ROOT = Path(__file__).resolve().parent.parent
DEFINITION = ROOT / "statemachine" / "sync.asl.yaml"
PICTURE = ROOT / "layers" / "viewer" / "python" / "viewer" / "assets" / "state-machine.svg"
GRAPHVIZ = ROOT / ".local" / "tools" / "graphviz"
DRAW = """
import { instance } from "@viz-js/viz";
import { readFileSync } from "node:fs";
process.stdout.write((await instance()).renderString(readFileSync(0, "utf8"), { format: "svg" }));
"""
KINDS = {"Task": "task", "Choice": "choice", "Wait": "wait", "Succeed": "end", "Fail": "end"}
LOOKS = {"task": "", "choice": 'style="filled,dashed"', "wait": "", "end": "penwidth=2"}
CORNERS = {"task": "3", "choice": "14", "wait": "14", "end": "14", "frame": "6"}  # px
FRAME_INDENT = 8  # px
# Graphviz measures letters of Helvetica; the margin leaves room for wider ones.
STYLE = """
    bgcolor="white"; compound=true; newrank=true; nodesep=0.3; ranksep=0.34; labeljust=l; fontsize=12;
    color="#c3cad5"; fontcolor="#566072"; fontname="Helvetica";
    node [shape=box, style=filled, fillcolor="white", color="#7c8798", fontname="Helvetica", fontsize=13, height=0.4,
          margin="0.2,0.05"];
    edge [color="#7c8798", arrowsize=0.7];
"""
SVG = "http://www.w3.org/2000/svg"


def main() -> int:
    """Draw, or with --check compare; 1 if the picture is older than the definition."""
    source = dot_source(DEFINITION.read_text(encoding="utf-8"))
    if "--check" not in sys.argv:
        PICTURE.write_text(draw_picture(source), encoding="utf-8")
    elif not is_current(PICTURE.read_text(encoding="utf-8"), source):
        print(f"{PICTURE.relative_to(ROOT)} is older than {DEFINITION.relative_to(ROOT)}. Run `make graph`.")
        return 1
    return 0


def is_current(picture: str, source: str) -> bool:
    """Return whether the picture was drawn from this source."""
    return ElementTree.fromstring(picture).get("data-drawn-from") == _digest(source)  # noqa: S314 - our own file


def dot_source(definition: str) -> str:
    """Return a state machine in Graphviz' language: its states, and each transition once."""
    # ${StoresAtOnce} and the like are not YAML where a value is unquoted; a number stands in for each.
    machine = yaml.safe_load(re.sub(r"\$\{\w+}", "0", definition))
    return "digraph {" + STYLE + "".join(f"    {line}\n" for line in _machine(machine)) + "}\n"


def _machine(machine: Mapping[str, Any]) -> Iterator[str]:
    states = machine["States"]
    for name, state in states.items():
        if "ItemProcessor" in state:
            yield f'subgraph "cluster_{name}" {{ label="{name}"; class="frame"; margin=12;'
            yield from _machine(state["ItemProcessor"])
            yield "}"
        else:
            kind = KINDS[state["Type"]]
            yield f'"{name}" [class="{kind}" {LOOKS[kind]}];'
    for source, target, failing in list_transitions(states):
        yield _arrow(states, source, target, failing)


def list_transitions(states: Mapping[str, Any]) -> Iterable[tuple[str, str, bool]]:
    """Return each pair of states once, and whether only an error leads from one to the other.

    Every step of a store may fail the same way; one arrow, from the last of them, stands for all.
    """
    pairs = {(name, target): False for name, state in states.items() for target in _followers(state)}
    for target in dict.fromkeys(target for state in states.values() for target in _catches(state)):
        last = [name for name, state in states.items() if target in _catches(state)][-1]
        pairs.setdefault((last, target), True)
    return [(source, target, failing) for (source, target), failing in pairs.items()]


def _followers(state: Mapping[str, Any]) -> list[str]:
    choices = [choice["Next"] for choice in state.get("Choices", [])]
    return choices + [state[key] for key in ("Default", "Next") if key in state]


def _catches(state: Mapping[str, Any]) -> list[str]:
    return [catch["Next"] for catch in state.get("Catch", [])]


def _arrow(states: Mapping[str, Any], source: str, target: str, failing: bool) -> str:
    """Return an arrow; one that begins or ends at a map is cut off at the map's frame."""
    attributes = {"class": "failing", "color": "#a3211d", "style": "dashed"} if failing else {}
    if "ItemProcessor" in states[source]:
        attributes["ltail"], source = f"cluster_{source}", list(states[source]["ItemProcessor"]["States"])[-1]
    if "ItemProcessor" in states[target]:
        attributes["lhead"], target = f"cluster_{target}", states[target]["ItemProcessor"]["StartAt"]
    listed = ", ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f'"{source}" -> "{target}" [{listed}];'


def draw_picture(source: str) -> str:
    """Return the picture as SVG, each state as a group with its name as the title, its kind as a class, and a rect."""
    drawn = subprocess.run(
        ["node", "--input-type=module", "--eval", DRAW],  # noqa: S607 - wherever Node.js is
        cwd=GRAPHVIZ, input=source, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    ElementTree.register_namespace("", SVG)
    picture = ElementTree.fromstring(drawn)  # noqa: S314 - our own picture
    picture.attrib |= {name: picture.attrib[name].removesuffix("pt") for name in ("width", "height")}
    picture.attrib |= {"font-family": "system-ui, Helvetica, sans-serif", "data-drawn-from": _digest(source)}
    for group in picture.iter(f"{{{SVG}}}g"):
        del group.attrib["id"]
        kind = group.get("class", "").rpartition(" ")[2]
        for shape in list(group):
            for unused in ("font-family", "{http://www.w3.org/XML/1998/namespace}space"):
                shape.attrib.pop(unused, None)
            if shape.tag == f"{{{SVG}}}title" and kind not in LOOKS:
                group.remove(shape)
            elif kind in CORNERS and shape.tag == f"{{{SVG}}}polygon":
                _make_rect(shape, CORNERS[kind])
            elif kind == "frame" and shape.tag == f"{{{SVG}}}text":
                shape.attrib |= {"text-anchor": "start", "x": f"{float(group[0].get('x', 0)) + FRAME_INDENT:.2f}"}
    return ElementTree.tostring(picture, encoding="unicode") + "\n"


def _make_rect(polygon: ElementTree.Element, corner: str) -> None:
    points = [point.split(",") for point in polygon.attrib.pop("points").split()]
    (left, *_, right), (top, *_, bottom) = (sorted(float(point[axis]) for point in points) for axis in (0, 1))
    polygon.tag = f"{{{SVG}}}rect"
    sides = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    polygon.attrib |= {name: f"{side:.2f}" for name, side in sides.items()} | {"rx": corner}


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
