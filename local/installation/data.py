"""The data that people ask for and change, this machine's or a deployed stack's, by the same code."""

from datetime import datetime
from typing import Any

from database import changes
from local.installation.database import query
from local.installation.deployed_stack import DeployedStack
from reading import answers


def read_data(stack_name: str | None, word: str, **about: Any) -> dict[str, Any]:
    """Return the answer to a word of reading.answers, with moments as such; None asks this machine.

    Raises:
        NotNowError: There is no data yet, or AWS or the stack refuses, in its words.
        ChatSyncError: This machine refuses.
    """
    if stack_name is None:
        answer = query(lambda database: answers.WORDS[word](database, about).as_result())
    else:
        answer = DeployedStack(stack_name).read(word, **about)
    lists = {name: [_with_moments(row) for row in value] for name, value in answer.items() if isinstance(value, list)}
    return answer | lists


def change_data(stack_name: str | None, word: str, **about: Any) -> dict[str, Any]:
    """Make the change of a word of database.changes and return what was done. Raises as read_data."""
    if stack_name is None:
        return query(lambda database: changes.WORDS[word](database, about).as_result())
    return DeployedStack(stack_name).change(word, **about)


def _with_moments(row: dict[str, Any]) -> dict[str, Any]:
    """Read the ISO texts of columns that are named as moments."""
    moments = {name: datetime.fromisoformat(value) for name, value in row.items() if value and name.endswith("_at")}
    return row | moments
