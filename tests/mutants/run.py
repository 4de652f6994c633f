"""`make mutants`: break each guard once, see its test go red, and write docs/guarantees.md from what was seen.

Each mutant is a change to a copy of the project; its test must pass on the unchanged copy and fail on the changed one.
Exits with 1 if a mutant survives, a change no longer fits the code, or a test fails without any change.
"""

import compileall
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUARANTEES = Path(__file__).with_name("guarantees.toml")
FRAME = Path(__file__).with_name("guarantees.md")
PAGE = ROOT / "docs" / "guarantees.md"
OUTCOMES: dict[int | None, str] = {
    0: "SURVIVED",
    1: "red",
}  # by pytest's exit code; 2 to 5 mean that the tests did not run
AT_ONCE = 2
SHOWN = 3000  # characters of a failing test's output
NOT_RUN = 3  # pytest's exit code of an internal error
MOST_SECONDS = 600  # a change may make a test wait for ever
ENDS_WITHIN_SECONDS = 60
SEED = "1"  # of samples (tests/support/sampling.py): the same for each mutant and without any
# What the tests' processes begin with; nothing of the project, which each is to import as it is in its copy.
LIBRARIES = ["pytest", "hypothesis", "boto3", "moto.server", "moto.stepfunctions.models", "moto.s3.models", "openai"]
FORKED = multiprocessing.get_context("forkserver")


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
    with tempfile.TemporaryDirectory(prefix="unchanged-") as whole:
        _copy_known(Path(whole))
        if not _green_unchanged(Path(whole), sorted({mutant.test for mutant in mutants})):
            print("A test fails without any change to the code (above): mend it first.")
            return 1
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = dict(zip(mutants, pool.map(partial(_try, Path(whole)), mutants), strict=True))
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


def _green_unchanged(whole: Path, tests: list[str]) -> bool:
    """Return whether all tests pass; in the order of their names, as the engines of some folders exclude each other."""
    with _copy(whole) as folder:
        code, said = _run(folder, *tests)
    if code:
        print(said[-SHOWN:])
    return code == 0


def _try(whole: Path, mutant: Mutant) -> str:
    with _copy(whole) as folder:
        if not mutant.apply(folder):
            outcome = "does not fit the code any more"
        else:
            outcome = OUTCOMES.get(_run(folder, mutant.test)[0], "the test did not run")
    print(f"{outcome:>8}  {mutant.line:>2}  {mutant.change}", flush=True)
    return outcome


def _copy_known(folder: Path) -> None:
    """Copy what git knows, compiled so that a changed file is compiled anew; what was installed is shared by links."""
    listed = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True)
    for file in filter(lambda file: (ROOT / file).is_file(), listed.splitlines()):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, folder / file)
    (folder / ".local").mkdir()
    for installed in ("layers", "lambda-image"):
        (folder / ".local" / installed).symlink_to(ROOT / ".local" / installed)
    for compiled in ("functions", "layers", "local"):
        compileall.compile_dir(folder / compiled, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)


@contextmanager
def _copy(whole: Path) -> Iterator[Path]:
    """Copy the copy."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        folder = Path(name) / "project"
        shutil.copytree(whole, folder, symlinks=True)
        for closed in (folder.parent, folder):
            closed.chmod(0o711)  # as root, Postgres runs as another user
        yield folder


def _run(folder: Path, *tests: str) -> tuple[int | None, str]:
    """Return pytest's exit code and output, from a process forked from one that has imported what is not ours."""
    output = folder / ".local" / "pytest.log"
    process = FORKED.Process(target=_pytest, args=(folder, tests, output))
    process.start()
    process.join(MOST_SECONDS)
    if process.is_alive():
        os.kill(process.pid or 0, signal.SIGINT)  # so that its servers end too
        process.join(ENDS_WITHIN_SECONDS)
        process.kill()
        process.join()
    return process.exitcode, output.read_text(encoding="utf-8", errors="replace")


def _pytest(folder: Path, tests: Sequence[str], output: Path) -> None:
    """Run tests in a copy of the project, of which this process must not know anything yet."""
    with output.open("w", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    known = {name.partition(".")[0] for name in sys.modules}
    ours = {path.name for place in ("layers/*/python/*", "*") for path in folder.glob(place) if path.is_dir()}
    if known & ours:
        print(f"Imported before the change: {sorted(known & ours)}")
        os._exit(NOT_RUN)
    os.chdir(folder)
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "TEST_SEED": SEED}
    sys.dont_write_bytecode = True
    sys.path[:] = [str(folder), *(entry for entry in sys.path if not _is_ours(entry))]
    sys.exit(pytest.main(["-x", "-p", "no:cacheprovider", *tests]))


def _is_ours(entry: str) -> bool:
    """Return whether an entry of the import path leads to this project's own code, and not to a library."""
    path = Path(entry).resolve()
    return path.is_relative_to(ROOT) and "site-packages" not in path.parts


if __name__ == "__main__":
    FORKED.set_forkserver_preload(LIBRARIES)
    sys.exit(main(sys.argv[1:]))
