"""What the pages look like with names and words that nobody expects, and what of an open chat is in sight."""

import pytest
from playwright.sync_api import Browser, Page, expect

from database.connection import transaction
from tests.support.browser import NARROW, WIDE, needs_chromium, opened
from tests.support.given_rows import a_chat
from tests.support.serving import Site
from tests.support.shown_rows import a_message, given, labelled_by_person
from tests.support.web_pages import chat_address

pytestmark = needs_chromium
SMALL, LAPTOP = (1280, 720), (1366, 768)
OPENED = "/chats?of=shop&chat=1:chat-0#here"
# Wider than it is shown: the window itself, and each part that has a place of its own.
RUNS_OUT = """() => [document.scrollingElement, ...document.querySelectorAll("#list, #pane, .labels")]
    .filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.id || part.className || part.tagName)"""


def a_long_chat(**changes: str) -> None:
    """Store a chat of more messages than any screen shows, from both sides."""
    sides = ("client", "client", "seller", "seller")
    given(*(a_message(n, f"Слово {n}", 90 - n, sender=sides[n % 4], **changes) for n in range(60)))


@pytest.mark.parametrize("size", [NARROW, SMALL, LAPTOP, WIDE], ids=["375", "1280", "1366", "1920"])
@pytest.mark.parametrize("address", ["/chats?store=shop", "/", "/runs", OPENED, chat_address()])
def test_endless_names_and_words_run_out_of_nothing(
    browser: Browser, site: Site, size: tuple[int, int], address: str
) -> None:
    endless = "Превысокомногорассмотрительствующий" * 7
    given(
        a_message(1, endless, 60, clientName=endless),
        a_message(2, endless, 50, clientName=endless, sender=endless),
        *(a_message(n, "Вопрос", n * 24 * 60, chatID=f"1:chat-{n}") for n in range(3, 14)),
        listed=[a_chat(0, clientName=endless, goodCard={"nmID": 5, "rid": endless, "size": endless, "name": endless})],
    )
    with transaction() as database:
        database.run("UPDATE stores SET name = :name", name=endless + " дома и дачи" * 20)
    with opened(browser, site, size) as page:
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        assert page.evaluate(RUNS_OUT) == []


def seen_of(page: Page, part: str) -> float:
    """Return how much of the height of a part is in the window."""
    return float(
        page.locator(part).first.evaluate(
            """(part) => { const { top, bottom, height } = part.getBoundingClientRect();
                return (Math.min(bottom, innerHeight) - Math.max(top, 0)) / height; }"""
        )
    )


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "plain"])
@pytest.mark.parametrize("size", [SMALL, LAPTOP, WIDE], ids=["1280", "1366", "1920"])
def test_an_open_chat_leaves_all_else_in_sight(
    browser: Browser, site: Site, size: tuple[int, int], scripted: bool
) -> None:
    a_long_chat()
    with opened(browser, site, size, java_script_enabled=scripted) as page:
        page.goto(OPENED)
        expect(page.get_by_text("Слово 59", exact=True)).to_be_in_viewport()
        for part in ("header.top", "input[name=q]", ".chat-head", ".beside", "#labels select[name=tag]"):
            assert seen_of(page, part) == 1, part
        assert page.evaluate("document.scrollingElement.scrollHeight") <= size[1]
        pane = page.locator("#pane").bounding_box()
        assert pane
        assert pane["y"] + pane["height"] > size[1] - 5


@pytest.mark.parametrize("address", [chat_address(), OPENED])
def test_a_chat_opens_at_its_newest_message(browser: Browser, site: Site, address: str) -> None:
    a_long_chat()
    with opened(browser, site, LAPTOP) as page:
        page.goto(address.removesuffix("#here"))
        expect(page.get_by_text("Слово 59", exact=True)).to_be_in_viewport()


def test_a_product_whose_title_cannot_be_seen_has_a_link(browser: Browser, site: Site) -> None:
    given(a_message(1, "Вопрос", 60), listed=[a_chat(0, goodCard={"nmID": 271146084, "name": "\u3164\u200b"})])
    with opened(browser, site, LAPTOP) as page:
        page.goto(chat_address())
        expect(page.locator("a[href$='/271146084/detail.aspx']")).to_have_text("271146084")


def test_a_laptop_shows_twelve_chats_however_urgent_they_are_and_whatever_their_buyers_are_called(
    browser: Browser, site: Site
) -> None:
    given(*(a_message(n, "Где заказ? " * 20, 8 * 24 * 60 + n, chatID=f"1:chat-{n}") for n in range(30)))
    given(*(a_message(n, "Где?", n, chatID=f"1:chat-{n}", clientName="Я" * 300) for n in (100, 101)))
    for number in range(30):
        labelled_by_person("defect", f"1:chat-{number}", cause="broken")
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats")
        seen = page.locator("ol.chats li").evaluate_all(
            "(rows) => rows.filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length"
        )
        assert seen >= 12
