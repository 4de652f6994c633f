"""Addresses that nobody links to: what can be read is shown, all else is a sentence, and none makes a page fail."""

import base64
import json
from urllib.parse import quote

import pytest

from tests.support.shown_rows import a_message, given
from tests.support.web_pages import Pages

SHOWN, ADDRESS_INVALID, NOTHING_THERE = 200, 400, 404
FIELDS = {
    "/": ("lang",),
    "/runs": ("store", "status", "before"),
    "/run": ("id",),
    "/chats": (
        "q",
        "store",
        "tag",
        "cause",
        "answered",
        "product",
        "waiting",
        "days",
        "urgent",
        "files",
        "from",
        "to",
        "after",
        "of",
        "chat",
    ),
    "/chat": ("store", "id", "q", "earlier", "later", "message", "done"),
    "/themes": ("store", "month"),
    "/overview": ("store", "from", "to"),
    "/language": ("code",),
}


def key(at: object, store: object = "shop", chat: object = "1:chat-0", urgency: object = 0) -> str:
    return base64.urlsafe_b64encode(json.dumps([at, store, chat, urgency]).encode()).decode()


NOW = "2026-11-01T00:00:00+00:00"
ODD = (
    *("", " ", "0", "-1", "1e9", "٣", "²", "9" * 18, "9" * 19, "9" * 400, "null", "[]", "{}", "%", "\\", "'", '"'),
    *("0001-01-01", "9999-12-31", "2026-W01-1", "20261101", "2026-13-01", "2026-02-30", "٢٠٢٦-١١-٠١", "0000-00-00"),
    *("0001-01", "9999-12", "2026-W1", "2026-00", "2026"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-01T00:00:00+23:59", "2026-11-01T24:00:00"),
    *("2026-11-01T00:00:00+00:00:00.000001", "2026-11-01T00:00:00", "2026-W44-7T00:00:00Z", "infinity", "-infinity"),
    *("\x00", "a\x00b", "\x01\x02\x03", "\ud800", "\udcff", "\ufffe", "\U0010ffff", "e\u0301" * 200, "ㅤ" * 50),
    *("(" * 5000, "((((" * 50 + "a", '"' * 199, "- " * 100, "a & | ! :* <->", "a" * 100_000, "<2>", "-a -b", "!!"),
    *(
        base64.urlsafe_b64encode(word.encode()).decode()
        for word in ("[" * 1400, "1" * 1400, "[NaN,1,1,1]", '"a"', "{}")
    ),
    *(key(at) for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-W44-7", NOW, "-infinity", 5)),
    *(key(NOW, "\x00"), key(NOW, "\ud800"), key(NOW, chat="\udc00"), key(NOW, 5), key(NOW, urgency=9)),
    *(key(NOW, urgency=1.0), key(NOW, urgency=True), key(NOW, urgency=1e400), key(NOW, urgency=[1])),
)


def escaped(value: str) -> str:
    """Return a value as an address holds it: a lone surrogate as the bytes that some programs write for it."""
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


@pytest.mark.parametrize(("path", "field"), [(path, field) for path, fields in FIELDS.items() for field in fields])
def test_no_value_of_any_field_makes_a_page_fail(pages: Pages, path: str, field: str) -> None:
    given(a_message(1, "Вопрос", 60))
    beside = {
        **{("/chat", name): "&store=shop&id=1:chat-0" for name in ("q", "message", "earlier", "later")},
        ("/chats", "of"): "&chat=1:chat-0",
        ("/chats", "chat"): "&of=shop",
    }
    allowed = {SHOWN, ADDRESS_INVALID, NOTHING_THERE}
    for more in {beside.get((path, field), ""), "&urgent=1" if path == "/chats" else ""}:
        failed = {
            value[:60]: page.status
            for value in ODD
            if (page := pages.get(f"{path}?{field}={escaped(value)}{more}")).status not in allowed
        }
        assert failed == {}
