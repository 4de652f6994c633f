"""What stands before the first page: a command imports what it needs, and a worker starts before it is asked."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local.engine.forking import CAN_FORK
from local.engine.worker_main import FORK
from tests.support.program import Program
from tests.support.waiting import wait_until

LOADED = """
import sys
from contextlib import suppress
from local import cli
with suppress(SystemExit):
    cli.main(["view", "--help"])
import local.installation.database, local.view.database, local.view.viewer
print(*sorted({".".join(name.split(".")[:2]) for name in sys.modules}))
"""
OF_OTHER_COMMANDS = {"local.simulator", "local.sync", "local.commands.simulator", "local.commands.sync"}


def test_a_view_imports_nothing_of_the_other_commands_nor_of_aws() -> None:
    ours = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", LOADED], env=ours, check=True, capture_output=True, text=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "local.view" in loaded
    assert {name for name in loaded if name.split(".")[0] in {"boto3", "botocore", "moto"}} == set()
    assert loaded & OF_OTHER_COMMANDS == set()


@pytest.mark.skipif(not CAN_FORK, reason="this finds forked workers")
def test_a_worker_starts_before_the_first_page_is_asked_for(copy: Path) -> None:
    with Program("view", "--port", "0", root=copy, environment={}) as view:
        view.until("Ctrl-C")
        wait_until(workers)


def workers() -> list[psutil.Process]:
    """Return the children of the processes that workers are forked from."""
    forkers = [child for child in psutil.Process().children(recursive=True) if FORK in child.cmdline()]
    return [worker for forker in forkers for worker in forker.children()]
