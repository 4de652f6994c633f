"""Themes: what went wrong with which product in a month, how that changed, and which chats it was."""

import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest

from database.connection import transaction
from reading.themes import MOST_PRODUCTS
from tests.support.shown_rows import a_message, given
from tests.support.stored import rows
from tests.support.web_pages import Page, Pages, listed_chats
from viewer.themes import CauseShare, last_day, months_between, sum_up_theme

THIS, BEFORE = date(2026, 10, 1), date(2026, 9, 1)
KETTLE, LAMP = 271146084, 174902332


def a_row(cause: str | None, chats: int, before: int = 0) -> dict[str, Any]:
    return {"cause": cause, "chats": chats, "chats_before": before}


def test_shares_are_of_the_judged_chats_and_change_in_percentage_points() -> None:
    theme = sum_up_theme([a_row("nothing", 5, 9), a_row("late", 1, 0), a_row("broken", 4, 1), a_row(None, 7, 3)])
    assert theme.causes == [
        CauseShare(cause="broken", chats=4, percent=40, change=30),
        CauseShare(cause="late", chats=1, percent=10, change=10),
        CauseShare(cause="nothing", chats=5, percent=50, change=-40),
    ]
    assert (theme.chats, theme.chats_before, theme.unjudged) == (17, 13, 7)


def test_a_cause_that_went_away_is_still_seen_and_without_a_month_before_there_is_no_change() -> None:
    gone, new = sum_up_theme([a_row("broken", 0, 2), a_row("late", 3, 2)]), sum_up_theme([a_row("late", 3)])
    assert [(share.cause, share.percent, share.change) for share in gone.causes] == [
        ("late", 100, 50),
        ("broken", 0, -50),
    ]
    assert [(share.cause, share.change) for share in new.causes] == [("late", None)]
    assert sum_up_theme([a_row(None, 2, 2)]).causes == []


def test_points_have_their_sign_and_no_change_has_none(pages: Pages) -> None:
    chats(BEFORE, KETTLE, "broken")
    chats(THIS, KETTLE, "broken")
    assert table(pages.get("/themes"))[1][2] == "Broken or faulty 1 · 100 % 0 points"


def test_months_go_back_to_the_first_and_end_on_their_last_day() -> None:
    assert months_between(date(2025, 11, 1), date(2026, 1, 1)) == [
        date(2026, 1, 1),
        date(2025, 12, 1),
        date(2025, 11, 1),
    ]
    assert len(months_between(date(1970, 1, 1), date(2026, 1, 1))) == 60
    assert [last_day(month) for month in (date(2028, 2, 1), date(2026, 12, 1), date(9999, 12, 1))] == [
        date(2028, 2, 29),
        date(2026, 12, 31),
        date(9999, 12, 31),
    ]


def chats(month: date, product: int | None, *causes: str | None, store: str = "shop", hour: int = 12) -> None:
    """Store a chat of one message for each cause, on the month's third day."""
    at = datetime(month.year, month.month, 3, hour, tzinfo=UTC)
    number = rows("SELECT count(*)::int AS n FROM chats")[0]["n"]
    names = [f"1:chat-{number + place}" for place in range(len(causes))]
    card = {"goodCard": {"nmID": product, "name": f"Товар <{product}>"}} if product else {}
    given(
        *(
            a_message(number + place, "Вопрос", 0, chatID=name, addTimestamp=int(at.timestamp() * 1000) + place)
            | {"message": {"text": "Вопрос", "attachments": card}}
            for place, name in enumerate(names)
        ),
        store=store,
    )
    with transaction() as database:
        for name, cause in zip(names, causes, strict=True):
            database.run("UPDATE chats SET cause = :cause WHERE id = :id", cause=cause, id=name)


def table(page: Page) -> list[list[str]]:
    """Return the table's rows, each cell as its words."""
    words = re.sub(r"<svg.*?</svg>", "", page.body, flags=re.S)
    found = re.findall(r"<tr>\s*(<th scope=\"row\">.*?)</tr>", words, re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in found]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]


def links(page: Page, text: str) -> list[str]:
    return [unescape(href) for href in re.findall(rf'<a href="(/chats\?[^"]+)">{text}</a>', page.body)]


@pytest.fixture
def two_months(pages: Pages) -> Pages:
    """October and the September before it, of two products, chats without a product, and another store."""
    chats(BEFORE, KETTLE, "broken", "nothing", "nothing", "nothing")
    chats(THIS, KETTLE, "broken", "broken", "late", "nothing", None)
    chats(THIS, LAMP, "nothing")
    chats(THIS, None, "late")
    chats(THIS, LAMP, "broken", "broken", "broken", "broken", store="other")
    return pages


