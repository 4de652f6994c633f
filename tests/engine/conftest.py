"""The toy stack, in a folder of its own whose path has a space."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

TOY = Path(__file__).parent / "toy"
IMAGE = Path(__file__).parents[2] / ".local" / "lambda-image"


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("engine") / "toy stack"
    shutil.copytree(TOY, root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / ".local").mkdir()
    (root / ".local" / "lambda-image").symlink_to(IMAGE)
    return root


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not: as root, Postgres runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="open folder "))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)
