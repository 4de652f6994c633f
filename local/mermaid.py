"""The state machine file drawn as a Mermaid flowchart: its states, what follows what and when, where errors go."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

INDENT = "    "
SHAPES = {"Choice": ("{", "}"), "Wait": ("([", "])"), "Succeed": ("((", "))"), "Fail": ("((", "))")}
BOX = ("[", "]")
COMPARISONS = {"Equals": "=", "GreaterThan": ">", "LessThan": "<"}


def diagram(definition: str) -> str:
    """Return the flowchart of a definition in YAML, ending in a line break."""
    # ${StoresAtOnce} and its like are no YAML where a value is unquoted; a number stands in for each.
    machine = yaml.safe_load(re.sub(r"\$\{\w+}", "0", definition))
    return "flowchart TD\n" + "".join(f"{line}\n" for line in _machine(machine, 1))


def _machine(machine: Mapping[str, Any], depth: int) -> Iterator[str]:
    pad, states = INDENT * depth, machine["States"]
    for name, state in states.items():
        yield from _node(name, state, depth)
    for name, state in states.items():
        yield from (f"{pad}{_id(name)} -->{when}{_id(target)}" for when, target in transitions(state))
    for target in dict.fromkeys(target for state in states.values() for target in catches(state)):
        catching = [name for name, state in states.items() if target in catches(state)]
        source = f"errors_to_{_id(target)}"
        yield f'{pad}{source}>"an error of {_listing(catching, states)}"] -.-> {_id(target)}'


def _node(name: str, state: Mapping[str, Any], depth: int) -> Iterator[str]:
    pad = INDENT * depth
    if "ItemProcessor" not in state:
        left, right = SHAPES.get(state["Type"], BOX)
        yield f'{pad}{_id(name)}{left}"{name}"{right}'
        return
    mode = state["ItemProcessor"]["ProcessorConfig"]["Mode"].lower()
    yield f'{pad}subgraph {_id(name)}["{name} ({mode} map)"]'
    yield from _machine(state["ItemProcessor"], depth + 1)
    yield f"{pad}end"


def transitions(state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where a state leads, each with the condition as Mermaid writes it."""
    for choice in state.get("Choices", []):
        yield f'|"{_condition(choice)}"| ', choice["Next"]
    if "Default" in state:
        yield '|"else"| ', state["Default"]
    if "Next" in state:
        yield " ", state["Next"]


def _condition(choice: Mapping[str, Any]) -> str:
    if "And" in choice:
        return " and ".join(_condition(part) for part in choice["And"])
    comparison = next(key for key in choice if key not in {"Variable", "Next"})
    kind, operator = re.fullmatch(r"(String|Numeric|Boolean)(\w+)", comparison).groups()  # type: ignore[union-attr]
    variable, value = choice["Variable"].rpartition(".")[2], choice[comparison]
    if kind == "Boolean":
        return variable if value else f"not {variable}"
    return f"{variable} {COMPARISONS[operator]} {value}"


def catches(state: Mapping[str, Any]) -> list[str]:
    """Return where an error of a state leads."""
    return [catch["Next"] for catch in state.get("Catch", [])]


def _listing(names: list[str], states: Mapping[str, Any]) -> str:
    """Name the states, or all of them at once where every task and map of the level is among them."""
    working = [name for name, state in states.items() if state["Type"] in {"Task", "Map"}]
    return "a step here" if set(names) >= set(working) - {"Fail run"} else ", ".join(names)


def _id(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_")
