"""The commands of docs/one-machine.md are ones that the command line takes."""

import re

from tests.support.program import run
from tests.support.project import ROOT

COMMAND = re.compile(r"/chats (sync --stores \S+(?: --every \S+)?)")


def test_every_command_of_the_page_is_understood() -> None:
    commands = set(COMMAND.findall((ROOT / "docs" / "one-machine.md").read_text(encoding="utf-8")))
    assert len(commands) == 3
    for command in commands:
        done = run(*command.split(), environment={})
        assert "The stores file" in done.stderr, done.stderr
        assert "cannot be used: it cannot be read (No such file or directory)" in done.stderr
