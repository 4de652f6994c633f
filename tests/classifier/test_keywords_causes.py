"""What went wrong, by the keywords classifier: over the whole chat, whatever the buyer needs answered now."""

import pytest

from classifier.dictionary.provider import KeywordsProvider
from tests.support.russian_chats import Talk
from tests.support.talks import transcript


def cause_of(talk: Talk) -> str | None:
    return KeywordsProvider().classify([transcript(talk)]).labels[0].cause


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("Чайник протекает, крышка треснула", "broken"),
        ("Коробка мятая и вскрыта", "packaging"),
        ("На фото мятный, а по факту болотный", "not_as_described"),
        ("Прислали чужую вещь", "wrong_item"),
        ("Не хватает двух винтов", "incomplete"),
        ("Заказ застрял на сортировке уже неделю", "late"),
        ("Платье велико, висит как мешок", "size"),
        ("Списали деньги дважды", "price_money"),
        ("Не могу настроить, инструкция на китайском", "instructions"),
        ("Какой размер взять на рост 164?", "nothing"),
        ("Спасибо!", "nothing"),
        ("Здравствуйте", "nothing"),
        ("👍", "nothing"),
    ],
)
def test_given_a_buyers_words_when_classified_then_the_cause_is_what_went_wrong(text: str, cause: str) -> None:
    assert cause_of(text) == cause


def test_given_a_settled_chat_when_classified_then_what_went_wrong_stays_the_cause() -> None:
    talk = [("client", "Чайник протекает"), ("seller", "Вышлем новый"), ("client", "Спасибо большое")]

    label = KeywordsProvider().classify([transcript(talk)]).labels[0]

    assert (label.tag, label.cause) == ("thanks", "broken")


def test_given_money_back_for_a_fault_when_classified_then_the_fault_is_the_cause() -> None:
    assert cause_of("Рукав порван, треснула пуговица, верните деньги") == "broken"


def test_given_two_equal_causes_when_classified_then_the_one_told_first_counts() -> None:
    assert cause_of([("client", "верните деньги, брак"), ("seller", "?"), ("client", "и не хватает")]) == "broken"
    assert cause_of([("client", "верните деньги, не хватает"), ("seller", "?"), ("client", "и брак")]) == "incomplete"


def test_given_a_tag_that_says_what_is_wrong_when_classified_then_other_matters_are_no_cause() -> None:
    assert cause_of("Где мой заказ? Старая кружка треснула") == "nothing"


def test_given_a_hint_alone_beside_a_request_when_classified_then_it_is_no_cause() -> None:
    assert cause_of("верните деньги, коробка") == "nothing"
    assert cause_of("верните деньги, коробка мятая") == "packaging"


@pytest.mark.parametrize("text", ["Линяет при стирке?", "46 налезет?"])
def test_given_a_question_for_a_property_when_classified_then_nothing_went_wrong(text: str) -> None:
    assert cause_of(text) == "nothing"


def test_given_words_of_others_when_classified_then_they_are_no_cause() -> None:
    assert cause_of([("seller", "Чайник протекает, крышка треснула"), ("client", "верните деньги")]) == "nothing"
