"""The open chat beside the list: nothing that is done there loses one's place in the chat, the list or the search."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.browser import NARROW, needs_chromium, opened
from tests.support.serving import Site
from tests.support.shown_rows import a_message, given, many_chats
from tests.support.stored import rows

pytestmark = needs_chromium
LAPTOP = (1366, 768)
MINUTE_MS = 61_000
AT = "(part) => part.getBoundingClientRect().top"


def a_long_chat() -> None:
    """Store 1:chat-0 with 400 messages, two of them about money."""
    given(*(a_message(n, "Верните деньги" if n in {50, 150} else f"Слово {n}", 500 - n) for n in range(400)))


def scrolled(page: Page, part: str) -> float:
    """Return how far a part is scrolled."""
    return float(page.locator(part).evaluate("(part) => part.scrollTop"))


def row(number: int) -> str:
    """Return the selector of a chat's link in the list."""
    return f"ol.chats li a[href*='chat-{number}#']"


def asked_for(page: Page) -> list[str]:
    """Return what the page asks for from now on, without the icon: Chromium takes that whenever it likes."""
    asked: list[str] = []
    page.on("request", lambda request: None if request.url.endswith(".svg") else asked.append(request.url))
    return asked


def test_a_label_leaves_the_chat_where_it_is_read_and_back_leads_to_the_list(browser: Browser, site: Site) -> None:
    a_long_chat()
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats?q=деньги")
        page.locator("ol.chats .who a").click()
        page.locator(".hit-previous").click()
        expect(page).to_have_url(re.compile("message=event-50"))
        expect(page.locator("#here mark")).to_be_in_viewport()
        page.locator(".scroller").evaluate("(part) => part.scrollBy(0, 333)")
        place = scrolled(page, ".scroller")
        page.locator("#labels select[name=tag]").select_option("defect")
        page.get_by_role("button", name="Поставить").click()
        expect(page.locator(".done")).to_be_focused()
        assert scrolled(page, ".scroller") == place > 0
        assert "message=event-50" in page.url
        assert "done" not in page.url
        page.reload()
        expect(page.locator(".done")).to_have_count(0)
        for _ in range(2):
            page.go_back()
        expect(page.locator("#pane")).to_have_count(0)
        expect(page.locator("input[name=q]")).to_have_value("деньги")


def test_a_label_is_said_to_be_saved_beside_a_list_without_filters(browser: Browser, site: Site) -> None:
    many_chats(3)
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats")
        page.locator(row(1)).click()
        page.locator("#labels select[name=tag]").select_option("defect")
        page.get_by_role("button", name="Поставить").click()
        expect(page.locator(".done")).to_have_text("Сохранено.")
        expect(page.locator("ol.chats li.open .tag")).to_contain_text("Брак")
        assert rows("SELECT tag FROM chats WHERE tag IS NOT NULL") == [{"tag": "defect"}]


def test_a_search_keeps_the_open_chat_and_shows_where_it_has_the_words(browser: Browser, site: Site) -> None:
    a_long_chat()
    given(a_message(900, "Совсем другое", 5, chatID="1:chat-9"))
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats?of=shop&chat=1:chat-0")
        page.locator("input[name=q]").fill("деньги")
        expect(page.locator("ol.chats li")).to_have_count(1)
        expect(page.locator("#here mark")).to_be_in_viewport()
        expect(page.locator("input[name=q]")).to_be_focused()
        shown = page.locator(".hits").inner_text()
        page.reload()
        expect(page.locator(".hits")).to_have_text(shown, use_inner_text=True)
        page.locator("input[name=q]").press("Enter")
        expect(page.locator(".hits")).to_have_text(shown, use_inner_text=True)


