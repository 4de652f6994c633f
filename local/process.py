"""What the shell gives to a process of the command line: three streams, which may be closed or full, and signals."""

import errno
import io
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from local.errors import EXIT_INCOMPLETE

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STOPPED_BY = 128  # plus the signal's number, as shells count
HEEDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, a polite kill, a closed terminal


def run(main: Callable[[], int]) -> int:
    """Return the exit code of `main`, which a signal ends by a KeyboardInterrupt; say what could not be printed."""
    stdout = _open_streams()
    try:
        _let_signals(_interrupt)
        exit_code = main()
    except KeyboardInterrupt as stopped:
        exit_code = STOPPED_BY + int(stopped.args[0] if stopped.args else signal.SIGINT)
        print("Stopped.", file=sys.stderr)
    except SystemExit as ended:  # argparse's, after it has said why
        exit_code = ended.code if isinstance(ended.code, int) else EXIT_INCOMPLETE
    _let_signals(signal.SIG_DFL)  # What Python does at its end is not interrupted by a stack trace.
    return _end_output(exit_code, stdout)


class Output(io.FileIO):
    """stdout or stderr. A full disk, or a reader that has seen enough, is remembered, and what runs goes on."""

    failure: OSError | None = None

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write what the stream takes, and say that it took all once it has failed."""
        try:
            while self.failure is None:
                written = super().write(data)
                if written is not None:
                    return written
                select.select([], [self], [])  # Another program made the terminal one that is not waited for.
        except OSError as error:
            self.failure = error
        return memoryview(data).nbytes


def _open_streams() -> Output:
    """Give the process three streams, and return the raw stdout.

    A closed one would be the next file that is opened, such as the database's log. Now a closed stdin is empty, and
    what is written to a closed stdout fails: it is opened for reading.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            lowest_free = os.open(os.devnull, os.O_RDONLY)
            os.set_inheritable(lowest_free, True)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 - it stays open
    stdout = Output(1, "wb", closefd=False)
    sys.stdout = _as_text(stdout, sys.stdout)
    sys.stderr = _as_text(Output(2, "wb", closefd=False), sys.stderr, by_line=True)
    return stdout


def _as_text(raw: Output, given: TextIO | None, *, by_line: bool = False) -> TextIO:
    """Return the stream as Python would have made it; a terminal that cannot show «ИП» shows escapes instead."""
    encoding = given.encoding if given else "utf-8"
    by_line = by_line or raw.isatty()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, "backslashreplace", line_buffering=by_line)


def _end_output(exit_code: int, stdout: Output) -> int:
    """Return the exit code, which is not 0 if not all of stdout could be written."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if stdout.failure is None:
        return exit_code
    if stdout.failure.errno != errno.EPIPE:  # `... | head` has seen enough
        print(f"error: Not all of the output could be written ({stdout.failure.strerror}).", file=sys.stderr)
    return exit_code or EXIT_INCOMPLETE


def _let_signals(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    for number in HEEDED:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup and the shell's & switch signals off; so they stay
            signal.signal(number, handler)


@contextmanager
def signals_handled_by(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Let this function answer them meanwhile; it may hand them on with end_at_next_signal()."""
    before = {number: signal.getsignal(number) for number in HEEDED}
    _let_signals(handler)
    try:
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)


def end_at_next_signal() -> None:
    """Let the next signal end the program at once, by a KeyboardInterrupt."""
    _let_signals(_interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Answer a polite kill and a closed terminal as Ctrl-C: everything started here is stopped with it."""
    raise KeyboardInterrupt(number)
