"""The engine that is open in this process: there can be one, and tests share it as long as they want the same."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any


class OneEngine:
    """Keeps what was opened last, with its warm workers, until something else is wanted."""

    def __init__(self) -> None:
        self._name = ""
        self._opened: Any = None
        self._undo = ExitStack()

    def get(self, name: str, start: Callable[[ExitStack], Any]) -> Any:
        """Return what `start` made under this name; the first time, and after others, it is called."""
        if self._name != name:
            self.close()
            with ExitStack() as undo:
                self._opened = start(undo)
                self._undo, self._name = undo.pop_all(), name
        return self._opened

    def close(self) -> None:
        """End it, and its workers."""
        self._name, self._opened = "", None
        self._undo.close()


ONE_ENGINE = OneEngine()
