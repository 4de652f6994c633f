"""How the tests speak to the simulator: the types of their fixtures, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.simulator.server import Simulator


@dataclass(frozen=True)
class Got:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Ask = Callable[..., Got]
Serve = Callable[..., Simulator]
TokenOf = Callable[..., str]
Wait = Callable[[float], None]
