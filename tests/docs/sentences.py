"""Every sentence an owner can meet in sync_logs, in a state or in quarantine, read from the code itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

from chatsync import errors
from tests.support.project import ROOT

SOURCES = ("layers", "functions")
GAP = "…"  # stands for whatever a sentence fills in
OWN = {kind.__name__ for kind in errors.ChatSyncError.__subclasses__()} | {"EventUnstorableError", "MomentInvalidError"}
CONSTANTS = {"REFUSALS", "LABEL_STOPS", "UNEXPECTED_FAILURES", "ABANDONED", "SKIPPED", "INTERRUPTED", "usual"}


def sentences() -> set[str]:
    """Return the sentences, with a gap where each fills something in."""
    files = [file for folder in SOURCES for file in (ROOT / folder).rglob("*.py")]
    return {said for file in [*files, ROOT / "local" / "sync" / "execution.py"] for said in _of_file(file)}


def _of_file(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    known = {**_constants(tree), "HOW_TO_REPLACE": _how_to_replace()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in OWN and node.args:
            yield from _texts(node.args[0], known)
        if isinstance(node, ast.Return) and file.name == "errors.py":
            yield from _texts(node.value, known)
        if isinstance(node, ast.Assign) and _name(node.targets[0]) in CONSTANTS:
            yield from _texts(node.value, known)


def _texts(node: ast.expr | None, known: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Dict):
        for value in node.values:
            yield from _texts(value, known)
    elif isinstance(node, ast.Tuple):
        yield from _texts(node.elts[-1], known)
    elif isinstance(node, ast.Name) and node.id in known:
        yield known[node.id]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(_part(part, known) for part in node.values)


def _part(part: ast.expr, known: dict[str, str]) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    return known.get(_name(part.value), GAP)


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        _name(node.targets[0]): node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def _how_to_replace() -> str:
    from wildberries.token import HOW_TO_REPLACE  # noqa: PLC0415 - named where it is used

    return HOW_TO_REPLACE


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
