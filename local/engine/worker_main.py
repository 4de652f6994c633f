"""The first code of a worker process: makes a Lambda sandbox of it and hands over to AWS's runtime client.

Run as `python -I -S worker_main.py HANDLER FOLDER...`: nothing of the engine's own environment is importable here,
only the standard library and FOLDER... (the function's code, its layers, Lambda's image), in Lambda's order.

Run as `python -I -S worker_main.py --fork FOLDER...` it is the process that workers are forked from: it imports what
every worker imports from FOLDER... (what all functions' layers share, Lambda's image), and each request on its standard
input, a socket, makes a fork of it. Most are for one function: such a fork imports the function, and then serves
requests itself, each of whose forks goes on as a worker as if it had been started by itself.
"""

import array
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import Any

FORK = "--fork"
# AWS's own libraries, where they are there: what these do on import depends on no function. (awslambdaric is none of
# them: it looks for its Runtime API on import.)
SHARED_MODULES = ("botocore.session", "botocore.client", "aws_lambda_powertools", "aws_lambda_powertools.metrics")
LONGEST_REQUEST = 1_000_000  # bytes
STANDARD_FDS = 3


def _end_with_engine(engine: int) -> None:
    """Wait on a pipe that only the engine holds open, so that no worker outlives an engine, however that ended."""
    os.read(engine, 1)
    os._exit(1)


def _watch_engine() -> None:
    engine = os.dup(0)
    with open(os.devnull) as nothing:  # noqa: PTH123 - pathlib would slow the cold start down
        os.dup2(nothing.fileno(), 0)
    threading.Thread(target=_end_with_engine, args=(engine,), daemon=True).start()


def _run(handler: str, folders: list[str], usual_path: list[str]) -> None:
    """Run AWS's client as its own main does; the secret before every path of the API is what that would not take.

    What it does in C adds paths to the variable as a text; what it does in Python wants a host and a port.
    """
    sys.path[:] = [*folders, *usual_path]
    sys.argv = [sys.argv[0], handler]
    # Found in the last of the folders.
    from awslambdaric.bootstrap import run  # noqa: PLC0415
    from awslambdaric.lambda_config import LambdaConfigProvider  # noqa: PLC0415
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # noqa: PLC0415

    config = LambdaConfigProvider(sys.argv)
    address, slash, secret = config.api_address.partition("/")

    class Client(LambdaRuntimeClient):  # type: ignore[misc]
        def call_rapid(self, http_method: str, endpoint: str, *more: Any) -> None:
            super().call_rapid(http_method, slash + secret + endpoint, *more)

    run(config.handler, Client(address, config.use_thread_polling))


class _Forker:
    """Forks a worker for each request, and tells the engine its id, and later how it ended."""

    def __init__(self) -> None:
        self._engine = socket.socket(fileno=os.dup(0))
        self._children: set[int] = set()
        self._ended, wakeup = socket.socketpair()
        self._ended.setblocking(False)
        wakeup.setblocking(False)
        self._wakeup = wakeup
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup.fileno())

    def serve(self) -> dict[str, Any]:
        """Serve the engine until it is gone. In a fork, return the request that the fork is for."""
        while True:
            ready, _, _ = select.select([self._engine, self._ended], [], [])
            if self._ended in ready:
                self._report_ends()
            if self._engine in ready:
                request, descriptors = self._receive()
                if request is None:
                    os._exit(0)
                if self._forked(descriptors):
                    return request

    def _receive(self) -> tuple[dict[str, Any] | None, list[int]]:
        ancillary = socket.CMSG_SPACE(2 * array.array("i").itemsize)
        message, extra, _, _ = self._engine.recvmsg(LONGEST_REQUEST, ancillary)
        descriptors = array.array("i")
        for _, _, data in extra:
            descriptors.frombytes(data)
        return (json.loads(message) if message else None), list(descriptors)

    def _forked(self, descriptors: list[int]) -> bool:
        """Fork; return True in the fork, whose standard input and output are these descriptors now."""
        child = os.fork()
        if child:
            self._children.add(child)
            for descriptor in descriptors:
                os.close(descriptor)
            self._tell(forked=child)
            return False
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for one in (self._engine, self._ended, self._wakeup):
            one.close()
        os.setsid()
        pipe, log = descriptors
        for target, source in enumerate((pipe, log, log)):
            os.dup2(source, target)
        os.closerange(STANDARD_FDS, max(descriptors) + 1)
        return True

    def _report_ends(self) -> None:
        with suppress(BlockingIOError):
            self._ended.recv(LONGEST_REQUEST)
        while self._children:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            self._children.discard(child)
            self._tell(ended=child, code=os.waitstatus_to_exitcode(status))

    def _tell(self, **words: int) -> None:
        with suppress(OSError):  # The engine may be gone; the next look at the socket says so.
            self._engine.send(json.dumps(words).encode())


def _fork_workers(folders: list[str], usual_path: list[str]) -> dict[str, Any]:
    """Import what all workers share, then serve. Return in each worker, with its request."""
    gc.disable()  # What is imported stays, and the collector would look through it again and again.
    sys.path[:] = [*folders, *usual_path]
    for name in SHARED_MODULES:
        with suppress(ModuleNotFoundError):
            importlib.import_module(name)
    request = _serve_forks()
    while request["of_function"]:
        _take_place(request)
        sys.path[:] = [*request["folders"], *usual_path]
        with suppress(BaseException):  # What fails here fails again in the worker, which tells of it as Lambda does.
            importlib.import_module(request["handler"].rpartition(".")[0])
        request = _serve_forks()
    _take_place(request)
    gc.enable()
    return request


def _serve_forks() -> dict[str, Any]:
    gc.collect()
    gc.freeze()
    return _Forker().serve()


def _take_place(request: dict[str, Any]) -> None:
    """Have the environment and the folder of the function that this fork is for."""
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])


def _main() -> None:
    first, *folders = sys.argv[1:]
    usual_path = list(sys.path)
    if first == FORK:
        request = _fork_workers(folders, usual_path)
        first, folders = request["handler"], request["folders"]
    _watch_engine()
    _run(first, folders, usual_path)


if __name__ == "__main__":
    _main()
