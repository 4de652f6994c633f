"""pg8000's connection with one exchange for each statement instead of three, and each statement's text read once."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pg8000.native
from pg8000.converters import make_params
from pg8000.core import NULL_BYTE, SYNC_MSG, Context

KEPT_STATEMENTS = 500  # There are fewer; a page's filters make several of one.

# It reads a statement letter by letter, which takes longer than Postgres needs for most of ours.
pg8000.native.to_statement = lru_cache(KEPT_STATEMENTS)(pg8000.native.to_statement)


class OneExchangeConnection(pg8000.native.Connection):  # type: ignore[misc]  # It has no types.
    """A connection that sends all messages of a statement before it waits, as libpq does."""

    def execute_unnamed(
        self, statement: str, vals: Sequence[Any] = (), oids: Sequence[int] = (), stream: Any = None
    ) -> Context:
        """Run a statement with these values; return its rows, columns and row count. Raises as pg8000 does."""
        context, values = Context(statement, stream=stream), make_params(self.py_types, vals)
        self.send_PARSE(NULL_BYTE, statement, oids)
        self.send_DESCRIBE_STATEMENT(NULL_BYTE)
        self.send_BIND(NULL_BYTE, values)
        self.send_EXECUTE()
        self._sock.write(SYNC_MSG)
        self._sock.flush()
        self.handle_messages(context)
        return context
