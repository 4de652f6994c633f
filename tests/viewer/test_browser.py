"""The pages in a real browser: a manager's ways through them."""

import re
import signal
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.support.browser import LAPTOP, NARROW, WIDE, needs_chromium, opened
from tests.support.given_rows import AUTOMATIC, a_chat
from tests.support.program import Program
from tests.support.serving import Site
from tests.support.shown_rows import NOW, a_message, given, labelled_by_person, many_chats
from tests.support.stored import rows
from tests.support.web_pages import chat_address

pytestmark = needs_chromium
# Of the lists of choices only one is open at a time.
UNFOLD = """for (const folded of document.querySelectorAll("details")) {
    folded.removeAttribute("name");
    folded.open = true;
}"""
PAGES = (
    "/",
    "/chats",
    "/chats?waiting=1&files=1",
    "/chats?q=деньги&of=shop&chat=1:chat-0",
    "/runs",
    "/run?id=1",
    "/themes",
    "/overview",
    chat_address(),
    "/nothing",
)


def a_filled_database() -> None:
    """Store a chat with all there is in a chat, and others beside it."""
    files = {"files": [{"name": "очень-длинное-имя-" * 9 + ".pdf", "contentType": "application/pdf", "size": 182_000}]}
    given(
        a_message(1, "Здравствуйте, где мой заказ? " * 9, 3 * 24 * 60),
        a_message(2, AUTOMATIC, 2 * 24 * 60, sender="seller"),
        a_message(3, "Ссылка: https://wildberries.example/" + "x" * 200, 120, sender="seller"),
        a_message(4, "Верните деньги", 60, message={"text": "Верните деньги", "attachments": files}),
        a_message(5, "Спасибо", 50, chatID="1:chat-1"),
        listed=[a_chat(0, clientName="Анна", goodCard={"nmID": 271146084, "rid": "rid" * 30, "size": "XL"})],
    )
    labelled_by_person("return_refund", cause="broken")


def test_from_a_search_to_a_label_and_back(browser: Browser, site: Site) -> None:
    a_filled_database()
    with opened(browser, site) as page:
        page.goto("/chats")
        expect(page.locator("ol.chats li")).to_have_count(2)
        page.get_by_label("Слова").press_sequentially("деньги")  # and nothing is pressed: the list follows
        expect(page.locator("ol.chats li")).to_have_count(1)
        expect(page).to_have_url(re.compile(r"\?q="))
        expect(page.locator("ol.chats mark")).to_have_text("деньги")
        page.get_by_role("link", name="Анна").click()
        expect(page.locator(".message mark")).to_have_text("деньги")
        page.get_by_label("Поставить вручную").select_option("defect")
        page.get_by_role("button", name="Поставить").click()
        expect(page.locator(".done")).to_have_text("Сохранено.")
        expect(page.locator("ol.history li")).to_have_count(2)
        page.get_by_role("button", name="Снять метку").click()
        expect(page.get_by_role("button", name="Снять метку")).to_have_count(0)
        expect(page.get_by_text("поставил человек").first).to_be_visible()
        assert rows("SELECT tag FROM chats WHERE id = '1:chat-0'") == [{"tag": None}]
        page.go_back()
        expect(page.get_by_label("Слова")).to_have_value("деньги")
        expect(page.locator("ol.chats li")).to_have_count(1)


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "plain"])
def test_several_labels_are_chosen_and_one_is_not(browser: Browser, site: Site, scripted: bool) -> None:
    given(*(a_message(n, "Вопрос", n + 1, chatID=f"1:chat-{n}") for n in range(5)))
    for number, tag in enumerate(("defect", "spam", "thanks", "thanks", "defect")):
        labelled_by_person(tag, f"1:chat-{number}", cause="broken" if number else "late")
    with opened(browser, site, java_script_enabled=scripted) as page:
        page.goto("/chats")
        page.locator(".more > summary").click()
        page.locator("summary", has_text="Метка").click()
        page.get_by_label("Спам", exact=True).check()
        page.get_by_label("Благодарность", exact=True).check()
        page.locator("summary", has_text="Что случилось").click()
        expect(page.get_by_label("Спам", exact=True)).to_be_hidden()
        page.get_by_label("кроме: Опоздание или потеря").check()
        if scripted:
            expect(page.locator(".choice:has([value=broken]) .count")).to_have_text("3")
        else:
            page.get_by_role("button", name="Показать").click()
        expect(page.locator("ol.chats li")).to_have_count(3)
        expect(page).to_have_url(re.compile(r"tag=spam&tag=thanks&cause=-late"))
        page.reload()
        expect(page.locator("summary", has_text="Метка: 2")).to_be_visible()
        expect(page.locator("summary", has_text="Что случилось: кроме Опоздание или потеря")).to_be_visible()


