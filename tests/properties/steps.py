"""The functions of one store's run in the order of the state machine, in this process, step by step."""

import importlib.util
import inspect
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from chatsync.errors import ChatSyncError
from database import connection
from database.connection import Database, transaction
from local.simulator.model import SimulatedStore
from tests.support.project import ROOT
from wildberries.client import WildberriesClient
from wildberries.token import read_token

SILENT = SimpleNamespace(info=lambda *_, **__: None, warning=lambda *_, **__: None, add_metric=lambda *_: None)
_NUMBERS = itertools.count()


class CrashError(BaseException):
    """The process dies here."""


class Functions:
    """The project's own handlers with pages in memory instead of S3, and the token given."""

    def __init__(self, store: SimulatedStore, url: str) -> None:
        self._store = store
        self._url = url
        self._pages: dict[str, str] = {}

    def call(self, name: str, **event: Any) -> dict[str, Any]:
        """Run a handler once."""
        module = _module(name)
        context = SimpleNamespace(aws_request_id=f"request-{next(_NUMBERS)}")
        doubles: dict[str, Any] = {
            "write_object": lambda key, rows: self._pages.__setitem__(key, json.dumps(rows)),
            "read_object": lambda key: json.loads(self._pages[key]),
            "store_token": SimpleNamespace(connect=self._connect),
            "logger": SILENT,
            "metrics": SILENT,
        }
        known = {key: double for key, double in doubles.items() if hasattr(module, key)}
        with patch.multiple(module, **known):
            answer: dict[str, Any] = inspect.unwrap(module.handler)({"store_id": self._store.id, **event}, context)
        return answer

    def _connect(self, _: str, __: str | None) -> tuple[WildberriesClient, Any]:
        return WildberriesClient(self._url, self._store.token), read_token(self._store.token)


@cache
def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"functions_{name}", ROOT / "functions" / name / "app.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def execution(functions: Functions, full: bool = False) -> Iterator[str]:
    """Take the steps of one store's run (without labels, without waits); yield the name of each once it is done."""
    name = f"execution-{next(_NUMBERS)}"
    try:
        yield from _steps(functions, name, full)
    except ChatSyncError as error:
        cause = json.dumps({"errorMessage": str(error)})
        functions.call("fail_run", execution_id=name, error=type(error).__name__, cause=cause)
        yield "fail_run"


def _steps(functions: Functions, name: str, full: bool) -> Iterator[str]:
    run = functions.call("open_run", execution_id=name, full=full)
    yield "open_run"
    if run["status"] != "running":
        return
    while run["status"] == "running":
        walked = {"run_id": run["id"], "until": run["until"]}
        asked = {name: run[name] for name in ("seller_id", "listed", "cursor", "stream_end")}
        found = functions.call("fetch_history", **walked, **asked)
        yield "fetch_history"
        run = functions.call("save_history", classify=False, **walked, **found)
        yield "save_history"


@contextmanager
def dying_after(effects: int | None) -> Iterator[None]:
    """Die after so many effects: before and after each statement and each request to WB. None: never."""
    left = itertools.count() if effects is None else iter(range(effects))

    def deadly(original: Callable[..., Any]) -> Callable[..., Any]:
        def effect(*given: Any, **named: Any) -> Any:
            _tick(left)
            result = original(*given, **named)
            _tick(left)
            return result

        return effect

    with (
        patch.object(Database, "run", deadly(Database.run)),
        patch.object(Database, "rows", deadly(Database.rows)),
        patch.object(WildberriesClient, "get", deadly(WildberriesClient.get)),
    ):
        try:
            yield
        except CrashError:
            connection.CONTAINER.discard()  # A dead process keeps none.


def _tick(left: Iterator[int]) -> None:
    if next(left, None) is None:
        raise CrashError


def expire_leases(store_id: str) -> None:
    """Let the store's run have been silent for too long."""
    with transaction() as database:
        database.run(
            "UPDATE sync_logs SET alive_until = now() - interval '1 s' WHERE store_id = :store AND status = 'running'",
            store=store_id,
        )
