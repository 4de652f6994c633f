"""Words and their lemmas."""

import pytest

from classifier.dictionary.book import LEMMAS
from classifier.dictionary.lemmas import DID, DOES, clauses, lemmas, likeliest_lemma, verb_groups
from classifier.russian import LONGEST_WORD
from eval.lemmas import lemmas_text


def test_given_a_text_when_split_then_clauses_hold_its_words_in_lower_case() -> None:
    assert clauses("Здравствуйте! Где мой заказ?\n«Юрсол», 2 шт.") == [
        ["здравствуйте"],
        ["где", "мой", "заказ"],
        ["?"],
        ["юрсол"],
        ["2", "шт"],
    ]


def test_given_a_run_of_letters_that_is_no_word_when_split_then_it_is_left_out() -> None:
    assert clauses("а" * LONGEST_WORD + " " + "а" * (LONGEST_WORD + 1)) == [["а" * LONGEST_WORD]]


def test_given_a_word_of_two_meanings_when_looked_up_then_both_lemmas_are_found() -> None:
    assert lemmas("велики") == {"большой", "велик"}
    assert likeliest_lemma("велики") == "большой"


def test_given_a_meaning_hardly_anybody_means_when_looked_up_then_it_is_left_out() -> None:
    assert "узкий" not in lemmas("уже")


def test_given_yo_when_looked_up_then_it_is_e() -> None:
    assert lemmas("ещё") == lemmas("еще") == {"еще"}


def test_given_an_abbreviation_when_looked_up_then_it_is_no_command() -> None:
    assert lemmas("см") == {"см"}


@pytest.mark.parametrize(
    ("word", "groups"),
    [("течёт", {DOES}), ("включится", {DOES}), ("теку", set()), ("полиняла", {DID}), ("рукав", set()), ("ыыт", set())],
)
def test_given_a_word_when_asked_for_its_groups_then_verbs_alone_have_some(word: str, groups: set[str]) -> None:
    assert verb_groups(word) == groups


def test_letters_without_a_name_are_no_words_and_no_error() -> None:
    """U+17000: Tangut letters have no name of their own in Unicode's table."""
    assert lemmas("\U00017000") == frozenset()
    assert likeliest_lemma("\U00017000") == "\U00017000"


def test_the_written_lemmas_are_those_of_the_dictionary() -> None:
    """Red: run .venv/bin/python -m eval lemmas."""
    assert LEMMAS.read_text("utf-8") == lemmas_text()