def test_pages_forward_and_back(browser: Browser, site: Site) -> None:
    many_chats(120)
    with opened(browser, site) as page:
        page.goto("/chats")
        first = page.locator("ol.chats .who a").first
        shown = []
        for _ in range(3):
            shown.append(first.get_attribute("href"))
            if page.locator("a[rel=next]").count():
                page.locator("a[rel=next]").click()
        assert len(set(shown)) == 3
        expect(page.locator("ol.chats li")).to_have_count(20)
        page.go_back()
        expect(first).to_have_attribute("href", str(shown[1]))
        page.go_back()
        expect(first).to_have_attribute("href", str(shown[0]))


def test_a_live_runs_graph_follows_the_sync(browser: Browser, site: Site, emptied: str) -> None:
    sync = ("sync", "--store", "turgunov", "--classifier", "none")
    with Program(*sync, environment={"DATABASE_URL": emptied}) as running, opened(browser, site) as page:
        running.until("listed")
        page.goto("/run?id=1")
        expect(page.locator("svg .node.busy")).to_have_count(1, timeout=30_000)
        expect(page.locator("svg .node.busy text").first).to_have_text("Wait for rate limit", timeout=30_000)
        expect(page.locator("svg .node.busy .count")).to_have_text("1")
        expect(page.locator("p.now")).to_contain_text("Wait for rate limit")
        running.send(signal.SIGINT)
        running.ended()
        expect(page.locator("h1 .status")).to_have_text("ошибка", timeout=30_000)
        expect(page.locator("svg .node")).to_have_count(0)


