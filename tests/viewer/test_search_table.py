"""A search finds what was meant, and nothing else: a table of searches over texts as people write them."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import transaction
from reading.chats import list_chats
from reading.filters import ChatFilters
from reading.search import MARKED, are_usable
from reading.search_form import searched_words
from tests.support import shown_rows
from tests.support.given_rows import column
from tests.support.web_pages import Pages, chat_address
from tests.viewer.search_cases import MARKS, SEARCHES, TEXTS, UNUSABLE
from viewer.addresses import LONGEST_TEXT
from viewer.marking import mark_words

SIGNS = (*"-+.,:;/\\\"«»&|!<>()*?#@' ", "-", "or", "8", "http", "деньги", "и", "\u0301", "\u200b")
FORMS = """
SELECT search_form(text) AS form
FROM unnest(CAST(:texts AS text[])) WITH ORDINALITY AS written(text, place) ORDER BY place
"""


@pytest.fixture
def table(emptied: str) -> None:
    """Each text as a message of its own chat."""
    shown_rows.given(
        *(
            shown_rows.a_message(number, text, number + 1, chatID=f"1:{name}")
            for number, (name, text) in enumerate(TEXTS.items())
        )
    )


def found_chats(words: str) -> set[str]:
    with transaction() as database:
        return {chat["id"].removeprefix("1:") for chat in list_chats(database, ChatFilters(words=words)).chats}


@pytest.mark.parametrize("rare", [20_000, 0])  # by the found messages; from the newest chat on
def test_each_search_finds_its_texts_and_no_others(table: None, monkeypatch: pytest.MonkeyPatch, rare: int) -> None:
    monkeypatch.setattr("reading.search.RARE_MESSAGES", rare)
    found = {words: found_chats(words) for words, _ in SEARCHES}
    wrong = {words: (found[words], expected) for words, expected in SEARCHES if found[words] != expected}
    assert wrong == {}


@pytest.mark.parametrize("words", UNUSABLE)
def test_of_some_questions_is_said_that_nothing_can_be_looked_for(emptied: str, words: str) -> None:
    with transaction() as database:
        assert not are_usable(database, words)


def test_the_words_of_a_text_are_the_same_in_both_languages_of_ours(emptied: str) -> None:
    with transaction() as database:
        forms = column(database, FORMS, texts=list(TEXTS.values()))
    for text, form in zip(TEXTS.values(), forms, strict=True):
        assert sorted(word.form for word in searched_words(text)) == sorted(form.split()), text


@pytest.mark.parametrize(("words", "name", "marked"), MARKS)
def test_what_was_found_is_marked_as_it_was_written(table: None, words: str, name: str, marked: list[str]) -> None:
    with transaction() as database:
        (headline,) = column(
            database, f"SELECT {MARKED} FROM chat_messages WHERE chat_id = :chat", chat=f"1:{name}", words=words
        )
    shown = mark_words(TEXTS[name], headline)
    assert "".join(piece.text for piece in shown) == TEXTS[name]
    assert [piece.text for piece in shown if piece.marked] == marked


@pytest.mark.parametrize("words", ["174902332", "https://www.wildberries.ru/catalog/174902332/detail.aspx"])
def test_a_pasted_link_is_found_and_marked_where_it_stands(table: None, pages: Pages, words: str) -> None:
    link = "https://www.wildberries.ru/catalog/174902332/detail.aspx?targetUrl=XS"
    listed = pages.get(f"/chats?q={quote(words)}").body
    assert listed.count('class="who"') == 1
    assert "<mark>174902332</mark>" in listed
    assert f"<mark>{link}</mark></a>" in pages.get(chat_address("1:link", q=words)).body


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(SIGNS) | st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_no_question_is_refused(emptied: str, typed: list[str]) -> None:
    words = "".join(typed)[:LONGEST_TEXT]
    with transaction() as database:
        if are_usable(database, words):
            database.rows(f"SELECT {MARKED} FROM (VALUES ('слово', 0)) AS said (text, prefix_characters)", words=words)
            list_chats(database, ChatFilters(words=words))


def test_words_are_marked_only_in_messages_that_are_found(pages: Pages) -> None:
    shown_rows.given(
        shown_rows.a_message(1, "такой: https://wb.ru/catalog/174902332/detail.aspx", 60),
        shown_rows.a_message(2, "не такой: https://wb.ru/catalog/155/detail.aspx", 50),
    )
    body = pages.get(chat_address(q="https://wb.ru/catalog/174902332/detail.aspx")).body
    assert body.count("<mark>") == 1