def test_the_page_shows_each_products_causes_with_shares_and_the_change(two_months: Pages) -> None:
    page = two_months.get("/themes?month=2026-10&store=shop")
    assert table(page) == [
        [
            "All products",
            "7 4 the month before",
            "Broken or faulty 2 · 33 % +8 points Late or lost 2 · 33 % +33 points "
            "Nothing went wrong 2 · 33 % −42 points 1 chat without a cause",
        ],
        [
            f"{KETTLE} Товар <{KETTLE}>",
            "5 4 the month before",
            "Broken or faulty 2 · 50 % +25 points Late or lost 1 · 25 % +25 points "
            "Nothing went wrong 1 · 25 % −50 points 1 chat without a cause",
        ],
        ["No product named", "1 0 the month before", "Late or lost 1 · 100 %"],
        [f"{LAMP} Товар <{LAMP}>", "1 0 the month before", "Nothing went wrong 1 · 100 %"],
    ]
    russian = two_months.get("/themes?month=2026-10&store=shop", "ru").body
    for words in ("Темы", "Брак или поломка", "+25 п. п.", "Товар не указан", "1 чат без причины"):
        assert words in russian


def test_causes_are_drawn_beside_the_product_with_the_most_trouble(two_months: Pages) -> None:
    """In both stores 4 lamps broke and 2 kettles, one kettle was late, and so was one chat without a product."""
    bars = re.findall(r'<svg class="stacked".*?</svg>', two_months.get("/themes?month=2026-10").body, re.S)
    drawn = [re.findall(r'class="(c\d)" x="([\d.]+)%".*? width="([\d.]+)%".*?<title>(.*?)<', bar) for bar in bars]
    assert drawn == [
        [("c0", "0.000", "75.000", "Broken or faulty: 6"), ("c1", "75.000", "25.000", "Late or lost: 2")],
        [("c0", "0.000", "100.000", "Broken or faulty: 4")],
        [("c0", "0.000", "50.000", "Broken or faulty: 2"), ("c1", "50.000", "25.000", "Late or lost: 1")],
        [("c1", "0.000", "25.000", "Late or lost: 1")],
    ]


def test_without_a_month_the_newest_is_shown_and_all_stores_together(two_months: Pages) -> None:
    page = two_months.get("/themes")
    assert [row[:2] for row in table(page)] == [
        ["All products", "11 4 the month before"],
        [f"{LAMP} Товар <{LAMP}>", "5 0 the month before"],
        [f"{KETTLE} Товар <{KETTLE}>", "5 4 the month before"],
        ["No product named", "1 0 the month before"],
    ]
    assert re.findall(r'<option value="(\d{4}-\d\d)"( selected)?>', page.body) == [
        ("2026-10", " selected"),
        ("2026-09", ""),
    ]
    assert table(two_months.get("/themes?month=")) == table(page)
    september = table(two_months.get("/themes?month=2026-09"))
    assert [row[0] for row in september] == ["All products", f"{KETTLE} Товар <{KETTLE}>"]
    assert "No chats in this month" in two_months.get("/themes?month=2999-12").body


def test_each_number_leads_to_its_chats(two_months: Pages) -> None:
    page = two_months.get("/themes?month=2026-10&store=shop")
    of_kettle = links(page, "Broken or faulty")[1]
    assert of_kettle == (f"/chats?store=shop&cause=broken&product={KETTLE}&from=2026-10-01&to=2026-10-31")
    assert listed_chats(two_months.get(of_kettle).body) == ["chat-5", "chat-4"]
    assert len(listed_chats(two_months.get(links(page, "Late or lost")[0]).body)) == 2
    (whole,) = links(page, str(KETTLE))
    body = two_months.get(whole).body
    assert len(listed_chats(body)) == 5
    assert f'name="product" inputmode="numeric" pattern="[0-9]*" maxlength="19" size="11" value="{KETTLE}"' in body
    assert len(listed_chats(two_months.get("/chats?product=").body)) == 15


def test_a_chat_counts_in_moscows_month_of_its_last_message(pages: Pages) -> None:
    chats(date(2026, 9, 1), KETTLE, "broken")
    with transaction() as database:
        database.run("UPDATE chats SET last_message_at = '2026-09-30T21:00:00Z'")  # 1 October, 00:00 in Moscow
    assert rows("SELECT * FROM product_causes") == [
        {
            "store_id": "shop",
            "month": THIS,
            "nm_id": KETTLE,
            "product_title": f"Товар <{KETTLE}>",
            "cause": "broken",
            "chats": 1,
        }
    ]
    page = pages.get("/themes?month=2026-10")
    assert listed_chats(pages.get(links(page, "Broken or faulty")[0]).body) == ["chat-0"]


def test_of_many_products_those_with_the_most_trouble_are_shown(pages: Pages) -> None:
    for product in range(1, MOST_PRODUCTS + 1):
        with transaction() as database:
            database.run(
                "INSERT INTO stores (id, name) VALUES ('shop', 'ИП Проба') ON CONFLICT DO NOTHING;"
                f" INSERT INTO chats (store_id, id, nm_id, cause, last_message_at) VALUES"
                f" ('shop', 'a{product}', {product}, 'nothing', '{THIS}'), ('shop', 'b{product}', {product},"
                f" 'nothing', '{THIS}')"
            )
    chats(THIS, KETTLE, "late")
    page = pages.get("/themes")
    found = table(page)
    assert (len(found), found[1][0]) == (MOST_PRODUCTS + 1, f"{KETTLE} Товар <{KETTLE}>")
    assert f"Shown are the {MOST_PRODUCTS} products" in page.body


def test_a_month_of_chats_that_nobody_judged_says_so(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    assert [row[2] for row in table(pages.get("/themes", "ru"))] == ["1 чат без причины", "1 чат без причины"]
