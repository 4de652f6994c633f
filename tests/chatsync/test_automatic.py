"""Which messages nobody wrote, and what an owner may add to the list."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatsync.automatic import OWN_FILE, automatic_messages, is_automatic, read_automatic
from chatsync.errors import AutomaticListInvalidError

LOW_RATING = "Здравствуйте. Вы оставили отзыв с низкой оценкой"
RETURNS = "Здравствуйте! Здесь вы можете задать вопросы по возврату товара, если они у вас возникнут"
OF_BOTS = "Сообщение выше автоматическое и ответа не требует."
OWN = "Наш магазин закрыт до понедельника, ответим позже"


@pytest.fixture
def _list_read_anew() -> Iterator[None]:
    automatic_messages.cache_clear()
    yield
    automatic_messages.cache_clear()


@pytest.mark.parametrize("text", [LOW_RATING, RETURNS, OF_BOTS, f"Заказ собран, ждём курьера. {OF_BOTS}"])
@pytest.mark.parametrize(
    "written",
    [
        lambda text: text,
        lambda text: text.upper(),
        lambda text: f"\n  {text.replace(' ', chr(10))}",
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace(".", " !!! 🙂").replace(",", ""),
        lambda text: text.replace("е", "ё"),
        lambda text: text.replace("о", "о\u200b\u00ad"),
    ],
)
def test_a_listed_text_is_known_however_it_is_written(text: str, written: object) -> None:
    assert callable(written)
    assert is_automatic("seller", written(text))


def test_what_begins_as_listed_goes_on_as_it_likes() -> None:
    assert is_automatic("seller", f"{LOW_RATING} на товар «Кружка» (артикул 12). " + "слово " * 10_000)
    assert is_automatic("seller", "слово " * 10_000 + OF_BOTS)


@pytest.mark.parametrize("sender", ["client", "wb", "бот", None])
def test_who_quotes_such_a_text_wrote_it(sender: str | None) -> None:
    assert not is_automatic(sender, RETURNS)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "!!!",
        "Здравствуйте!",
        "Здравствуйте. Вы оставили отзыв",
        f"Добрый день! {LOW_RATING}",
        f"{OF_BOTS} Но вопрос мы увидели",
        "Здравствуйте! Здесь вы можете забрать заказ",
    ],
)
def test_other_words_of_the_sellers_are_the_sellers(text: str | None) -> None:
    assert not is_automatic("seller", text)


def test_an_owners_file_adds_to_our_list(
    _list_read_anew: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = read_automatic(OWN_FILE).digest
    added = tmp_path / "mine.toml"
    added.write_text(f'beginnings = ["{OWN}"]', "utf-8")
    monkeypatch.setenv("AUTOMATIC_FILE", str(added))
    assert is_automatic("seller", f"{OWN}!")
    assert is_automatic("seller", RETURNS)
    assert automatic_messages().digest != own


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("beginnings = [", "it is not valid TOML"),
        ('begins = ["x"]', "it has an unknown 'begins'"),
        ('beginnings = "текст"', "beginnings are not a list of texts"),
        ("endings = [5]", "endings are not a list of texts"),
        (f'beginnings = ["{OWN}", "Здравствуйте!!!"]', "number 2 of beginnings does not have 20 to 400 letters"),
        ('endings = ["..."]', "number 1 of endings does not have"),
        (f'beginnings = ["{"слово" * 100}"]', "number 1 of beginnings does not have"),
        (None, "it cannot be read (No such file or directory)"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_marks_nothing(tmp_path: Path, content: str | None, wrong: str) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(AutomaticListInvalidError) as refused:
        read_automatic(file)
    assert f"{file} cannot be used: {wrong}" in str(refused.value)
    assert "AUTOMATIC_FILE" in str(refused.value)
