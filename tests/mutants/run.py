"""`make mutants`: break each guard once, see its test go red, and write docs/guarantees.md from what was seen.

Each mutant is a change to a copy of the project; its test must pass on the unchanged copy and fail on the changed one.
Exits with 1 if a mutant survives, a change no longer fits the code, or a test fails without any change.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUARANTEES = Path(__file__).with_name("guarantees.toml")
FRAME = Path(__file__).with_name("guarantees.md")
PAGE = ROOT / "docs" / "guarantees.md"
OUTCOMES = {0: "SURVIVED", 1: "red"}  # by pytest's exit code; 2 to 5 mean that the tests did not run
AT_ONCE = 2
SHOWN = 3000  # characters of a failing test's output


@dataclass(frozen=True)
class Mutant:
    """One change, and the test that must notice it."""

    line: int
    change: str
    file: str
    old: str
    new: str
    test: str

    def apply(self, folder: Path) -> bool:
        """Change the copy; return whether the change fits the code."""
        path = folder / self.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")
        return self.old in text


@dataclass(frozen=True)
class Guarantee:
    """A promise and its mutants."""

    line: int
    promise: str
    mutants: tuple[Mutant, ...]


def read_guarantees(path: Path = GUARANTEES) -> list[Guarantee]:
    """Return the promises in order."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["guarantees"]
    return [
        Guarantee(
            entry["line"], entry["promise"], tuple(Mutant(entry["line"], **mutant) for mutant in entry["mutants"])
        )
        for entry in entries
    ]


def main(wanted: Sequence[str]) -> int:
    """Try all mutants (or those of the lines named) and return the exit code; all of them write the page."""
    guarantees = [entry for entry in read_guarantees() if not wanted or str(entry.line) in wanted]
    mutants = [mutant for entry in guarantees for mutant in entry.mutants]
    if not _green_unchanged(sorted({mutant.test for mutant in mutants})):
        print("A test fails without any change to the code (above): mend it first.")
        return 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = dict(zip(mutants, pool.map(_try, mutants), strict=True))
    survivors = [mutant for mutant, outcome in outcomes.items() if outcome != "red"]
    for mutant in survivors:
        print(f"{outcomes[mutant]}: line {mutant.line}, {mutant.change} ({mutant.test})")
    print(f"{len(mutants) - len(survivors)} of {len(mutants)} mutants red")
    if not wanted and not survivors:
        PAGE.write_text(page(guarantees, FRAME.read_text(encoding="utf-8")), encoding="utf-8")
    return 1 if survivors else 0


def page(guarantees: Sequence[Guarantee], frame: str) -> str:
    """Return docs/guarantees.md: the frame's words around the table of what was tried."""
    lines = ["| line | promised | change to the code | test that went red |", "|---|---|---|---|"]
    for entry in guarantees:
        for number, mutant in enumerate(entry.mutants):
            promise = ("", "") if number else (str(entry.line), entry.promise)
            lines.append(f"| {promise[0]} | {promise[1]} | {mutant.change} | `{mutant.test.removeprefix('tests/')}` |")
    return frame.replace("{table}", "\n".join(lines))


def _green_unchanged(tests: list[str]) -> bool:
    """Return whether all tests pass; in the order of their names, as the engines of some folders exclude each other."""
    with tempfile.TemporaryDirectory(prefix="unchanged-") as folder:
        done = _run(_copied(Path(folder)), *tests)
    if done.returncode:
        print(done.stdout[-SHOWN:], done.stderr[-SHOWN:])
    return done.returncode == 0


def _try(mutant: Mutant) -> str:
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = _copied(Path(folder))
        if not mutant.apply(copy):
            outcome = "does not fit the code any more"
        else:
            outcome = OUTCOMES.get(_run(copy, mutant.test).returncode, "the test did not run")
    print(f"{outcome:>8}  {mutant.line:>2}  {mutant.change}", flush=True)
    return outcome


def _copied(folder: Path) -> Path:
    """Copy what git knows; what was installed is shared by links, as no test changes it."""
    folder.chmod(0o711)  # as root, Postgres runs as another user
    names = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True).splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    (folder / ".local").mkdir()
    for installed in ("layers", "lambda-image"):
        (folder / ".local" / installed).symlink_to(ROOT / ".local" / installed)
    return folder


def _run(folder: Path, *tests: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, text=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
