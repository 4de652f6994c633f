"""`./chats`: found from any folder and through a link, and a clear word where there is no environment."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.project import ROOT

STORE = '[[stores]]\nid = "shop"\nname = "ИП Проба"\ntoken = "a"\n'


def chats(
    script: Path, *words: str, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the script as a person in this folder does, with these variables beside the usual ones."""
    variables = os.environ | (environment or {})
    return subprocess.run(
        [script, *words], cwd=folder, env=variables, check=False, capture_output=True, text=True, timeout=60
    )


def test_it_runs_from_another_folder_by_a_link_and_reads_files_from_there(tmp_path: Path) -> None:
    # Given a project in a folder with a space, a relative link to its script, and a stores file beside the link
    project, elsewhere = tmp_path / "my chats", tmp_path / "some where"
    elsewhere.mkdir()
    project.mkdir()
    for name in ("chats", "local", "layers", ".venv"):
        (project / name).symlink_to(ROOT / name)
    (project / "chats").unlink()
    shutil.copy(ROOT / "chats", project / "chats")
    (elsewhere / "link").symlink_to(os.path.relpath(project / "chats", elsewhere))
    (elsewhere / "shops.toml").write_text(STORE, encoding="utf-8")
    # When the script is run through the link, then the command line answers, and knows the file
    done = chats(elsewhere / "link", "sync", "--stores", "shops.toml", "--store", "none", folder=elsewhere)
    assert done.returncode == 2
    assert "No store 'none' in shops.toml. There are: shop." in done.stderr


def test_what_is_set_for_other_python_programs_does_not_reach_it(tmp_path: Path) -> None:
    (tmp_path / "argparse.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    hostile = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONHOME": "/nonexistent",
        "PYTHONWARNINGS": "error",
        "PYTHONINSPECT": "1",
    }
    done = chats(ROOT / "chats", "status", "--help", folder=tmp_path, environment=hostile)
    assert (done.returncode, done.stderr) == (0, "")


def test_its_help_names_it_as_people_type_it(tmp_path: Path) -> None:
    done = chats(ROOT / "chats", "status", "--help", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ./chats status ")


def test_without_an_environment_it_says_what_to_do(tmp_path: Path) -> None:
    project = tmp_path / "my chats"
    project.mkdir()
    shutil.copy(ROOT / "chats", project)
    done = chats(project / "chats", "sync", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: Nothing is installed yet. Run `make setup` in {project} once.\n"
