"""Every event of events/ through what `sam build` made: only the built folders and Lambda's image can be imported.

BUILT names the build for this machine, BUILT_AGAIN a second one of it with the pip of another Python, BUILT_FOR_LAMBDA
the one that is deployed; run by `make check-deploy`.
"""

import gzip
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from database import stores
from database.connection import transaction
from local.engine.clock import VirtualClock
from local.engine.engine import Engine
from local.engine.lambdas import Invocation
from local.simulator.model import World
from local.simulator.server import Simulator
from tests.deploy.test_prepare_database import cloudformation as cloudformation  # noqa: PLC0414 - a fixture
from tests.support.project import ROOT
from tests.sync.test_events import IN_ORDER, PAGES, TURGUNOV, event

pytestmark = pytest.mark.built

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_UNZIPPED_MB, MOST_COLD_START_SECONDS = 250, 10
MB = 1024 * 1024
# The bytes 4 to 7 of a .pyc: 0b01 says that it goes by its source's hash, without 0b10 that nobody checks it.
# https://peps.python.org/pep-0552/
PYC_FLAGS, UNCHECKED_HASH = 4, 0b01


@pytest.fixture(scope="module")
def built_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as the engine expects it, its code replaced by what was built."""
    build, root = Path(os.environ["BUILT"]).resolve(), tmp_path_factory.mktemp("built") / "project"
    for folder in (root / "functions", root / "layers", root / ".local" / "layers"):
        folder.mkdir(parents=True)
    for name in ("template.yaml", "statemachine"):
        (root / name).symlink_to(ROOT / name)
    for source in (ROOT / "functions").iterdir():
        built = build / f"{source.name.title().replace('_', '')}Function"
        shutil.copytree(built, root / "functions" / source.name)  # no link: a function is named after its folder
    for layer in ("chatsync", "wildberries", "database", "classifier", "reading"):
        (root / "layers" / layer).symlink_to(build / f"{layer.title()}Layer")
        (root / ".local" / "layers" / layer).mkdir()  # the libraries are in the built layer, or nowhere
    migrations = build / "MigrationsLayer" / "python" / "migrations"  # the engine knows layers of Python only
    shutil.copytree(migrations, root / "functions" / "migrate_database" / "migrations")
    (root / ".local" / "lambda-image").symlink_to(ROOT / ".local" / "lambda-image")
    return root


@pytest.fixture
def engine(built_root: Path, functions_url: str, emptied: str) -> Iterator[Engine]:
    """The stack of built functions, against a simulated Wildberries."""
    clock = VirtualClock()
    with Simulator(World((TURGUNOV,)), clock) as wildberries:
        environment = {"DATABASE_URL": functions_url, "POWERTOOLS_TRACE_DISABLED": "true"}
        with Engine(built_root, clock, {"WbApiUrl": wildberries.url}, environment, fork_workers=False) as engine:
            engine.put_secret_parameter("/chat-history-sync/stores/turgunov/token", TURGUNOV.token)
            yield engine


def megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / MB


def test_every_event_runs_through_what_was_built(
    engine: Engine, postgres_url: str, cloudformation: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction() as database:
        stores.register(database, TURGUNOV.id, TURGUNOV.name, active=True)
    for name, page in PAGES.items():
        body = gzip.compress(json.dumps(page).encode())
        bucket = engine.stack.buckets["PageBucket"]
        engine.s3.put_object(Bucket=bucket, Key=f"pages/turgunov/1/{name}-example.json.gz", Body=body)
    url = f"http://127.0.0.1:{cloudformation.server_port}/answer"
    deletion = event("prepare_database") | {"RequestType": "Delete", "ResponseURL": url}
    user = {"user": postgres_url.split("//")[1].split("@", maxsplit=1)[0], "password": "trusted"}
    calls: dict[str, tuple[Any, dict[str, Any]]] = {
        name: (event(name), expected) for name, expected in IN_ORDER.items()
    }
    calls |= {"change_data": (event("change_data"), {"store_id": "chay-lipa"})}
    calls |= {"migrate_database": (event("migrate_database") | user, {"versions": []})}
    calls |= {"prepare_database": (deletion, {"problem": None})}
    lines = [f"{'function':<18} {'unzipped MB':>11} {'cold start s':>12} {'peak MB':>8}"]
    for function, (payload, expected) in calls.items():
        began = time.perf_counter()
        done: Invocation = engine.lambdas.invoke(function, payload)
        cold_start = time.perf_counter() - began - done.billed_ms / 1000
        assert not done.failed, (function, done.payload)
        assert isinstance(done.payload, dict) and done.payload | expected == done.payload, function
        size = unzipped(engine, function)
        lines.append(f"{function:<18} {size:>11.1f} {cold_start:>12.2f} {done.peak_memory_mb or 0:>8}")
        assert size < MOST_UNZIPPED_MB
        assert cold_start < MOST_COLD_START_SECONDS
    with capsys.disabled():
        print("", *lines, f"limits: {MOST_UNZIPPED_MB} MB, {MOST_COLD_START_SECONDS} s", sep="\n")


def test_a_second_build_has_the_same_files() -> None:
    first, second = (digests(Path(os.environ[name]).resolve()) for name in ("BUILT", "BUILT_AGAIN"))
    assert sorted(file for file in first.keys() | second.keys() if first.get(file) != second.get(file)) == []


def test_the_layers_are_compiled(built_root: Path) -> None:
    for package in ("chatsync/python/chatsync", "classifier/python/openai", "database/python/pg8000"):
        sources = list((built_root / "layers" / package).glob("*.py"))
        compiled = list((built_root / "layers" / package).glob("__pycache__/*.pyc"))
        assert len(compiled) == len(sources) > 0, package
        assert {UNCHECKED_HASH} == {file.read_bytes()[PYC_FLAGS] for file in compiled}, package


def digests(build: Path) -> dict[str, str]:
    """Return a digest of each file: by paths and contents alone `sam deploy` names what it uploads."""
    files = (file for file in build.rglob("*") if file.is_file())
    return {str(file.relative_to(build)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def unzipped(engine: Engine, function: str) -> float:
    """Return the size (MB) of the function and its layers as deployed, which may be for another processor."""
    build = Path(os.environ["BUILT_FOR_LAMBDA"]).resolve()
    spec = next(spec for spec in engine.stack.functions.values() if spec.name == function)
    return megabytes(build / spec.logical_id) + sum(megabytes(build / f"{layer.title()}Layer") for layer in spec.layers)