@pytest.mark.parametrize("size", [NARROW, LAPTOP, WIDE], ids=["375", "1280", "1920"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_by_everybody(browser: Browser, site: Site, size: Any, scheme: str) -> None:
    """No rule of axe is broken, nothing runs out of the window, nothing is asked of another host."""
    a_filled_database()
    axe = Axe()
    with opened(browser, site, size, color_scheme=scheme, bypass_csp=True) as page:
        for address in PAGES[:-1]:
            page.goto(address)
            page.evaluate(UNFOLD)
            broken = axe.run(page).response["violations"]
            assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in broken] == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


def test_no_page_complains_under_its_own_policy(browser: Browser, site: Site) -> None:
    a_filled_database()
    with opened(browser, site) as page:
        for address in PAGES[:-1]:
            page.goto(address)
            page.evaluate("fetch('/robots.txt').then((answer) => answer.text())")  # what it said before has come


def test_times_are_the_browsers(browser: Browser, site: Site) -> None:
    a_filled_database()
    with opened(browser, site) as page:
        page.goto(chat_address())
        here = page.locator(".message time").last.text_content()
    with opened(browser, site, java_script_enabled=False) as page:
        page.goto(chat_address())
        moscow = page.locator(".message time").last.text_content()
    sent = NOW.hour * 60 + NOW.minute - 60
    assert here == f"{(sent + 600) // 60 % 24:02}:{sent % 60:02}"  # Vladivostok, UTC+10
    assert moscow == f"{(sent + 180) // 60 % 24:02}:{sent % 60:02}"


def test_days_are_the_browsers_too(browser: Browser, site: Site) -> None:
    evening = (NOW - timedelta(days=2)).replace(hour=18, minute=0)  # 21:00 in Moscow, 4:00 of the next day at the sea
    minutes = (NOW - evening).total_seconds() / 60
    given(*(a_message(number, f"Слово {number}", minutes - number * 60) for number in range(5)))
    with opened(browser, site, java_script_enabled=False) as page:
        page.goto(chat_address())
        moscow = [page.locator("h2.day").nth(place).text_content() for place in range(2)]
    with opened(browser, site) as page:
        page.goto(chat_address())
        expect(page.locator("h2.day")).to_have_count(1)
        here = page.locator("h2.day").text_content()
        assert page.locator(".message .text").all_text_contents() == [f"Слово {number}" for number in range(5)]
    tomorrow = evening + timedelta(days=1)
    assert [day.split()[0] for day in moscow if day] == [str(evening.day), str(tomorrow.day)]
    assert str(here).split()[0] == str(tomorrow.day)


def test_without_javascript_a_search_and_a_label_work_too(browser: Browser, site: Site) -> None:
    a_filled_database()
    with opened(browser, site, java_script_enabled=False) as page:
        page.goto("/chats")
        page.get_by_label("Слова").fill("деньги")
        page.get_by_role("button", name="Показать").click()
        expect(page.locator("ol.chats li")).to_have_count(1)
        page.get_by_role("link", name="Анна").click()
        page.get_by_label("Поставить вручную").select_option("spam")
        page.get_by_role("button", name="Поставить").click()
        expect(page.get_by_text("Сохранено.")).to_be_visible()


def test_the_keyboard_reaches_everything_visibly(browser: Browser, site: Site) -> None:
    a_filled_database()
    with opened(browser, site) as page:
        page.goto("/chats")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="К содержанию")).to_be_focused()
        seen = set()
        for _ in range(30):
            page.keyboard.press("Tab")
            reached = page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name")
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", reached
            seen.add(reached)
            if reached == "Анна":
                break
        assert {"Чаты", "q", "Показать", "Анна"} <= seen


def test_the_numbers_of_a_drawing_open_by_keyboard_and_are_on_paper(browser: Browser, site: Site) -> None:
    a_filled_database()
    with opened(browser, site, java_script_enabled=False) as page:
        page.goto("/overview")
        numbers = page.locator("details.numbers").first
        cell = numbers.locator("td").first
        expect(cell).to_be_hidden()
        page.emulate_media(media="print")
        expect(cell).to_be_visible()
        page.emulate_media(media="screen")
        numbers.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(cell).to_be_visible()


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["375", "1920"])
def test_drawings_fill_the_width(browser: Browser, site: Site, size: Any) -> None:
    a_filled_database()
    with opened(browser, site, size) as page:
        page.goto("/overview")
        box = page.locator("svg.columns").bounding_box()
        assert box is not None
        assert (box["width"] > size[0] * 0.88, box["height"] < 230) == (True, True)
        letters = page.locator("svg.columns text").first.evaluate("at => getComputedStyle(at).fontSize")
        assert letters == "11px"


def test_a_chat_on_paper_is_the_conversation_alone(browser: Browser, site: Site) -> None:
    a_filled_database()
    with opened(browser, site) as page:
        page.goto(chat_address())
        page.emulate_media(media="print")
        for hidden in ("header.top", "form.setting >> nth=0", ".no-answer", "footer"):
            expect(page.locator(hidden)).to_be_hidden()
        expect(page.get_by_text("Верните деньги")).to_be_visible()


def test_the_orders_number_is_copied(browser: Browser, site: Site) -> None:
    a_filled_database()
    with opened(browser, site, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto(chat_address())
        page.get_by_role("button", name="Копировать").click()
        expect(page.get_by_role("button", name="Скопировано")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == "rid" * 30
