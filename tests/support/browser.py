"""The system's Chromium, headless, driven by Playwright; what it asks for and complains about is kept."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from local.view.key import COOKIE
from tests.support.serving import Site

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None,
    reason="Not run: no Chromium on this machine. Install it: apt-get update && apt-get install -y chromium",
)
WIDE, LAPTOP, NARROW = (1920, 1000), (1280, 720), (375, 740)
# As root, Chromium starts only without its sandbox; it shows nothing but the pages under test.
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, site: Site, size: tuple[int, int] = WIDE, **how: Any) -> Iterator[Page]:
    """A page in a browser of its own, for Russian speakers; at its end nothing may have gone wrong on it."""
    wishes = {"locale": "ru-RU", "timezone_id": "Asia/Vladivostok", "viewport": {"width": size[0], "height": size[1]}}
    context = browser.new_context(base_url=site.address, **(wishes | how))
    context.add_cookies([{"name": COOKIE, "value": site.key, "url": site.address}])
    complaints: list[str] = []
    hosts: set[str] = set()
    page = context.new_page()
    page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}") if said.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    try:
        yield page
        assert complaints == []
        assert hosts <= {urlsplit(site.address).netloc}
    finally:
        context.close()
