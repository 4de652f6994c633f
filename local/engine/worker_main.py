"""The first code of a worker process: makes a Lambda sandbox of it and hands over to AWS's runtime client.

Run as `python -I -S worker_main.py HANDLER FOLDER...`: nothing of the engine's own environment is importable here,
only the standard library and FOLDER... (the function's code, its layers, Lambda's image), in Lambda's order.
"""

import os
import sys
import threading


def _end_with_engine(engine: int) -> None:
    """Wait on a pipe that only the engine holds open, so that no worker outlives an engine, however that ended."""
    os.read(engine, 1)
    os._exit(1)


def _watch_engine() -> None:
    engine = os.dup(0)
    with open(os.devnull) as nothing:  # noqa: PTH123 - pathlib would slow the cold start down
        os.dup2(nothing.fileno(), 0)
    threading.Thread(target=_end_with_engine, args=(engine,), daemon=True).start()


def _run() -> None:
    handler, *folders = sys.argv[1:]
    sys.path[:0] = folders
    sys.argv = [sys.argv[0], handler]
    from awslambdaric.__main__ import main  # noqa: PLC0415 - found in the last of the folders

    main(sys.argv)


if __name__ == "__main__":
    _watch_engine()
    _run()
