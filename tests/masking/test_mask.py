"""The mask as a whole: what it leaves, and what it can be fed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.masking import mask, spans
from classifier.masking.spans import PLACEHOLDERS

LONG = 100_000  # characters
NUMBERS = ("8", "9 ", "+7 912 ", "345-67-89", "восемь ", "девятьсот ", "№", "заказ ", "паспорт ", "₽")
WORDS = ("@", "mail", ".ru", "t.me/", "собака ", "точка ", "Анна ", "А. ", "ул. ", "Ленина ", "д. 5")
SIGNS = ("\u200b", "й", "и\u0306", "[ИМЯ]", "\n")


def test_given_a_text_with_all_kinds_when_masked_then_the_rest_stays_to_the_character() -> None:
    text = (
        "Я Ольга  Смирнова😀, 8 912 345-67-89, a@ya.ru;\tсерия 45 10, ул. Мира 5, t.me/x_y, карта 4276913909960307, "
        "заказ 1234567\u200b!"
    )

    assert mask(text) == (
        "Я [ИМЯ]😀, [ТЕЛЕФОН], [ПОЧТА];\tсерия [ДОКУМЕНТ], [АДРЕС], [ССЫЛКА], карта [КАРТА], заказ [НОМЕР]!"
    )


def test_given_letters_of_two_marks_when_masked_then_they_are_not_rewritten() -> None:
    assert mask("Кофейный набо\u0301р и\u0306 ½ № ™") == "Кофейный набо\u0301р и\u0306 ½ № ™"


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u0301", "8", "@", "\ue000", "\ud800", "\x00"])
def test_given_next_to_nothing_when_masked_then_it_stays(text: str) -> None:
    assert mask(text) == text


def test_given_masked_texts_when_sent_as_json_then_the_placeholders_arrive() -> None:
    masked = mask("Я Ольга, 89123456789")

    assert json.loads(json.dumps({"text": masked}))["text"] == masked == "Я [ИМЯ], [ТЕЛЕФОН]"


@given(st.lists(st.sampled_from(NUMBERS + WORDS + SIGNS), max_size=30).map("".join))
def test_given_any_pieces_when_masked_then_placeholders_alone_are_new_and_stay_when_masked_again(text: str) -> None:
    masked, at = "", 0
    for span in spans(text):
        assert at <= span.start < span.end <= len(text)
        masked += text[at : span.start] + PLACEHOLDERS[span.kind]
        at = span.end

    assert mask(text) == masked + text[at:]
    for placeholder in PLACEHOLDERS.values():
        assert mask(mask(text)).count(placeholder) >= mask(text).count(placeholder)


@given(st.text(max_size=60))
def test_given_any_text_when_masked_then_it_is_a_text(text: str) -> None:
    assert isinstance(mask(text), str)


# Each would take hours where a pattern tries every way to split what it does not match, or starts anew at each letter.
@pytest.mark.parametrize("piece", ["а", "1 ", "a.", "a@", "- ", "восемь ", "ул. ", "А. ", "паспорт № ", "тг : "])
def test_given_a_very_long_text_when_masked_then_it_ends(piece: str) -> None:
    text = (piece * LONG)[:LONG]

    assert len(mask(text + " 89123456789 ")) <= LONG + len(" [ТЕЛЕФОН] ")
