"""The state machine's picture: every state and every way between two, and a check that sees when it is stale."""

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import yaml

from docs.graph import DEFINITION, PICTURE, dot_source, is_current, list_transitions
from tests.support.project import ROOT

TOY = """
StartAt: Look
States:
  Look: {Type: Task, Next: "Enough?", Catch: [{ErrorEquals: [States.ALL], Next: Give up}]}
  Enough?:
    Type: Choice
    Choices: [{Variable: $.a.left, NumericGreaterThan: 0, Next: Pause}, {Variable: $.a.done, Next: Each}]
    Default: Give up
  Pause: {Type: Wait, Seconds: "${PauseSeconds}", Next: Look}
  Each:
    Type: Map
    ItemProcessor: {StartAt: Save, States: {Save: {Type: Task, End: true}}}
    End: true
  Give up: {Type: Fail}
"""
SOURCE = DEFINITION.read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"


def machines(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield machine
    for state in machine["States"].values():
        if "ItemProcessor" in state:
            yield from machines(state["ItemProcessor"])


MACHINES = list(machines(yaml.safe_load(re.sub(r"\$\{\w+}", "0", SOURCE))))
STATES = {name: state for machine in MACHINES for name, state in machine["States"].items()}
DRAWN = ElementTree.fromstring(PICTURE.read_text(encoding="utf-8"))


def groups(kind: str) -> list[ElementTree.Element]:
    return [group for group in DRAWN.iter(f"{SVG}g") if group.get("class", "").startswith(kind)]


def test_a_small_machine_is_drawn_whole() -> None:
    drawn = dot_source(TOY)
    assert re.findall(r'^ +"([^"]+)" \[class="(\w+)"', drawn, re.M) == [
        ("Look", "task"),
        ("Enough?", "choice"),
        ("Pause", "wait"),
        ("Save", "task"),
        ("Give up", "end"),
    ]
    assert 'subgraph "cluster_Each" { label="Each";' in drawn
    arrows = re.findall(r'"([^"]+)" -> "([^"]+)" \[(.*)]', drawn)
    assert [(source, target) for source, target, _ in arrows] == [
        ("Look", "Enough?"),
        ("Enough?", "Pause"),
        ("Enough?", "Save"),
        ("Enough?", "Give up"),
        ("Pause", "Look"),
        ("Look", "Give up"),
    ]
    assert ['lhead="cluster_Each"' in how for *_, how in arrows].index(True) == 2
    assert ['class="failing"' in how for *_, how in arrows] == [False] * 5 + [True]


def test_every_transition_is_drawn_and_every_failure_once() -> None:
    followed, caught = set(), set()
    for name, state in STATES.items():
        for step in (state, *state.get("Choices", [])):
            followed |= {(name, step[key]) for key in ("Next", "Default") if key in step}
        # Where an error leads to the state that follows anyway, one line is drawn.
        caught |= {catch["Next"] for catch in state.get("Catch", []) if catch["Next"] != state.get("Next")}
    transitions = [each for machine in MACHINES for each in list_transitions(machine["States"])]
    assert {(source, target) for source, target, failing in transitions if not failing} == followed
    assert sorted(target for _, target, failing in transitions if failing) == sorted(caught)
    assert (len(groups("edge")), len(groups("edge failing"))) == (len(followed) + len(caught), len(caught))


def test_every_state_a_store_can_be_in_is_in_the_picture() -> None:
    titles = [group.findtext(f"{SVG}title") for group in groups("node")]
    assert sorted(map(str, titles)) == sorted(name for name, state in STATES.items() if "ItemProcessor" not in state)
    frames = [group.findtext(f"{SVG}text") for group in groups("cluster")]
    assert sorted(map(str, frames)) == sorted(name for name, state in STATES.items() if "ItemProcessor" in state)


def test_no_state_lies_on_another_and_all_lie_within_the_picture() -> None:
    _, _, width, height = map(float, DRAWN.get("viewBox", "").split())
    for x, y, box_width, box_height in map(box, DRAWN.iter(f"{SVG}rect")):
        assert 0 <= x <= x + box_width <= width
        assert -height <= y <= y + box_height <= 0  # Graphviz counts from the lower edge
    states = [box(rect) for group in groups("node") for rect in group.iter(f"{SVG}rect")]
    for (x1, y1, width1, height1), (x2, y2, width2, height2) in combinations(states, 2):
        beside = x1 + width1 <= x2 or x2 + width2 <= x1
        below = y1 + height1 <= y2 or y2 + height2 <= y1
        assert beside or below, (x1, y1, x2, y2)


def box(rect: ElementTree.Element) -> tuple[float, float, float, float]:
    x, y, width, height = (float(rect.get(side, 0)) for side in ("x", "y", "width", "height"))
    return x, y, width, height


def test_a_picture_older_than_the_definition_is_seen() -> None:
    picture = PICTURE.read_text(encoding="utf-8")
    assert is_current(picture, dot_source(SOURCE)), "run `make graph`"
    assert not is_current(picture, dot_source(SOURCE.replace("Next: Save history", "Next: Close run")))
    assert is_current(picture, dot_source(SOURCE.replace("SecondsPath: $.run.wait_seconds", "Seconds: 1")))


def test_the_picture_has_nothing_that_the_viewers_policy_forbids() -> None:
    assert not re.search("<style|<script|style=|href=", PICTURE.read_text(encoding="utf-8"))


def test_the_check_draws_nothing() -> None:
    checked = subprocess.run([sys.executable, ROOT / "docs" / "graph.py", "--check"], env={"PATH": ""}, check=False)
    assert checked.returncode == 0


def test_both_readmes_show_the_picture() -> None:
    for name in ("README.md", "README.ru.md"):
        assert f"]({PICTURE.relative_to(ROOT)})" in (ROOT / name).read_text(encoding="utf-8")
