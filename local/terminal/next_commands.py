"""The commands that a sentence names as the next ones, for this machine or for a deployed stack, ready to be copied."""

import json
import shlex

from local.terminal.tables import visible


def name_command(words: str, stack: str | None) -> str:
    """Return a command of ./chats."""
    return f"`./chats {words}`" if stack is None else f"`./chats {words} --stack {_word(stack)}`"


def name_sync(store_id: str, stack: str | None, *, full: bool = False) -> str:
    """Return the command that syncs a store, its whole history again if `full`."""
    if stack is None:
        return f"`./chats sync --store {_word(store_id)}{' --full' if full else ''}` (with your --stores file)"
    chosen = json.dumps({"store_ids": [store_id], **({"full": True} if full else {})}, ensure_ascii=False)
    return f"`make start INPUT={_word(chosen)} STACK={_word(stack)}`"


def _word(text: str) -> str:
    """Return one word of a shell's, whatever is in the text."""
    return shlex.quote(visible(text))
