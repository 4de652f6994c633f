"""The form that labels a chat, as a browser gets it, and what it changed."""

import re
from typing import Any

from tests.support.stored import rows
from tests.support.web_pages import Pages, chat_address


def opened(pages: Pages) -> tuple[dict[str, str], str]:
    """Open a chat, and return its form and the browser's cookie."""
    page = pages.get(chat_address())
    token = re.search(r'name="token" value="([^"]+)"', page.body)
    assert token is not None
    cookie = page.cookies[0].partition(";")[0]
    return {"token": token[1], "store": "shop", "chat": "1:chat-0", "tag": "delivery", "alone": "1"}, cookie


def tag() -> Any:
    """Return the only chat's tag, and whose it is."""
    return rows("SELECT tag, tag_source FROM chats")[0]
