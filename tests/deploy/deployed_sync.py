"""A sync by the deployed state machine with the deployed functions, compared with the local engine's.

Step Functions is the emulator's own interpreter here, and the functions are those that were built. Both syncs read the
same simulated Wildberries, whose limits and waits are real. One store's token is refused.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import boto3
import yaml

from database import connection
from local.engine.clock import WallClock
from local.simulator.model import SimulatedStore, World
from local.simulator.server import Simulator
from local.simulator.tokens import TokenKind, make_token
from local.simulator.world import small_world
from tests.support.snapshot import content
from tests.support.stored import rows
from tests.support.waiting import wait_until

SYNC_SECONDS = 400  # the emulator starts a process for each call
KNOWN_STORES = {"chay-lipa", "turgunov"}  # the second has so much to read that it meets WB's limit
# Without the sentence of the refused token: the emulator names each exception Runtime.HandlerError.
RUNS = "SELECT store_id, status, messages_added, chats_total, chats_synced, chats_classified FROM sync_logs ORDER BY 1"


@cache
def world() -> World:
    """Return the stores that the simulated Wildberries knows."""
    return World(tuple(store for store in small_world(datetime.now(UTC)).stores if store.id in KNOWN_STORES))


@cache
def stores() -> Sequence[SimulatedStore]:
    """Return the stores that are synced: those, and one whose token Wildberries does not know (any more)."""
    in_a_quarter = datetime.now(UTC).replace(microsecond=0) + timedelta(days=90)
    token = make_token(TokenKind.PERSONAL, "9d0c1b0e-5a5e-4c0e-8f0e-3a1de7b0a001", in_a_quarter)
    return (*world().stores, SimulatedStore("withdrawn", "ИП Отозванная", token, "unknown"))


def sync_deployed(machine_arn: str, port: int) -> dict[str, Any]:
    """Start the deployed state machine, wait for its end, and return its output."""
    machines = boto3.client("stepfunctions")
    definition = machines.describe_state_machine(stateMachineArn=machine_arn)["definition"]
    # AWS reads YAML too, the emulator JSON only.
    machines.update_state_machine(stateMachineArn=machine_arn, definition=json.dumps(yaml.safe_load(definition)))
    with Simulator(world(), WallClock(), port=port):
        arn = machines.start_execution(stateMachineArn=machine_arn, input="{}")["executionArn"]
        wait_until(lambda: machines.describe_execution(executionArn=arn)["status"] != "RUNNING", SYNC_SECONDS)
    ended = machines.describe_execution(executionArn=arn)
    assert ended["status"] == "SUCCEEDED", ended
    return dict(json.loads(ended["output"]))


def sync_here(port: int, database_url: str, folder: Path) -> None:
    """Sync the same stores with `./chats sync` into another database."""
    file = folder / "stores.toml"
    entries = [f'[[stores]]\nid = "{each.id}"\nname = "{each.name}"\ntoken = "{each.token}"\n' for each in stores()]
    file.write_text("".join(entries), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"DATABASE_URL": database_url, "WB_API_URL": f"http://127.0.0.1:{port}"}
    with Simulator(world(), WallClock(), port=port):
        command = [sys.executable, "-m", "local", "sync", "--stores", str(file), "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr  # one store's token is refused


def assert_same_rows(deployed_url: str, here_url: str) -> None:
    """Compare everything that both syncs stored, and how their runs ended."""
    (deployed, deployed_runs), (here, here_runs) = stored(deployed_url), stored(here_url)
    print(*(f"  {run}" for run in deployed_runs), sep="\n")
    assert deployed_runs == here_runs, here_runs
    different = sorted(set(deployed.splitlines()) ^ set(here.splitlines()))
    assert deployed == here, different[:4]
    print(f"the local engine stored the same: {len(here.splitlines())} rows, {len(here)} characters")


def stored(database_url: str) -> tuple[str, list[dict[str, Any]]]:
    """Return what a database holds, and how its runs ended."""
    connection.CONTAINER.discard()
    os.environ["DATABASE_URL"] = database_url
    return content(), rows(RUNS)


def new_database(server_url: str, name: str) -> str:
    """Make an empty database beside the others, and return its address."""
    with closing(connection.connect(connection.read_address(server_url))) as owner:
        owner.run(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
