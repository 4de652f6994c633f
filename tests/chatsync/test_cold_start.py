"""What a function does while it starts, when it has a whole processor: it makes its AWS clients, and asks nobody.

Each function is imported as AWS's runtime client does it: by a new process that sees its folder, its layers and
Lambda's image. What is counted is what it imports and reads.
"""

import json
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from local.engine.forking import python_command
from local.engine.stack import FunctionSpec, load_stack
from local.engine.workers import import_path
from tests.support.project import ROOT

STACK = load_stack(ROOT, {"ViewerIssuer": "https://x", "ViewerAudience": "x"})
SPECS = {spec.name: spec for spec in STACK.functions.values()}
IAM_URL = "postgresql://app@db.example/chats?auth=iam"
START = """
import json, sys
read, listed = [], []
def hear(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        read.append(arguments[0])
    elif event in ("os.listdir", "os.scandir") and isinstance(arguments[0], str):
        listed.append(arguments[0])
    elif event == "socket.connect":
        raise RuntimeError("A function that starts asks nobody")
sys.path[:0] = sys.argv[1:]
import awslambdaric.bootstrap
sys.addaudithook(hear)
import app
clients = {"chatsync.objects": "s3_client", "wildberries.store_token": "parameter_store"}
made = [name for module, name in clients.items()
        if module in sys.modules and getattr(sys.modules[module], name).cache_info().currsize]
print(json.dumps({"modules": sorted(sys.modules), "read": read, "listed": listed, "made": made}))
"""

# boto3 and all that it brings, X-Ray's SDK, and what takes long elsewhere: none of it is used.
NEVER = {
    "aws_xray_sdk",
    "boto3",
    "s3transfer",
    "requests",
    "multiprocessing",
    "charset_normalizer",
    "openai",
    "pydantic",
}
DATABASE = {"pg8000"}
WB = {"certifi", "jwt"}
# Reads and writes objects, and so has a client of S3. The others sign a login at most.
WITH_OBJECTS = {"fetch_history", "classify_chats", "list_stores", "save_history", "save_labels"}
DEFINITION_BYTES = 150_000  # what botocore reads of a client; the whole definitions of S3 alone have 2.5 MB
MODULES = {"viewer": 600, "classify_chats": 510}  # at most: Powertools' routes and Jinja2; the Russian dictionary
MODULES_OF_OTHERS = 490


@dataclass(frozen=True)
class Start:
    """What a function imported, read and made while it started."""

    modules: frozenset[str]
    definitions: list[Path]
    listed: list[str]
    made: list[str]

    @property
    def packages(self) -> set[str]:
        return {name.partition(".")[0] for name in self.modules}


@cache
def start(name: str, in_lambda: bool = True) -> Start:
    folders = import_path(SPECS[name], ROOT)
    command = [*python_command()[:-1], "-c", START, *map(str, folders)]
    done = subprocess.run(command, env=environment(SPECS[name], in_lambda), check=True, capture_output=True, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    definitions = [Path(file) for file in told["read"] if file.endswith((".json", ".json.gz"))]
    of_aws = [file for file in definitions if {"data", "aws_definitions"} & set(file.parts)]
    return Start(frozenset(told["modules"]), of_aws, told["listed"], told["made"])


def environment(spec: FunctionSpec, in_lambda: bool) -> dict[str, str]:
    login = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "x", "AWS_DEFAULT_REGION": "x"}
    given = {**login, **spec.environment, "DATABASE_URL": IAM_URL}
    return given | ({"AWS_LAMBDA_FUNCTION_NAME": spec.name} if in_lambda else {})


@pytest.mark.parametrize("name", SPECS)
def test_a_function_imports_nothing_that_it_does_not_use(name: str) -> None:
    packages = start(name).packages
    assert packages & NEVER == set()
    assert bool(packages & DATABASE) == ("database" in SPECS[name].layers)
    assert bool(packages & WB) == ("wildberries" in SPECS[name].layers)
    assert len(start(name).modules) <= MODULES.get(name, MODULES_OF_OTHERS)


@pytest.mark.parametrize("name", SPECS)
def test_only_who_uses_a_client_has_it_and_before_the_first_event(name: str) -> None:
    clients = ["s3_client"] if name in WITH_OBJECTS else []
    clients += ["parameter_store"] if "wildberries" in SPECS[name].layers else []
    assert start(name).made == clients
    if not clients and name != "prepare_database":
        assert "botocore.client" not in start(name).modules
        assert start(name).definitions == []


@pytest.mark.parametrize("name", sorted(WITH_OBJECTS))
def test_a_client_reads_the_definitions_of_its_own_calls_and_of_no_other_service(name: str) -> None:
    started = start(name)
    sizes = {file: file.stat().st_size for file in started.definitions}
    assert 0 < sum(sizes.values()) < DEFINITION_BYTES, sizes
    assert len(started.definitions) == len(sizes), "none is read twice"
    assert [folder for folder in started.listed if Path(folder).parts[-2:] == ("botocore", "data")] == []


def test_elsewhere_an_import_makes_no_client() -> None:
    assert start("fetch_history", in_lambda=False).made == []
