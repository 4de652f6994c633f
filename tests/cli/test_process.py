"""What a shell does to a command: streams that are closed or full, signals at any moment, and errors nobody foresaw."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import cli
from local.commands import status
from tests.support.project import ROOT, own_copy

HELP = [sys.executable, "-m", "local", "--help"]
SECRET = "eyJhbGciOi.eyJzZWNyZXQ.c2VjcmV0"
MOMENTS = [0.0, 0.02, 0.05, 0.08, 0.12, 0.16, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0]
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
MODULES = "PYTHONPATH=.:layers/chatsync/python"
STACK_TRACE = ("Traceback", "Exception ignored", "mistake in this program")


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell's line with CHATS in it, as a person types it, in this process's own copy of the project."""
    return subprocess.run(
        ["bash", "-c", command.replace("CHATS", f"'{sys.executable}' -m local")],
        cwd=own_copy(),
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("words", ["--help", "mask <<< Привет", "simulator --stores 1 --fault x"])
@pytest.mark.parametrize("given", [">&-", "> /dev/full", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_or_full_gives_no_stack_trace(words: str, given: str) -> None:
    done = shell(f"CHATS {words} {given}")
    assert [words for words in STACK_TRACE if words in done.stderr] == []
    assert done.returncode in {0, 1, 2}


@pytest.mark.parametrize("words", ["--help", "mask <<< Привет"])
@pytest.mark.parametrize(("given", "reason"), [(">&-", "Bad file descriptor"), (">/dev/full", "No space left")])
def test_output_that_is_lost_is_said_and_fails(words: str, given: str, reason: str) -> None:
    done = shell(f"CHATS {words} {given}")
    assert done.returncode == 1
    assert f"error: Not all of the output could be written ({reason}" in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    done = shell("yes привет | head -c 1000000 | CHATS mask | head -c 2; exit ${PIPESTATUS[2]}")
    assert (done.returncode, done.stderr) == (1, "")


def test_a_closed_stdin_is_empty() -> None:
    done = shell("CHATS mask <&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


CLOSED = """
import os, subprocess, sys
from local import process

def main():
    child = "import os; os.fstat(0), os.fstat(2)"
    print(os.open(os.devnull, os.O_RDONLY) > 2, subprocess.run([sys.executable, "-c", child]).returncode)
    return 0

process.run(main)
"""


def test_no_file_that_is_opened_becomes_a_stream_that_the_shell_closed(tmp_path: Path) -> None:
    (tmp_path / "closed.py").write_text(CLOSED)
    done = shell(f"{MODULES} '{sys.executable}' {tmp_path}/closed.py <&- 2>&-")
    assert done.stdout == "True 0\n"


def test_a_folder_as_stdin_is_refused_before_python_fails(tmp_path: Path) -> None:
    done = shell(f"'{ROOT}/chats' mask < '{tmp_path}'")
    assert (done.returncode, done.stderr) == (2, "error: stdin is a folder. Name a file, or nothing.\n")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_a_command_with_a_word_and_the_shells_code(number: signal.Signals) -> None:
    code = f"import os, time; os.kill(os.getpid(), {int(number)}); time.sleep(9)"
    call = f"from local import process; exit(process.run(lambda: exec('{code}')))"
    done = shell(f"{MODULES} '{sys.executable}' -c \"{call}\"")
    assert (done.returncode, done.stderr) == (128 + number, "Stopped.\n")


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_at_any_moment_gives_no_stack_trace(moment: float) -> None:
    """Also while Python imports. The moments are only spread; whatever was reached by then is fine."""
    for number in SIGNALS:
        with subprocess.Popen(
            [ROOT / "chats", "mask"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        ) as process:
            time.sleep(moment)
            process.send_signal(number)
            said = process.communicate()[1].decode()
        # The milliseconds before Python runs anything of ours are Python's own.
        assert [words for words in STACK_TRACE if words in said and "local/" in said] == []
        assert process.returncode in {-number, 128 + number, 1}


def test_an_error_that_nobody_foresaw_is_a_sentence_without_its_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> int:
        raise LookupError(SECRET)

    monkeypatch.setattr(status, "run", fail)
    assert cli.main(["status"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("error: A mistake in this program ended the command (LookupError in tests/cli/test_process")
    assert SECRET not in said
    assert "Traceback" not in said
    # And with --debug, before or after the command's name, it is shown whole
    for words in (["--debug", "status"], ["status", "--debug"]):
        assert cli.main(words) == 3
        assert f"LookupError: {SECRET}" in capsys.readouterr().err


def test_what_the_system_refuses_is_named_with_its_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> int:
        return len(Path("/proc/self/nowhere").read_bytes())

    monkeypatch.setattr(status, "run", fail)
    assert cli.main(["status"]) == 1
    assert "The system refused: /proc/self/nowhere: No such file or directory. What is" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["view", "--port"], ["problems", "--reason", "x", "--dismiss"]])
def test_a_number_of_thousands_of_digits_is_refused_shortly(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main([*words, "9" * 5000])
    said = capsys.readouterr().err
    assert "is not a whole number from" in said
    assert len(said) < 500
