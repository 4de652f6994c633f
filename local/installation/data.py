"""The data that people ask for and change, this machine's or a deployed stack's, by the same code."""

from datetime import datetime
from typing import Any

from database import changes
from local.installation.database import query
from local.installation.deployed_stack import DeployedStack
from local.installation.login_name import login_name
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
    return _with_moments(answer)


def change_data(stack_name: str | None, word: str, **about: Any) -> dict[str, Any]:
    """Make the change of a word of database.changes and return what was done. Raises as read_data."""
    if stack_name is None:
        told = {"by": login_name(), **about}
        return query(lambda database: changes.WORDS[word](database, told).as_result())
    return DeployedStack(stack_name).change(word, **about)


def _with_moments(row: dict[str, Any]) -> dict[str, Any]:
    """Read the ISO texts of columns that are named as moments, also in the lists of rows in a row."""
    return {name: _with_moment(name, value) for name, value in row.items()}


def _with_moment(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_with_moments(each) if isinstance(each, dict) else each for each in value]
    is_moment = isinstance(value, str) and name.endswith(("_at", "_since"))
    return datetime.fromisoformat(value) if is_moment else value
