"""E-mails, links and names in messengers."""

import pytest

from classifier.masking import mask


@pytest.mark.parametrize(
    "email",
    [
        "ivanova.anna85@mail.ru",
        "test.user+wb@gmail.com",
        "v.petrov＠inbox.ru",
        "dasha_k @ bk . ru",
        "МАРИНА@почта.рф",
        "anna_k@mail,ru",
        "smirnov собака mail точка ру",
        "olga-p (собака) gmail.com",
        "lena2001собакаmail.ru",
        "info[at]magazin-lux.ru",
        "marina1990 at yandex dot ru",
        "anna(собачка)mail(точка)ru",
        "nadya\u200b77@list.ru",
        "oleg1974эт мейл.ру",
        "lena-k85 собачка бк точка ру",
        "анна.белкина собака яндекс ру",
        "дарья точка комова собака гмейл точка ком",
    ],
)
def test_given_an_email_however_it_is_written_when_masked_then_it_is_gone(email: str) -> None:
    assert mask(f"Почта {email}, жду") == "Почта [ПОЧТА], жду"


@pytest.mark.parametrize(
    "link",
    [
        "https://www.wildberries.ru/seller/12345",
        "https://www.wildberries.ru/catalog/187654321/detail.aspx?tel=89123456789",
        "hxxps://bit.ly/3xYzAbC",
        "t.me/wb_otzyv_bot",
        "t . me / super_opt",
        "t.mе/skidki",
        "vk точка com слэш opt_moda",
        "wa.me/79123456789",
        "www.kupi-deshevo.рф",
        "раскрутка-карточек.рф",
        "@olga_smirnova",
        "viber://chat?number=79123456789",
        "id98765432",
    ],
)
def test_given_a_link_when_masked_then_it_is_gone(link: str) -> None:
    assert mask(f"Пишите {link}, жду") == "Пишите [ССЫЛКА], жду"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("телега: ivan_petrov", "телега: [ССЫЛКА]"),
        ("ватсап мой ник kirill90", "ватсап мой ник [ССЫЛКА]"),
        ("ищите меня в инсте dasha.style", "ищите меня в инсте [ССЫЛКА]"),
        ("мой ник Dimon_4x4 в телеге", "мой ник [ССЫЛКА] в телеге"),
        ("anna_k в инстаграме", "[ССЫЛКА] в инстаграме"),
        ("в максе я larisa_kem", "в максе я [ССЫЛКА]"),
        ("телеграм собака sergei_remont", "телеграм собака [ССЫЛКА]"),
        ("дискорд rustam#4471", "дискорд [ССЫЛКА]"),
    ],
)
def test_given_a_name_in_a_network_when_masked_then_it_is_gone(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "ок.Но цвет не тот",
        "Здравствуйте.Подскажите.когда поступление",
        "собака погрызла тапки, можно купить один?",
        "напишите в телеграм или whatsapp",
        "беру Adidas или Puma, кабель type-c",
        "макс. размер какой?",
        "т.е. не подойдёт, и т.д.",
    ],
)
def test_given_no_contact_when_masked_then_nothing_is(text: str) -> None:
    assert mask(text) == text


def test_given_a_sentence_behind_a_link_when_masked_then_its_end_stays() -> None:
    assert mask("Вот (https://ya.ru/1).") == "Вот ([ССЫЛКА])."
