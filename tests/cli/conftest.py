"""Stores of a seller, a Wildberries that serves them, and a copy of the project with a database of its own."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from local.simulator.model import SimulatedStore
from tests.conftest import ROOT

NEEDED = ("local", "layers", "functions", "statemachine", "migrations", "template.yaml")
INSTALLED = ("layers", "lambda-image")


def stores_file(folder: Path, stores: Iterable[SimulatedStore]) -> str:
    """Write the stores as their owner would, and return the file's path."""
    path = folder / "shops.toml"
    path.write_text(
        "\n".join(f'[[stores]]\nid = "{store.id}"\nname = "{store.name}"\ntoken = "{store.token}"' for store in stores),
        encoding="utf-8",
    )
    return str(path)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """The project in a folder of its own, with a space in its path, and nothing kept from earlier runs."""
    root = tmp_path / "my chats"
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)
    (root / ".local").mkdir()
    for name in INSTALLED:
        (root / ".local" / name).symlink_to(ROOT / ".local" / name)
    yield root
    # For root the data lie elsewhere, behind a link: Postgres' user cannot enter pytest's folder.
    data = (root / ".local" / "postgres").resolve()
    shutil.rmtree(data, ignore_errors=True)
    for beside in (".log", ".lock"):
        data.with_name(data.name + beside).unlink(missing_ok=True)
