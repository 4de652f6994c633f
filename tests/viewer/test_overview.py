"""The overview of a period beside the one before. Every number is computed by hand from the messages that are given."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from html import unescape
from typing import Any

import pytest

from reading.periods import Period
from tests.support.given_rows import ABOUT_RETURNS
from tests.support.shown_rows import a_message, given
from tests.support.stored import rows
from tests.support.web_pages import Page, Pages, listed_chats
from viewer.charts import shade_hours, stack_columns
from viewer.periods import Change, Share, fill_steps, step_of, usual_periods

MOSCOW = timezone(timedelta(hours=3))
WEEK = "/overview?from=2026-10-05&to=2026-10-11"  # a Monday to a Sunday
KETTLE, LAMP = 271146084, 174902332
numbers = iter(range(1, 1000))


def said(at: str, chat: int, sender: str = "client", source: str = "rusite", **changes: Any) -> dict[str, Any]:
    """Return a message of a moment in Moscow, as 2026-10-05 10:00:00."""
    moment = datetime.strptime(at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=MOSCOW)
    times = {"addTimestamp": int(moment.timestamp() * 1000)}
    return a_message(
        next(numbers), "Слова", 0, chatID=f"1:chat-{chat}", sender=sender, source=source, **times, **changes
    )


def by_program(at: str, chat: int) -> dict[str, Any]:
    return said(at, chat, "seller", "seller-public-api")


def by_person(at: str, chat: int) -> dict[str, Any]:
    return said(at, chat, "seller", "seller-portal")


@pytest.fixture
def a_week(pages: Pages) -> Pages:
    """Five chats of a week, of which one began a second before it, and one of another store."""
    given(
        said("2026-10-05 10:00:00", 1),
        by_program("2026-10-05 10:00:20", 1),
        by_person("2026-10-05 10:30:00", 1),
        said("2026-10-05 10:20:00", 2),
        by_person("2026-10-05 12:20:00", 2),
        said("2026-10-06 23:59:30", 3),
        by_person("2026-10-07 00:09:30", 3),
        said("2026-10-11 23:59:59", 4),
        said("2026-10-04 23:59:59", 5),
        by_person("2026-10-05 00:59:59", 5),
    )
    given(
        said("2026-10-08 09:00:00", 6),
        said("2026-10-08 09:01:00", 6, "seller", message={"text": ABOUT_RETURNS}),
        said("2026-10-03 09:00:00", 7),
        by_person("2026-10-03 09:40:00", 7),
        said("2026-10-12 00:00:00", 8),
        store="other",
    )
    rows(f"UPDATE chats SET nm_id = {KETTLE}, product_title = 'Чайник' WHERE id = '1:chat-1' RETURNING id")
    rows("UPDATE chats SET cause = 'broken' WHERE id = '1:chat-1' RETURNING id")
    rows(f"UPDATE chats SET nm_id = {KETTLE}, cause = 'nothing' WHERE id IN ('1:chat-2', '1:chat-7') RETURNING id")
    rows(f"UPDATE chats SET nm_id = {LAMP}, cause = 'late', tag = 'delivery' WHERE id = '1:chat-3' RETURNING id")
    rows("UPDATE stores SET name = 'Вторая лавка' WHERE id = 'other' RETURNING id")
    return pages


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def tiles(page: Page) -> dict[str, str]:
    """Return what each number on top says, by its title."""
    (found,) = re.findall(r'<div class="tiles">(.*?)</div>', page.body, re.DOTALL)
    parts = re.findall(r"<section><h2>(.*?)</h2>(.*?)</section>", found, re.DOTALL)
    return {text_of(title): text_of(rest) for title, rest in parts}


def table(page: Page, title: str) -> list[list[str]]:
    """Return the cells of the table under a title."""
    (found,) = re.findall(rf"<h2>{title}</h2>.*?<tbody>(.*?)</tbody>", page.body, re.DOTALL)
    lines = re.findall(r"<tr>(.*?)</tr>", found, re.DOTALL)
    return [[text_of(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)] for line in lines]


def links(page: Page, path: str) -> list[str]:
    return [unescape(found) for found in re.findall(rf'href="({path}\?[^"]*)"', page.body)]


def test_numbers_of_a_period_stand_beside_those_of_the_one_before(a_week: Pages) -> None:
    """People answered after 10 min, 30 min and 2 h, before the week after 1 h; a program after 20 s."""
    page = a_week.get(f"{WEEK}&store=shop")
    assert tiles(page) == {
        "Messages": "9 before: 1 (+800 %)",
        "New chats": "4 before: 1 (+300 %) without an answer: 1",
        "First answer by people": "30 min median; nine of ten within 2 h 00 min answered 3 of 4 before: 1 h 00 min",
        "First answer by programs": "20 s median; nine of ten within 20 s answered 1 of 4 before: –",
        "Something went wrong": "67 % of 3 judged chats; all chats: 5",
        "Waiting now": "0 over ten days: 0",
    }
    assert "5 October 2026 – 11 October 2026 compared with 28 September 2026 – 4 October 2026" in text_of(page.body)
    russian = tiles(a_week.get(f"{WEEK}&store=shop", "ru"))
    assert russian["Первый ответ людей"] == (
        "30 мин медиана; девять из десяти — за 2 ч 00 мин отвечено 3 из 4 раньше: 1 ч 00 мин"
    )


def test_messages_are_drawn_by_moscows_day_and_writer_and_stand_in_a_table(a_week: Pages) -> None:
    page = a_week.get(f"{WEEK}&store=shop")
    assert table(page, "Messages a day") == [
        ["05.10", "2", "3", "1", "0"],
        ["06.10", "1", "0", "0", "0"],
        ["07.10", "0", "1", "0", "0"],
        *([f"{day}.10", "0", "0", "0", "0"] for day in ("08", "09", "10")),
        ["11.10", "1", "0", "0", "0"],
    ]
    drawn = re.findall(r'<rect class="(s\d)" x="([\d.]+)%" [^>]*><title>05\.10: (\w+ \d)', page.body)
    assert drawn == [("s1", "0.000", "Buyers 2"), ("s2", "0.000", "People 3"), ("s4", "0.000", "Programs 1")]
    assert ["08.10", "1", "0", "0", "1"] in table(a_week.get(WEEK), "Messages a day")


def test_stores_are_compared_and_each_number_leads_to_its_chats(a_week: Pages) -> None:
    page = a_week.get(WEEK)
    assert table(page, "Stores") == [
        ["ИП Проба", "9 before: 1 (+800 %)", "5 before: 0", "67 %", "30 min before: 1 h 00 min", "20 s before: –", "0"],
        ["Вторая лавка", "2 before: 2 (0 %)", "1 before: 1 (0 %)", "– before: 0 %", "– before: 40 min", "–", "0"],
    ]
    assert tiles(page)["Messages"] == "11 before: 3 (+267 %)"
    assert tiles(page)["Something went wrong"] == "67 % before: 0 % (+67 points) of 3 judged chats; all chats: 6"
    of_other = [link for link in links(page, "/chats") if "store=other" in link]
    assert of_other == ["/chats?store=other&from=2026-10-05&to=2026-10-11"]
    assert listed_chats(a_week.get(of_other[0]).body) == ["chat-6"]
    assert "<h2>Stores</h2>" not in a_week.get(f"{WEEK}&store=shop").body


def test_products_are_compared_and_lead_to_their_chats(a_week: Pages) -> None:
    page = a_week.get(WEEK)
    assert table(page, "Products") == [
        [
            *(f"{KETTLE} Чайник", "5", "2 before: 1 (+100 %)", "50 % before: 0 % (+50 points)"),
            *("30 min", "20 s", "0"),
        ],
        [str(LAMP), "2", "1 before: 0", "100 %", "10 min", "–", "0"],
    ]
    (of_kettle,) = (link for link in links(page, "/chats") if str(KETTLE) in link)
    assert sorted(listed_chats(a_week.get(of_kettle).body)) == ["chat-1", "chat-2"]


def test_tags_are_counted_and_lead_to_their_chats(a_week: Pages) -> None:
    page = a_week.get(WEEK)
    assert [row[:2] for row in table(page, "Chats by label")] == [
        ["Delivery", "1 before: 0"],
        ["none", "5 before: 1 (+400 %)"],
    ]
    assert listed_chats(a_week.get(links(page, "/chats")[4]).body) == ["chat-3"]


def test_first_answers_are_shown_by_weekday_and_hour_of_the_question(a_week: Pages) -> None:
    """On Monday at ten two buyers asked, who waited 30 minutes and two hours; on Tuesday at eleven one, 10 minutes."""
    page = a_week.get(WEEK)
    people = table(page, "How soon people first answer, by when the buyer asked")
    assert (len(people), people[10], people[23]) == (
        24,
        ["10:00", "30 min 2", *[""] * 6],
        ["23:00", "", "10 min 1", *[""] * 5],
    )
    assert people[0] == ["0:00", *[""] * 7]
    programs = table(page, "How soon programs first answer, by when the buyer asked")
    assert programs[10] == ["10:00", "20 s 1", *[""] * 6]
    shades = re.findall(r'<rect class="(h\w+)" x="([\d.]+)%" y="([\d.]+)"[^>]*><title>(.*?)</title>', page.body)
    assert shades == [
        ("h1", "41.667", "0.0", "Mon 10:00: 30 min (2)"),
        ("h0", "95.833", "22.0", "Tue 23:00: 10 min (1)"),
        ("h0", "41.667", "0.0", "Mon 10:00: 20 s (1)"),
    ]


def test_who_waits_is_counted_by_age_against_ten_days(pages: Pages) -> None:
    hours = (1, 5 * 24 - 1, 5 * 24 + 1, 7 * 24 - 1, 7 * 24 + 1, 10 * 24 - 1, 10 * 24 + 1, 29 * 24, 31 * 24, 2)
    given(*(a_message(n, "Вопрос", 60 * ago, chatID=f"1:chat-{n}") for n, ago in enumerate(hours)))
    rows("UPDATE chats SET tag = 'thanks' WHERE id = '1:chat-9' RETURNING id")
    page = pages.get("/overview")
    assert [row[:2] for row in table(page, "Waiting now, by age")] == [
        ["up to 5 days", "2"],
        ["5 to 7 days", "2"],
        ["7 to 10 days", "2"],
        ["over 10 days", "2"],
        ["Thanks and spam", "1"],
        ["Silent for over 30 days", "1"],
    ]
    assert tiles(page)["Waiting now"] == "8 over ten days: 2"
    waiting, overdue, *apart = links(page, "/chats")[:4]
    assert (waiting, *apart) == ("/chats?waiting=1", "/chats?waiting=thanks", "/chats?waiting=silent")
    assert listed_chats(pages.get(overdue).body) == ["chat-7", "chat-6"]


def test_without_a_period_the_last_thirty_days_are_shown_and_others_are_a_click_away(pages: Pages) -> None:
    given(a_message(1, "Вопрос", 60))
    today = datetime.now(UTC).astimezone(MOSCOW).date()
    page = pages.get("/overview?store=shop")
    assert f'name="from" value="{today - timedelta(days=29)}"' in page.body
    shown = re.findall(r'<a href="/overview\?([^"]*)"( aria-current="page")?>([^<]*)</a>', page.body)
    assert [(words, bool(current)) for _, current, words in shown] == [
        *(("7 days", False), ("30 days", True), ("90 days", False)),
        *(("This month", today.day == 30), ("Last month", False)),
    ]
    assert unescape(shown[0][0]) == f"store=shop&from={today - timedelta(days=6)}&to={today}"
    only_end = pages.get("/overview?to=2026-10-30")
    assert 'name="from" value="2026-10-01"' in only_end.body


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2026-10-02&to=2026-10-01", "This period ends before it begins"),
        ("from=2999-01-01", "This period ends before it begins"),
        *((query, "This address was cut or mistyped") for query in ("from=x", "to=2026-W44-1", "to=2026-02-30")),
        ("store=%00", "This address was cut or mistyped"),
    ],
)
def test_a_period_that_cannot_be_is_said(pages: Pages, query: str, sentence: str) -> None:
    given(a_message(1, "Вопрос", 60))
    page = pages.get(f"/overview?{query}")
    assert (page.status, sentence in page.body) == (400, True)


def test_a_period_of_a_thousand_years_has_as_many_columns_as_months_with_messages(a_week: Pages) -> None:
    page = a_week.get("/overview?from=2000-01-01&to=2999-12-31&store=other")
    assert table(page, "Messages a month") == [["10.2026", "3", "1", "0", "1"]]
    assert tiles(page)["New chats"] == "3 before: 0 without an answer: 2"


def test_a_period_is_parted_by_days_weeks_or_months() -> None:
    assert [step_of(Period(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days - 1))) for days in (62, 63)] == [
        "day",
        "week",
    ]
    assert step_of(Period(date(2026, 1, 1), date(2028, 1, 1))) == "month"
    row = {"begins_on": date(2026, 10, 5), "buyers": 1}
    weeks = fill_steps(Period(date(2026, 10, 1), date(2026, 10, 14)), "week", [row])
    assert weeks == [(date(2026, 10, 1), {}), (date(2026, 10, 5), row), (date(2026, 10, 12), {})]
    assert fill_steps(Period(date(2026, 10, 1), date(2029, 10, 14)), "month", []) == []


def test_a_week_that_begins_before_its_period_is_cut_there(a_week: Pages) -> None:
    page = a_week.get("/overview?from=2026-08-06&to=2026-10-08&store=shop")
    assert [row for row in table(page, "Messages a week") if row[1:] != ["0"] * 4] == [
        ["28.09", "1", "0", "0", "0"],
        ["05.10", "3", "4", "1", "0"],
    ]
    assert table(page, "Messages a week")[0][0] == "06.08"


def test_a_week_that_began_before_the_period_counts_from_its_first_day(a_week: Pages) -> None:
    page = a_week.get("/overview?from=2026-10-08&to=2026-12-31&store=shop")
    assert table(page, "Messages a week")[:2] == [["08.10", "1", "0", "0", "0"], ["12.10", "0", "0", "0", "0"]]


def test_a_day_begins_at_moscows_midnight(a_week: Pages) -> None:
    shown = tiles(a_week.get("/overview?from=2026-10-12&to=2026-10-12&store=other"))
    assert (shown["Messages"], shown["New chats"]) == ("1 before: 0", "1 before: 0 without an answer: 1")
    assert shown["Something went wrong"] == "– of 0 judged chats; all chats: 1"


def test_usual_periods_are_whole_months_and_days_up_to_today() -> None:
    assert usual_periods(date(2026, 3, 1)) == {
        "days_7": Period(date(2026, 2, 23), date(2026, 3, 1)),
        "days_30": Period(date(2026, 1, 31), date(2026, 3, 1)),
        "days_90": Period(date(2025, 12, 2), date(2026, 3, 1)),
        "this_month": Period(date(2026, 3, 1), date(2026, 3, 1)),
        "last_month": Period(date(2026, 2, 1), date(2026, 2, 28)),
    }
    assert Period(date(2026, 3, 1), date(2026, 3, 31)).before == Period(date(2026, 1, 29), date(2026, 2, 28))


def test_a_change_from_nothing_has_no_percent() -> None:
    assert [Change(3, 2).percent, Change(1, 2).percent, Change(1, 0).percent] == [50, -50, None]
    assert [Share(3, 2).percent, Share(0, 0).percent] == [67, None]


def test_columns_fill_the_width_whatever_their_number() -> None:
    drawing = stack_columns([(str(day), {"a": day}) for day in range(20)], {"a": "s1"}, {"a": "A"})
    assert (drawing.bars[-1].x + drawing.bars[-1].width, drawing.top) == (99.0, 19)
    assert [name for _, name in drawing.ticks] == ["0", "4", "8", "12", "16"]
    assert stack_columns([], {"a": "s1"}, {"a": "A"}).bars == []


def test_cells_are_darker_the_longer_an_answer_takes() -> None:
    took = {(1, hour): seconds for hour, seconds in enumerate((900, 901, 3601, 4 * 3600 + 1, 86_401))}
    assert [cell.kind for cell in shade_hours(took, {})[:6]] == ["h0", "h1", "h2", "h3", "h4", "hnone"]