def test_the_next_chat_of_a_lists_last_one_stands_on_the_next_part_of_the_list(browser: Browser, site: Site) -> None:
    many_chats(60)
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats?of=shop&chat=1:chat-48")
        expect(page.locator("#keys-button")).to_be_visible()
        for number in (49, 50, 51):
            page.keyboard.press("KeyJ")
            expect(page.get_by_text(f"Вопрос {number}", exact=True)).to_be_visible()
            expect(page.locator("ol.chats li.open")).to_have_count(1)
        expect(page.locator("ol.chats li")).to_have_count(10)
        for number in (50, 49):
            page.go_back()
            expect(page.get_by_text(f"Вопрос {number}", exact=True)).to_be_visible()
            expect(page.locator("ol.chats li.open")).to_have_count(1)
        expect(page.locator("ol.chats li")).to_have_count(50)


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "plain"])
@pytest.mark.parametrize("size", [NARROW, LAPTOP], ids=["375", "1366"])
def test_the_way_back_to_the_list_leads_to_the_chats_own_line(
    browser: Browser, site: Site, size: tuple[int, int], scripted: bool
) -> None:
    many_chats(50)
    with opened(browser, site, size, java_script_enabled=scripted) as page:
        page.goto("/chats?of=shop&chat=1:chat-40#here")
        page.locator(".beside .close").click()
        expect(page.locator("#pane")).to_have_count(0)
        expect(page.locator(row(40))).to_be_in_viewport()
        if scripted:
            expect(page.locator(row(40))).to_be_focused()
            expect(page.locator("#keys-button")).to_be_visible()  # The keys are heard.
            page.keyboard.press("KeyJ")
            expect(page.locator(row(41))).to_be_focused()


def test_the_link_over_the_menu_leads_to_the_content_and_asks_for_nothing(browser: Browser, site: Site) -> None:
    many_chats(3)
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats?of=shop&chat=1:chat-1")
        page.locator(".skip").focus()
        asked = asked_for(page)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("#main$"))
        page.evaluate("new Promise((then) => setTimeout(then))")
        assert asked == []


def test_a_list_that_renews_itself_leaves_focus_place_and_selection(browser: Browser, site: Site) -> None:
    many_chats(50)
    with opened(browser, site, LAPTOP) as page:
        page.clock.install()
        page.goto("/chats?of=shop&chat=1:chat-0")
        page.locator(row(30)).focus()
        page.locator("#list").evaluate("(list) => list.scrollBy(0, 77)")
        place = page.locator(row(30)).evaluate(AT)
        given(*(a_message(n, "Только что", 0.5, chatID=f"1:chat-{n}") for n in (90, 91)))
        page.clock.run_for(MINUTE_MS)
        expect(page.locator(row(91))).to_have_count(1)
        expect(page.locator(row(30))).to_be_focused()
        assert page.locator(row(30)).evaluate(AT) == pytest.approx(place, abs=1)
        page.locator("ol.chats .said").nth(2).evaluate("(said) => getSelection().selectAllChildren(said)")
        given(a_message(92, "И ещё", 0.2, chatID="1:chat-92"))
        page.clock.run_for(MINUTE_MS)
        page.evaluate("fetch('/chats').then((answer) => answer.text())")  # answered after what was asked before it
        expect(page.locator(row(92))).to_have_count(0)
        assert page.evaluate("getSelection().toString()").endswith("Вопрос 0")
        page.evaluate("getSelection().removeAllRanges()")
        page.clock.run_for(MINUTE_MS)
        expect(page.locator(row(92))).to_have_count(1)


def test_a_list_that_was_left_meanwhile_is_not_brought_back(browser: Browser, site: Site) -> None:
    many_chats(3)
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    with opened(browser, site, LAPTOP) as page:
        page.clock.install()
        page.goto("/chats")
        page.route("**/chats", hold, times=1)
        with page.expect_request("**/chats"):
            page.clock.run_for(MINUTE_MS)
        page.locator("input[name=q]").fill("2")
        page.clock.run_for(600)
        expect(page.locator("ol.chats li")).to_have_count(1)
        page.locator("input[name=q]").blur()
        with page.expect_request_finished(lambda request: request == late[0].request):
            late[0].continue_()
        page.evaluate("fetch('/robots.txt').then((answer) => answer.text())")  # answered after the late one
        expect(page.locator("ol.chats li")).to_have_count(1)


def test_each_step_asks_for_one_page_alone(browser: Browser, site: Site) -> None:
    many_chats(20)
    with opened(browser, site, LAPTOP) as page:
        page.goto("/chats?waiting=1&of=shop&chat=1:chat-19")
        expect(page.locator("#keys-button")).to_be_visible()
        asked = asked_for(page)
        for number in range(18, 8, -1):
            page.keyboard.press("KeyJ")
            expect(page.get_by_text(f"Вопрос {number}", exact=True)).to_be_visible()
        assert len(asked) == 10
