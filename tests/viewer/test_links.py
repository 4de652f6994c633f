"""The host shown beside a link is the one that a browser goes to, or there is no link."""

import re

import pytest
from playwright.sync_api import Browser

from tests.support.browser import needs_chromium
from tests.support.shown_rows import a_message, given
from tests.support.web_pages import Pages, chat_address
from viewer.links import host_of

HOSTS = {
    "https://wildberries.example/x?a=1#b": "wildberries.example",
    "HTTPS://WildBerries.Example.:8443/": "wildberries.example.",
    "https://me:you@evil.example/@wildberries.example": "evil.example",
    "https://evil.example?@wildberries.example/": "evil.example",
    "https://магазин.рф/": "xn--80aairftm.xn--p1ai",
    "https://МАГАЗИН.рф/": "xn--80aairftm.xn--p1ai",
    "https://xn--80aairftm.xn--p1ai/": "xn--80aairftm.xn--p1ai",
}
# A browser goes elsewhere with these than their reader, or this module, would say.
MISLEADING = (
    r"https://evil.example\@wildberries.example/order",
    r"https://evil.example\.wildberries.example/",
    "https://evil.exa\tmple/",
    "https://evil.exa\x01mple/",
    "https://evil.example\n@wildberries.example/",
    "https://faß.example/",
    "https://τέλος.example/",
    "https://wild\u200dberries.example/",
    "https://wild\u00adberries.example/",
    "https://ｗildberries.example/",
    "https://wildberries。example/",
    "https://%77ildberries.example/",
    "https://0x7f.1/",
    "https://3232235777/",
)


@pytest.mark.parametrize(("address", "host"), HOSTS.items())
def test_the_host_is_said_in_ascii(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize("address", MISLEADING)
def test_of_a_misleading_address_no_host_is_said(address: str) -> None:
    assert host_of(address) is None


@needs_chromium
def test_a_browser_goes_to_the_host_that_is_said(browser: Browser) -> None:
    page = browser.new_page()
    for address in (*HOSTS, *MISLEADING):
        said = host_of(address)
        there = page.evaluate("address => new URL(address).hostname", address) if said else None
        assert said == there, address
    page.close()


def test_a_misleading_address_is_shown_as_it_was_written_and_is_no_link(pages: Pages) -> None:
    given(a_message(1, rf"Тут {MISLEADING[0]} и https://faß.example/", 60))
    body = pages.get(chat_address()).body
    assert re.findall(r'<a href="http[^"]*"', body) == []
    assert MISLEADING[0] in body
    assert "https://faß.example/" in body
