"""A copy of the project with a database of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project import copy_project


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """The project in a folder of its own, with a space in its path, and nothing kept from earlier runs."""
    (tmp_path / "my chats").mkdir()
    root = copy_project(tmp_path / "my chats")
    yield root
    # For root the data lie elsewhere, behind a link: Postgres' user cannot enter pytest's folder.
    data = (root / ".local" / "postgres").resolve()
    shutil.rmtree(data, ignore_errors=True)
    data.with_name(f"{data.name}.log").unlink(missing_ok=True)
