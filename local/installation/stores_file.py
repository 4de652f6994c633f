"""The stores file: which stores to sync, and where their tokens are. Checked whole before anything starts."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatsync.owner_files import read_toml
from local.errors import UsageError
from local.owner_only import is_read_by_others

STORE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # It is part of S3 keys and of the token's parameter name.
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
KEYS = {"id", "name", "token", "token_env"}
BAD_STORE_ID = "may hold only the letters a to z, digits, - and _, at most 64 of them."
HELP = "`./chats sync --help` shows a whole file."


@dataclass(frozen=True)
class Store:
    """A store as its owner entered it; `is_exposed` tells that its token stands in a file that others can read."""

    id: str
    name: str
    token: str = field(repr=False)
    is_exposed: bool = False


def read_stores_file(path: Path) -> list[Store]:
    """Return the file's stores.

    Raises:
        UsageError: The file is missing or malformed, an entry is incomplete, or two entries share an id.
    """
    entries = _entries(path)
    is_open = is_read_by_others(path)
    stores = [_store(f"{path}, entry {number}", entry, is_open) for number, entry in enumerate(entries, start=1)]
    doubled = [store_id for store_id, times in Counter(store.id for store in stores).items() if times > 1]
    if doubled:
        raise UsageError(f"{path}: the id {doubled[0]!r} appears twice. Give each store its own id.")
    return stores


def _entries(path: Path) -> list[Any]:
    content, wrong = read_toml(path)
    if wrong:
        raise UsageError(f"The stores file {path} cannot be used: {wrong}. {HELP}")
    if unknown := sorted(set(content) - {"stores"}):
        raise UsageError(f"{path}: unknown key {unknown[0]!r} outside of [[stores]]. {HELP}")
    entries = content.get("stores")
    if not isinstance(entries, list) or not entries:
        raise UsageError(f"{path} has no [[stores]] entry. {HELP}")
    return entries


def _store(where: str, entry: object, is_open: bool) -> Store:
    if not isinstance(entry, Mapping):
        raise UsageError(f"{where} is not a table. Begin each store with a line [[stores]].")
    if unknown := sorted(set(entry) - KEYS):
        raise UsageError(f"{where}: unknown key {unknown[0]!r}. The keys are id, name, and token or token_env.")
    store_id = _text(where, entry, "id")
    if not STORE_ID.fullmatch(store_id):
        raise UsageError(f"{where}: an id {BAD_STORE_ID}")
    return Store(store_id, _text(where, entry, "name"), _token(where, entry), is_open and "token" in entry)


def _token(where: str, entry: Mapping[str, Any]) -> str:
    if ("token" in entry) == ("token_env" in entry):
        raise UsageError(f"{where}: give either token or token_env.")
    if "token" in entry:
        return _text(where, entry, "token")
    variable = _text(where, entry, "token_env")
    if not VARIABLE.fullmatch(variable):  # Not quoted: it may be the token itself.
        raise UsageError(f"{where}: token_env is not a variable's name. For the token itself use token.")
    token = os.environ.get(variable, "").strip()
    if not token:
        raise UsageError(f"{where}: the environment variable {variable} is not set. Put the store's token there.")
    return token


def _text(where: str, entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where}: {key} is missing or not text.")
    return value.strip()
