"""Masking's time grows with a text's length alone, whatever its sender makes it of.

Python's own work is counted in lines; a pattern's steps cannot be, so its shape is looked at instead.
"""

import sys
from collections.abc import Callable
from itertools import islice, product
from types import FrameType
from typing import Any

import pytest

import classifier.masking
from classifier.masking import mask
from tests.classifier.steps import steps
from tests.masking.pattern_shapes import compiled_patterns, has_unbounded_end, reads_on, width

SHORT = 600  # characters; longer than what any rule looks at in one piece
MOST_CALLS = 500  # for a word that is looked at for the first time; measured: 180
WIDEST = 400  # characters that a pattern may read from one place, and then fail
SYLLABLES = ("ба", "гу", "ды", "жо", "зэ", "кю", "мщ", "пъ")
NO_WORDS = " ".join(map("".join, islice(product(SYLLABLES, repeat=4), 1_000)))  # no dictionary has them
KINDS = {
    "one letter": "а",
    "a Latin letter": "a",
    "letters of both alphabets": "аa",
    "capitals": "Ж",
    "one digit": "8",
    "digits apart": "1 ",
    "twelve and twelve": "12 ",
    "digits with dashes": "1-",
    "digits with slashes": "1/",
    "digits with dots": "12.",
    "letters for digits": "Oз ",
    "plus seven": "+7",
    "number words": "сто ",
    "other number words": "восемь ",
    "signs": "@",
    "half e-mails": "a@",
    "e-mails and dogs": "a.a собака ",
    "dots": ".",
    "labels": "a.",
    "commas": ", ",
    "spaces": " ",
    "line ends": "\n",
    "brackets": "([",
    "quotation marks": "«»",
    "stars": "*",
    "zero-width signs": "\u200b",
    "marks": "\u0301",
    "emoji": "😀",
    "masked": "[ИМЯ]",
    "names": "Анна ",
    "names with dashes": "-Имя",
    "initials": "А. ",
    "surnames and initials": "имя А. ",
    "who gets it": "Получатель ",
    "Latin names": "Anna Ivanova ",
    "what introduces": "zovut ",
    "half addresses": "ул. ",
    "streets": "ул. Мира 5 ",
    "houses": "дом 5 ",
    "flats": "кв ",
    "wings in capitals": "К 5 ",
    "villages": "пос. Мира ",
    "jubilees": "50 лет ",
    "numbers": "№ ",
    "numbers named": "№ 12345 ",
    "papers": "паспорт № ",
    "codes": "код ",
    "door codes": "домофон ",
    "article numbers": "артикул ",
    "bar codes": "4 600000 ",
    "cards": "карта * ",
    "last digits": "последние 4 ",
    "births": "родился ",
    "dates": "1.1.",
    "plates": "А123ВС ",
    "accounts": "KZ12 ",
    "networks": "тг : ",
    "nicknames": "мой ник ",
    "codes with dashes": "x1-",
    "amounts": "1шт",
    "product pages": "wildberries.ru/catalog/",
}


OWN = "classifier/masking/"  # part of the paths of the files whose lines count


def lines_run(work: Callable[..., object], *arguments: object, files: str = OWN) -> int:
    """Return how many lines of such files run in a call, those of comprehensions in each round."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Callable[..., Any] | None:
        nonlocal count
        if files not in frame.f_code.co_filename:
            return None
        count += event in {"line", "call"}
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work(*arguments)
    finally:
        sys.settrace(before)
    return count


def kind_text(piece: str, length: int) -> str:
    return (piece * length)[:length]


@pytest.mark.parametrize("kind", KINDS)
def test_given_a_text_twice_and_four_times_as_long_when_masked_then_it_takes_as_many_times_the_lines(kind: str) -> None:
    texts = [kind_text(KINDS[kind], SHORT * times) for times in (1, 2, 4)]
    mask(texts[-1], "Анна Мира")  # its words are remembered from here on
    once, twice, four_times = (lines_run(mask, text, "Анна Мира") for text in texts)

    assert once > 0
    assert four_times - twice < 2.3 * (twice - once) + 50


def test_given_words_that_no_dictionary_has_when_masked_then_lines_grow_with_the_text_alone() -> None:
    texts = [NO_WORDS[: SHORT * times] for times in (1, 2, 4)]
    mask(texts[-1])  # its words are remembered from here on
    once, twice, four_times = (lines_run(mask, text) for text in texts)

    assert four_times - twice < 2.3 * (twice - once) + 50


def test_given_words_that_no_dictionary_has_when_masked_then_few_calls_are_made_for_each() -> None:
    """Red: pymorphy3 guesses a word by its ending in more than 3,000 calls, and buyers can write any number."""
    mask("Вика")  # the dictionary is loaded at the first word
    words = [f"{first}{second}кзюх" for first in SYLLABLES for second in SYLLABLES]

    assert steps(mask, " ".join(map(str.capitalize, words))) < MOST_CALLS * len(words)


def test_given_a_loop_within_a_loop_when_its_lines_are_counted_then_it_is_seen() -> None:
    def each_with_each(text: str) -> int:
        return sum(len(lines) for lines in [[one + other for other in text] for one in text])

    short, long = "а" * 20, "а" * 40

    assert lines_run(each_with_each, long, files=__file__) > 3 * lines_run(each_with_each, short, files=__file__)


def test_no_pattern_reads_without_a_bound_what_it_may_then_not_match() -> None:
    patterns = compiled_patterns(classifier.masking.__name__)

    assert len(patterns) > 50
    assert {name: faults for name, pattern in patterns.items() if (faults := reads_on(pattern))} == {}


def test_patterns_with_a_bound_read_few_characters_from_one_place() -> None:
    patterns = compiled_patterns(classifier.masking.__name__)
    bounded = {name: width(pattern) for name, pattern in patterns.items() if not has_unbounded_end(pattern)}

    assert {name: reads for name, reads in bounded.items() if reads > WIDEST} == {}


def test_patterns_with_an_unbounded_end_are_those_whose_matches_are_read_once() -> None:
    """Red: search with the new one from behind its last match (finditer, sub), and add it; or give it a bound."""
    patterns = compiled_patterns(classifier.masking.__name__)
    unbounded = {
        name.split("[")[0].removeprefix("classifier.masking.") for name, it in patterns.items() if has_unbounded_end(it)
    }

    assert unbounded == {
        "address_tokens.TOKEN", "client_name.WORD", "digits.GROUP", "digits.WORD", "documents.NAMED", "links.LINKS",
        "names.WORD", "numbers.CODE", "numbers.NAMED", "numbers.RUN", "numbers.SECRET", "readable.LETTERS",
    }  # fmt: skip


@pytest.mark.parametrize(
    "pattern", [r"\s*x", r"(?:a+)+$", r"\w+@", r"(?:a|b)*c", r"(?:\w+\.)+ru", r"(?=\d+)", r"(?:a+b){0,3}", r"\d+\b"]
)
def test_given_a_pattern_that_reads_on_and_may_fail_then_it_is_seen(pattern: str) -> None:
    assert reads_on(pattern)


@pytest.mark.parametrize("pattern", [r"\d{6,}", r"a{1,5}b", r"(\d(?:[ -]?\d)*+)", r"x|[а-я]+", r"\w++(?:-\w++)*+(\d?)"])
def test_given_a_pattern_that_cannot_then_none_is_seen(pattern: str) -> None:
    assert not reads_on(pattern)
