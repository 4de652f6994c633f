"""Search as you type in a real browser: the list is of the words that stand in the form, whatever answer comes last."""

from playwright.sync_api import Browser, Route, expect

from tests.support.browser import needs_chromium, opened
from tests.support.serving import Site
from tests.support.shown_rows import a_message, given

pytestmark = needs_chromium
FIRST, THEN = "деньги", "деньги вернули"


def test_a_late_answer_does_not_bring_back_an_older_search(browser: Browser, site: Site) -> None:
    given(a_message(1, FIRST, 60), a_message(2, THEN, 50, chatID="1:chat-1"))
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    with opened(browser, site) as page:
        page.goto("/chats")
        page.route("**/chats?*", hold, times=1)
        words, found = page.get_by_label("Слова"), page.locator("ol.chats li")
        with page.expect_request("**/chats?*"):
            words.fill(FIRST)
        words.fill(THEN)
        expect(found).to_have_count(1)
        address = page.url
        with page.expect_request_finished(lambda request: request == late[0].request):
            late[0].continue_()
        page.evaluate("fetch('/robots.txt').then((answer) => answer.text())")  # asked, and answered, after the late one
        expect(found).to_have_count(1)
        assert page.url == address
