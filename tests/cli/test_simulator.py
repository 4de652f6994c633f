"""The simulator on its own: what it prints is a stores file for the other terminal."""

import json
import signal
import socket
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from local.simulator.named_faults import NAMED_FAULTS
from local.simulator.tokens import read_claims
from tests.support.program import Program, run


@contextmanager
def serving(*options: str) -> Iterator[tuple[Program, str, list[dict[str, Any]]]]:
    """Serve two small stores with these options; yield the program, its address and the stores it prints."""
    with Program("simulator", "--port", "0", "--stores", "2", "--events", "3", *options, environment={}) as program:
        program.until("[[stores]]")  # written in one piece
        url = next(word.removeprefix("WB_API_URL=") for word in program.seen.split() if word.startswith("WB_API_URL="))
        yield program, url, tomllib.loads(program.seen)["stores"]


def read_chats(url: str, token: str) -> Any:
    request = urllib.request.Request(f"{url}/api/v1/seller/chats", headers={"Authorization": token})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def test_it_serves_the_stores_it_prints_until_ctrl_c() -> None:
    with serving() as (program, url, stores):
        assert [bool(read_chats(url, store["token"])["result"]) for store in stores] == [True, True]
        program.send(signal.SIGINT)
        assert program.ended() == 0
    assert program.seen.endswith("Stopped.\n")


@pytest.mark.parametrize(("fault", "lost"), [("empty-list", [True, True]), ("empty-list:store-002", [False, True])])
def test_a_fault_is_served_to_all_stores_or_to_the_one_that_is_named(fault: str, lost: list[bool]) -> None:
    with serving("--fault", fault) as (_, url, stores):
        assert [read_chats(url, store["token"])["result"] == [] for store in stores] == lost


def test_several_faults_are_served_together() -> None:
    with serving("--fault", "empty-list:store-001", "--fault", "null-result:store-002") as (_, url, stores):
        assert [read_chats(url, store["token"])["result"] for store in stores] == [[], None]


def test_a_fault_of_the_token_stands_in_the_stores_file() -> None:
    with serving("--fault", "base-token:store-002") as (program, url, stores):
        assert [(read_claims(store["token"]) or {})["acc"] for store in stores] == [3, 1]
        assert read_chats(url, stores[1]["token"])["result"]
    assert "./chats sync --stores THIS_OUTPUT_AS_A_FILE" in program.seen


def test_a_changed_token_of_the_five_stores_needs_the_stores_file_too() -> None:
    for options, how in (((), "./chats sync\n"), (("--fault", "another-seller"), "./chats sync --stores THIS_")):
        with Program("simulator", "--port", "0", *options, environment={}) as program:
            program.until("[[stores]]")
            assert how in program.seen


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [
        (["no-such"], "There is no fault 'no-such'. ./chats simulator --help lists them."),
        ([""], "There is no fault ''. ./chats simulator --help lists them."),
        (["nan:nowhere"], "--fault nan:nowhere: there is no store 'nowhere' here."),
        (
            ["nan:turgunov", "endless-rid:turgunov"],
            "--fault endless-rid: Another fault changes every answer of chats for turgunov already.",
        ),
    ],
)
def test_a_fault_that_cannot_be_served_is_refused_in_a_sentence(faults: list[str], sentence: str) -> None:
    options = [word for fault in faults for word in ("--fault", fault)]
    done = run("simulator", "--port", "0", *options, environment={})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip().endswith(sentence)


def test_the_help_lists_all_faults() -> None:
    listed = run("simulator", "--help", environment={}).stdout.partition("\nfaults:\n")[2]
    assert {line.split()[0] for line in listed.splitlines() if line.startswith("  ")} >= set(NAMED_FAULTS)


def test_a_port_in_use_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("simulator", "--port", str(taken.getsockname()[1]), environment={})
    assert done.returncode == 2
    assert "Choose another with --port" in done.stderr


def test_options_that_do_not_fit_are_refused() -> None:
    assert run("simulator", "--port", "99999", environment={}).returncode == 2
    assert "give --stores N too" in run("simulator", "--events", "5", environment={}).stderr
