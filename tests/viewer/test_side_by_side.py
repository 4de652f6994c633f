"""List and chat side by side in a real browser: a manager's hours, by mouse and by keys alone."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import NARROW, needs_chromium, opened
from tests.support.serving import Site
from tests.support.shown_rows import a_message, given, many_chats
from tests.support.stored import rows

pytestmark = needs_chromium
LAPTOP = (1366, 768)


def open_chat(page: Page) -> str:
    """Return the id of the chat that the address says is shown."""
    found = re.search(r"chat=1%3A(chat-\d+)", page.url)
    return found[1] if found else ""


def test_a_chat_is_found_by_a_pasted_link_and_labelled_without_losing_the_search(browser: Browser, site: Site) -> None:
    link = "https://www.wildberries.ru/catalog/174902332/detail.aspx"
    given(
        *(a_message(n, f"Вопрос {n}", 100 + n, chatID=f"1:chat-{n}") for n in range(30)),
        a_message(50, f"Вот он: {link}", 900, chatID="1:chat-7"),
        a_message(51, f"И этот {link}", 800, chatID="1:chat-9"),
    )
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats")
        page.locator("input[name=q]").fill(link)
        expect(page.locator("ol.chats li")).to_have_count(2)
        page.locator("ol.chats .who a").first.click()
        expect(page.locator("#pane .message.client").first).to_be_visible()
        page.locator("#labels select[name=tag]").select_option("defect")
        page.get_by_role("button", name="Поставить").click()
        expect(page.locator(".done")).to_have_text("Сохранено.")
        expect(page.locator("ol.chats li")).to_have_count(2)
        expect(page.locator("input[name=q]")).to_have_value(link)
        assert "q=https" in page.url
        assert open_chat(page) == "chat-7"
        assert rows("SELECT id FROM chats WHERE tag = 'defect'") == [{"id": "1:chat-7"}]
        page.locator(".beside .close").click()
        expect(page.locator("#pane")).to_have_count(0)
        expect(page.locator("ol.chats li")).to_have_count(2)


def test_twenty_waiting_chats_are_gone_through_by_keys_alone(browser: Browser, site: Site) -> None:
    """In a Russian layout the same keys: they go by their place."""
    many_chats(20)
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats?waiting=1")
        expect(page.locator("#keys-button")).to_be_visible()
        page.keyboard.press("KeyJ")
        page.keyboard.press("Enter")
        expect(page.locator("#keys-button")).to_be_visible()  # The keys are heard.
        read = [open_chat(page)]
        for _ in range(19):
            before = page.url
            page.keyboard.press("KeyJ")
            expect(page).not_to_have_url(before)
            read.append(open_chat(page))
        assert read == [f"chat-{n}" for n in range(19, -1, -1)]  # the longest waiting first
        page.keyboard.press("KeyK")
        expect(page).to_have_url(re.compile("chat-1&|chat-1$|chat-1#"))
        page.keyboard.press("KeyN")
        page.keyboard.type("решено")
        page.keyboard.press("Enter")
        expect(page.locator("ol.chats li")).to_have_count(19)
        assert rows("SELECT chat_id, reason FROM no_answer_marks") == [{"chat_id": "1:chat-1", "reason": "решено"}]
        page.keyboard.press("KeyL")
        expect(page.locator("#labels select[name=tag]")).to_be_focused()
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(page.locator("#pane")).to_have_count(0)
        expect(page.locator("#keys-button")).to_be_visible()
        page.keyboard.press("Slash")
        expect(page.locator("input[name=q]")).to_be_focused()


def test_a_chat_of_3000_messages_is_read_from_a_hit_in_its_middle(browser: Browser, site: Site) -> None:
    given(
        *(a_message(n, f"Слово {n}.", 4000 - n) for n in range(3000)),
        a_message(5000, "Промокод не сработал", 2500.5),
    )
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats?q=промокод")
        page.locator("ol.chats .who a").click()
        expect(page.locator("#here mark")).to_have_text("Промокод")
        expect(page.locator("#here")).to_be_in_viewport()
        assert page.locator(".message").count() <= 301
        for towards, end in (("↑ Более ранние", "Слово 0."), ("↓ Более поздние", "Слово 2999.")):
            page.goto("/chats?q=промокод")
            page.locator("ol.chats .who a").click()
            for _ in range(12):
                link = page.get_by_role("link", name=re.compile(towards))
                if not link.count():
                    break
                before = page.url
                link.click()
                expect(page).not_to_have_url(before)
            expect(page.get_by_text(end, exact=True)).to_have_count(1)


def test_back_goes_where_one_came_from_and_the_list_keeps_its_place(browser: Browser, site: Site) -> None:
    many_chats(50)
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats")
        page.locator("ol.chats .who a").nth(3).click()
        expect(page.locator("#pane")).to_be_visible()
        page.locator("ol.chats .who a").nth(25).scroll_into_view_if_needed()
        place = page.locator("#list").evaluate("(list) => list.scrollTop")
        page.locator("ol.chats .who a").nth(25).click()
        expect(page).to_have_url(re.compile("chat-25"))
        assert page.locator("#list").evaluate("(list) => list.scrollTop") == place > 0
        expect(page.locator("ol.chats li.open")).to_have_count(1)
        expect(page.locator("#chat-title")).to_be_focused()
        page.go_back()
        expect(page).to_have_url(re.compile(r"chat-3(\D|$)"))
        expect(page.get_by_text("Вопрос 3", exact=True)).to_have_count(1)
        page.go_back()
        expect(page.locator("#pane")).to_have_count(0)


def test_without_javascript_and_on_a_phone_chat_and_list_take_turns(browser: Browser, site: Site) -> None:
    many_chats(60)
    with opened(browser, site, NARROW, java_script_enabled=False) as page:
        page.goto("/chats?waiting=1")
        page.locator("a[rel=next]").click()
        page.locator("ol.chats .who a").nth(2).click()
        expect(page.locator("#list")).to_be_hidden()
        expect(page.locator("#here")).to_be_in_viewport()
        first = open_chat(page)
        page.locator(".beside a[rel=next]").click()
        assert open_chat(page) != first
        page.locator(".beside .close").click()
        expect(page.locator("ol.chats li")).to_have_count(10)
        assert "after=" in page.url


@pytest.mark.parametrize("size", [LAPTOP, (1280, 800), (1920, 1000)])
def test_a_laptop_shows_twelve_chats_and_both_panes_from_1000_pixels_on(
    browser: Browser, site: Site, size: tuple[int, int]
) -> None:
    many_chats(30)
    with opened(browser, site, size) as page:
        page.goto("/chats?waiting=1")
        seen = page.locator("ol.chats li").evaluate_all(
            "(rows) => rows.filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length"
        )
        assert seen >= 12
        page.locator("ol.chats .who a").first.click()
        expect(page.locator("#list")).to_be_visible()
        expect(page.locator("#pane")).to_be_visible()


def test_the_list_renews_itself_quietly(browser: Browser, site: Site) -> None:
    many_chats(3)
    with opened(browser, site, LAPTOP) as page:
        page.clock.install()
        page.goto("/chats")
        page.locator("ol.chats .who a").nth(1).focus()
        kept = page.locator("ol.chats .who a").nth(1).get_attribute("href")
        given(a_message(90, "Только что", 0, chatID="1:chat-9"))
        page.clock.run_for(61_000)
        expect(page.locator("ol.chats li")).to_have_count(4)
        expect(page.locator(f"ol.chats a[href='{kept}']")).to_be_focused()
        assert page.locator("[aria-live]").count() == 0


def test_a_form_whose_answer_is_no_page_of_ours_is_sent_by_the_browser_itself(browser: Browser, site: Site) -> None:
    """Such as a login's page, or a refusal: it must be seen, and nothing may be lost without a word."""
    many_chats(1)
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats?of=shop&chat=1:chat-0")
        expect(page.locator("#keys-button")).to_be_visible()
        page.route("**/label", lambda route: route.fulfill(content_type="text/html", body="<p>Log in</p>"), times=1)
        page.locator("#labels select[name=tag]").select_option("defect")
        page.get_by_role("button", name="Поставить").click()
        expect(page.locator(".done")).to_have_text("Сохранено.")
    assert rows("SELECT tag FROM chats") == [{"tag": "defect"}]


def test_the_language_is_chosen_and_remembered(browser: Browser, site: Site) -> None:
    many_chats(1)
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats?waiting=1")
        page.get_by_role("link", name="English").click()
        expect(page).to_have_url(re.compile(r"/chats\?waiting=1"))
        expect(page.get_by_role("link", name="Stores")).to_be_visible()
        page.goto("/")
        expect(page.get_by_role("link", name="Chats", exact=True)).to_be_visible()
        page.get_by_role("link", name="Русский").click()
        expect(page.get_by_role("link", name="Магазины")).to_be_visible()


@pytest.mark.parametrize("name", ["\u3164", "\u200b\u200d", "", "   ", "Я" * 300])
def test_a_buyer_whose_name_cannot_be_seen_can_be_opened(browser: Browser, site: Site, name: str) -> None:
    given(a_message(1, "Вопрос", 60, clientName=name))
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats")
        link = page.locator("ol.chats .who a")
        assert (link.text_content() or "").strip()
        box = link.bounding_box()
        assert box
        assert box["width"] > 20
        assert page.evaluate("document.documentElement.scrollWidth") <= LAPTOP[0]
        link.click()
        expect(page.locator("#chat-title")).to_be_visible()
