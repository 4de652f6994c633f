"""The viewer's pages, asked in this process or served by a program."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import chromium
from tests.support.serving import Site, serving
from tests.support.web_pages import Pages, load_handler


@pytest.fixture
def pages(emptied: str, monkeypatch: pytest.MonkeyPatch) -> Pages:
    """The pages of a database that the test fills."""
    for name in ("LIVE_RUNS_FOLDER", "CONSOLE_URL"):
        monkeypatch.delenv(name, raising=False)
    return Pages(load_handler())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests that need one."""
    with chromium() as found:
        yield found


@pytest.fixture
def site(served: Site, emptied: str) -> Site:
    """The pages of an empty database, as a program serves them."""
    return served


@pytest.fixture(scope="session")
def served(postgres_url: str) -> Iterator[Site]:
    """The pages as `./chats view` serves them."""
    with serving(postgres_url) as found:
        yield found
