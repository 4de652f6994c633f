"""`make setup` alone makes every command work: their modules import nothing that only tests install."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support.project import ROOT

# Packages of our own, and what Lambda's image and the workers have that no command imports.
OURS = {"local", "eval", *(path.name for path in ROOT.glob("layers/*/python/*"))}
INSIDE_A_WORKER = {ROOT / "local" / "engine" / "worker_main.py"}
# Each says itself what it needs: `make eval`, and the masking's README.
OWN_SETUP = {ROOT / "eval" / "report.py", ROOT / "eval" / "libraries.py"}
# `sys.path` gets this folder in local/commands/mask.py and in eval/__main__.py.
LABELLING = ROOT / ".local" / "layers" / "classifier"


def installed_modules() -> set[str]:
    """Return what local/requirements.txt installs, by the names under which it is imported."""
    locked = re.findall(r"^([\w.-]+)(?:\[[^]]*])?==", (ROOT / "local" / "requirements.txt").read_text(), re.M)
    names = {_normal(name) for name in locked}
    return {module for module, owners in packages_distributions().items() if names & {_normal(own) for own in owners}}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported_modules(file: Path) -> Iterator[str]:
    """Yield the outermost names of what a module imports, except for its types alone."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for_types = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    skipped = {id(inner) for node in for_types for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def missing(files: list[Path], there: set[str]) -> dict[str, set[str]]:
    known = there | OURS | set(sys.stdlib_module_names)
    lacking = {str(file.relative_to(ROOT)): set(imported_modules(file)) - known for file in files}
    return {file: modules for file, modules in lacking.items() if modules}


def modules_of(folder: str, without: set[Path]) -> list[Path]:
    return [file for file in sorted((ROOT / folder).rglob("*.py")) if file not in without]


@pytest.mark.parametrize("folder", ["local", *(f"layers/{name}" for name in ("chatsync", "wildberries", "database"))])
def test_a_command_needs_nothing_but_its_own_requirements(folder: str) -> None:
    assert missing(modules_of(folder, INSIDE_A_WORKER), installed_modules()) == {}


def test_what_only_reads_needs_nothing_more() -> None:
    assert missing(modules_of("layers/reading", set()), installed_modules()) == {}


@pytest.mark.parametrize("folder", ["eval", "layers/classifier"])
def test_labels_and_masking_need_their_layer_beside_it(folder: str) -> None:
    beside = {path.name.partition(".")[0] for path in LABELLING.iterdir()}
    assert missing(modules_of(folder, OWN_SETUP), installed_modules() | beside) == {}
