"""`make setup` repairs what an earlier one left half-made, and does nothing where all is there."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.project import ROOT

# Instead of pip, as the packages are not what is tested: notes what it should install, and fails where a test says so.
PIP = """#!/bin/sh
echo "$*" >> asked
if [ "$1" = --target ]; then mkdir -p "$2"; fi
if [ -e full ]; then kill -9 $PPID; exit 1; fi
"""
RUN, LAYER, IMAGE = "-r local/requirements.txt", "-r layers/classifier/requirements.txt", "-r local/lambda-image.txt"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What `make setup` reads, in a folder of its own."""
    for name in ("Makefile", "local/requirements.txt", "local/lambda-image.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for file in ROOT.glob("layers/*/requirements.txt"):
        (tmp_path / file.parent.relative_to(ROOT)).mkdir(parents=True)
        shutil.copy(file, tmp_path / file.relative_to(ROOT))
    (tmp_path / "pip").write_text(PIP)
    (tmp_path / "pip").chmod(0o755)
    return tmp_path


def setup(project: Path, exit_code: int = 0) -> str:
    """Run `make setup` and return what it asked pip for."""
    (project / "asked").write_text("")
    command = ["make", "setup", f"PYTHON={sys.executable}", "PIP=./pip"]
    done = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True, timeout=120)
    assert bool(done.returncode) == bool(exit_code), done.stderr
    return (project / "asked").read_text()


def python(project: Path, code: str) -> int:
    return subprocess.run([project / ".venv" / "bin" / "python", "-c", code], check=False).returncode


def test_a_second_one_installs_nothing_and_a_changed_list_does(project: Path) -> None:
    first = setup(project)
    assert [words for words in (RUN, LAYER, IMAGE) if words not in first] == []
    assert setup(project) == ""
    (project / "local" / "lambda-image.txt").touch()
    assert IMAGE in setup(project)


@pytest.mark.parametrize("broken", ["without pip", "dangling", "failing", "gone"])
def test_an_environment_that_cannot_be_used_is_made_anew(project: Path, broken: str) -> None:
    setup(project)
    program = project / ".venv" / "bin" / "python"
    if broken == "without pip":  # as Debian's Python leaves it where python3-venv is missing
        for folder in (project / ".venv").rglob("site-packages/pip"):
            shutil.rmtree(folder)
    elif broken == "gone":
        shutil.rmtree(project / ".venv")
    else:
        program.unlink()
        program.symlink_to("/nowhere/python" if broken == "dangling" else "/bin/false")
    asked = setup(project)
    assert python(project, "import pip") == 0
    assert [words for words in (RUN, LAYER, IMAGE) if words not in asked] == []


def test_an_installation_that_was_cut_off_is_begun_anew(project: Path) -> None:
    """pip takes a package for installed of which a part is there."""
    (project / "full").touch()
    setup(project, exit_code=2)
    part = next((project / ".venv").rglob("site-packages")) / "half.py"
    part.touch()
    (project / "full").unlink()
    assert RUN in setup(project)
    assert not part.exists()


def test_half_of_the_layers_are_never_taken_for_all(project: Path) -> None:
    setup(project)
    (project / ".local" / "layers" / "whole").touch()
    (project / ".local" / "setup-lambda").unlink()
    (project / "full").touch()
    setup(project, exit_code=2)
    assert (project / ".local" / "layers" / "whole").exists()
    (project / "full").unlink()
    assert LAYER in setup(project)
    assert not (project / ".local" / "layers" / "whole").exists()
