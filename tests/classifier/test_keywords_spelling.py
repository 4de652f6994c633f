"""Misspelt words and Russian in Latin letters."""

import pytest

from classifier.dictionary.spelling import cyrillic, spelt, split_not


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("пасылка", "посылка"),
        ("приедит", "приедет"),
        ("сломаная", "сломанная"),
        ("денги", "деньги"),
        ("kogda", "когда"),
        ("otziv", "отзыв"),
        ("dyrka", "дырка"),
    ],
)
def test_given_a_word_one_mistake_away_when_read_then_what_was_meant_is_among_its_spellings(
    written: str, meant: str
) -> None:
    assert meant in spelt(written)


def test_given_a_word_of_the_dictionary_when_read_then_it_stays_as_it_is() -> None:
    assert spelt("ломаная") == ["ломаная"]


def test_given_a_word_that_is_near_none_when_read_then_it_stays_as_it_is() -> None:
    assert spelt("щжпрк") == ["щжпрк"]


def test_given_latin_letters_when_read_then_sounds_of_several_letters_are_one() -> None:
    assert [cyrillic(word) for word in ("hochu", "obshchiy", "pyat", "moy", "а4")] == [
        "хочу",
        "общий",
        "пят",
        "мой",
        "а4",
    ]


@pytest.mark.parametrize(
    ("word", "words"),
    [("неработает", ["не", "работает"]), ("непонятный", []), ("нежный", []), ("немой", []), ("работает", [])],
)
def test_given_a_glued_not_when_split_then_only_words_the_dictionary_lacks_are(word: str, words: list[str]) -> None:
    assert split_not(word) == words
