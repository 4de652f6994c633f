"""Names of people, and where they live."""

import pytest

from classifier.masking import mask


@pytest.mark.parametrize(
    "name",
    [
        "Ольга Смирнова",
        "Иванов Сергей Петрович",
        "ИВАНОВА ОЛЬГА ПЕТРОВНА",
        "Ахметова Гульнара",
        "Тургунов Ф.Ф.",
        "А.А. Соколова",
        "Мельник А. В.",
        "Вика",
        "Сашенька",
        "Анна Иванова-Петрова",
    ],
)
def test_given_a_name_in_a_sentence_when_masked_then_it_is_gone_whole(name: str) -> None:
    assert mask(f"Пишет {name}, жду") == "Пишет [ИМЯ], жду"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("меня зовут гульчехра", "меня зовут [ИМЯ]"),
        ("наталья, вы не ответили", "[ИМЯ], вы не ответили"),
        ("это вика, писала вчера", "это [ИМЯ], писала вчера"),
        ("получатель Мельник", "получатель [ИМЯ]"),
        ("Любовь Ивановна пишет", "[ИМЯ] пишет"),
        ("Слава, добрый день", "[ИМЯ], добрый день"),
        ("отдайте заказ Павлу", "отдайте заказ [ИМЯ]"),
    ],
)
def test_given_a_name_that_only_its_place_tells_when_masked_then_it_is_gone(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "надежда умирает последней",
        "Вера в людей пропала",
        "слава богу дошло, роза пластиковая",
        "роман без обложки, заказала в марте",
        "как зовут менеджера? имя на гравировке можно?",
        "чехол на айфон 15 про макс",
        "иван-чай с ягодами",
        "Майка белая, размер S",
        "получатель не пришёл",
        "В Алматы хочу заказать, живу в Казани",
    ],
)
def test_given_words_that_are_also_names_when_masked_then_they_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "address",
    [
        "г. Казань, ул. Баумана, д. 12, кв. 5",
        "420111, г. Казань, ул. Пушкина, 3",
        "Москва, Ленинский проспект, дом 30, корпус 2, квартира 117",
        "улица Ленина 25",
        "ул ленина 25",
        "ул.40 лет Победы,д.5",
        "ул. 8 марта, 120 Б",
        "3-я Парковая улица, д. 8к1",
        "проспект Обуховской обороны, д. 86-А",
        "мкр. Солнечный, д. 5, кв. 88",
        "Краснодарский край, ст. Динская, ул. Красная, 77",
        "дом 14, кв 5",
        "Хабаровск, Карла Маркса 96а",
    ],
)
def test_given_an_address_when_masked_then_it_is_gone_whole(address: str) -> None:
    assert mask(f"Живу: {address}, жду") == "Живу: [АДРЕС], жду"


def test_given_a_sentence_behind_an_address_when_masked_then_it_stays() -> None:
    assert mask("Улица Ленина 25. Жду, ул. Мира. Спасибо") == "[АДРЕС]. Жду, [АДРЕС]. Спасибо"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("пвз на Советской 14 закрыт", "пвз на [АДРЕС] закрыт"),
        ("пвз на ленина 25 закрыт", "пвз на [АДРЕС] закрыт"),
        ("на Ленина 12, а привезли на Кирова 40", "на [АДРЕС], а привезли на [АДРЕС]"),
    ],
)
def test_given_a_street_without_the_word_when_masked_then_it_is_gone(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "на улице дождь, дом 2 этажа",
        "чехол на Айфон 15 есть?",
        "поменяйте на Красную 44",
        "Красная 42 подошла",
        "Самовывоз из Казани возможен?",
        "площадь ковра 20 м",
    ],
)
def test_given_no_address_when_masked_then_nothing_is(text: str) -> None:
    assert mask(text) == text
