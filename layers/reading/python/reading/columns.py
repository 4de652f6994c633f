"""The columns of rows that an answer shows, as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any


def choose_columns(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return these columns of the rows, and no others; moments as ISO texts."""
    return [{column: _json_value(row[column]) for column in columns} for row in rows]


def _json_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
