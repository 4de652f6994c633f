"""What the test's database holds."""

from typing import Any

from database.connection import transaction


def rows(sql: str, **parameters: Any) -> list[dict[str, Any]]:
    """Return what a query finds, outside of any function."""
    with transaction() as database:
        return database.rows(sql, **parameters)
