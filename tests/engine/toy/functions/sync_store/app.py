import os
import signal
import time

from words import SYNCED


class TransientError(Exception):
    """Retried by the state machine."""


class StoreLockedError(Exception):
    """Caught by the state machine."""


def handler(event, context):
    """Do what the store asks for: the tests' script."""
    behaviour = event.get("behaviour")
    if behaviour == "transient":
        raise TransientError("try again")
    if behaviour == "locked":
        raise StoreLockedError("somebody else's")
    if behaviour == "broken":
        raise ValueError("a bug")
    if behaviour == "hang":
        time.sleep(60)
    if behaviour == "sleep":
        time.sleep(event["seconds"])
    if behaviour == "compute":
        until = time.monotonic() + event["seconds"]
        while time.monotonic() < until:
            pass
    if behaviour == "die":
        os._exit(3)
    if behaviour == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour == "flood":
        return "x" * 7_000_000
    return {
        "result": SYNCED,
        "greeting": os.environ["GREETING"],
        "pid": os.getpid(),
        "wait_seconds": event.get("wait_seconds", 0),
        "pages": list(range(event.get("pages", 0))),
    }
