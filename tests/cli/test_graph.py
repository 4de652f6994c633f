"""The diagram in the README: every state and every way between two, and a check that sees when it is stale."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import cli
from local.mermaid import diagram
from local.paths import STATE_MACHINE

TOY = """
StartAt: Look
States:
  Look: {Type: Task, Next: "Enough?", Catch: [{ErrorEquals: [States.ALL], Next: Give up}]}
  Enough?:
    Type: Choice
    Choices:
      - {Variable: $.a.left, NumericGreaterThan: 0, Next: Pause}
      - And: [{Variable: $.a.done, BooleanEquals: true}, {Variable: $.a.kind, StringEquals: full}]
        Next: Each
    Default: Give up
  Pause: {Type: Wait, Seconds: "${PauseSeconds}", Next: Look}
  Each:
    Type: Map
    ItemProcessor: {ProcessorConfig: {Mode: INLINE}, StartAt: Save, States: {Save: {Type: Task, End: true}}}
    End: true
  Give up: {Type: Fail}
"""
DRAWN = """\
flowchart TD
    Look["Look"]
    Enough{"Enough?"}
    Pause(["Pause"])
    subgraph Each["Each (inline map)"]
        Save["Save"]
    end
    Give_up(("Give up"))
    Look --> Enough
    Enough -->|"left > 0"| Pause
    Enough -->|"done and kind = full"| Each
    Enough -->|"else"| Give_up
    Pause --> Look
    errors_to_Give_up>"an error of Look"] -.-> Give_up
"""
MARKED = "# Title\n<!-- graph: written by make graph -->\n{}<!-- /graph -->\nrest\n"


def ways(machine: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Return each state with each state that may follow it, in all levels."""
    for name, state in machine["States"].items():
        for choice in (state, *state.get("Choices", [])):
            yield from ((name, choice[key]) for key in ("Next", "Default") if key in choice)
        if "ItemProcessor" in state:
            yield from ways(state["ItemProcessor"])


def test_a_small_machine_is_drawn_whole() -> None:
    assert diagram(TOY) == DRAWN


def test_every_way_of_the_real_machine_is_in_its_diagram() -> None:
    definition = STATE_MACHINE.read_text(encoding="utf-8")
    drawn = diagram(definition)
    edges = {tuple(line.strip().replace("-->|", "--> |").split(" ")) for line in drawn.splitlines() if "-->" in line}
    ends = {(edge[0], edge[-1]) for edge in edges}
    expected = {tuple(state.rstrip("?").replace(" ", "_") for state in way) for way in ways(yaml.safe_load(definition))}
    assert ends == expected


def test_writing_makes_a_stale_diagram_fresh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(MARKED.format("old\n"), encoding="utf-8")
    assert cli.main(["graph", "--check", str(readme)]) == 1
    assert "Run `make graph`" in capsys.readouterr().err
    assert readme.read_text(encoding="utf-8") == MARKED.format("old\n")
    assert cli.main(["graph", str(readme)]) == 0
    assert cli.main(["graph", "--check", str(readme)]) == 0
    written = readme.read_text(encoding="utf-8")
    assert written.startswith("# Title\n")
    assert written.endswith("<!-- /graph -->\nrest\n")
    assert "```mermaid\nflowchart TD\n" in written


@pytest.mark.parametrize("content", [None, "no markers", "<!-- /graph --><!-- graph: written by make graph -->"])
def test_a_file_without_the_markers_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    readme = tmp_path / "README.md"
    if content is not None:
        readme.write_text(content, encoding="utf-8")
    assert cli.main(["graph", str(readme)]) == 2
    assert str(readme) in capsys.readouterr().err
