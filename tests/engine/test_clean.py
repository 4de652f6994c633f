"""`make clean` in a copy of the project."""

import shutil
import subprocess
from pathlib import Path

from tests.support.project import ROOT


def test_the_chats_go_too_where_the_database_lies_behind_a_link(tmp_path: Path) -> None:
    # Given a database kept for root, whose own folder is closed to Postgres' user
    project, open_folder = tmp_path / "my project", tmp_path / "open folder"
    data, other = open_folder / "0123456789ab", open_folder / "another project's"
    for folder in (project / ".local", data, other):
        folder.mkdir(parents=True)
    (data / "PG_VERSION").write_text("18")
    data.with_name(f"{data.name}.log").touch()
    data.with_name(f"{data.name}.new-unfinished").mkdir()
    (project / ".local" / "postgres").symlink_to(data)
    shutil.copy(ROOT / "Makefile", project)
    # When
    subprocess.run(["make", "clean"], cwd=project, check=True, capture_output=True)
    # Then
    assert list(open_folder.iterdir()) == [other]
    assert [path.name for path in project.iterdir()] == ["Makefile"]
