"""The simulator on its own: what it prints is a stores file for the other terminal."""

import signal
import socket
import tomllib
import urllib.request

from tests.support.program import Program, run


def test_it_serves_the_stores_it_prints_until_ctrl_c() -> None:
    with Program("simulator", "--port", "0", "--stores", "2", "--events", "3", environment={}) as serving:
        serving.until("[[stores]]")  # written in one piece
        url = next(word.removeprefix("WB_API_URL=") for word in serving.seen.split() if word.startswith("WB_API_URL="))
        entries = tomllib.loads(serving.seen)["stores"]
        request = urllib.request.Request(f"{url}/api/v1/seller/chats", headers={"Authorization": entries[0]["token"]})
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200
        serving.send(signal.SIGINT)
        assert serving.ended() == 0
    assert len(entries) == 2
    assert serving.seen.endswith("Stopped.\n")


def test_a_port_in_use_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("simulator", "--port", str(taken.getsockname()[1]), environment={})
    assert done.returncode == 2
    assert "Choose another with --port" in done.stderr


def test_options_that_do_not_fit_are_refused() -> None:
    assert run("simulator", "--port", "99999", environment={}).returncode == 2
    assert "give --stores N too" in run("simulator", "--events", "5", environment={}).stderr
