"""Phones, cards, documents and long numbers, and the numbers that labelling needs."""

import pytest

from classifier.masking import mask


@pytest.mark.parametrize(
    "phone",
    [
        "+7 912 345-67-89",
        "+79123456789",
        "89123456789",
        "7 912 345 67 89",
        "8 (912) 345-67-89",
        "8(912)3456789",
        "8.912.345.67.89",
        "8/912/345/67/89",
        "8 912\n345 67 89",
        "8 9 1 2 3 4 5 6 7 8 9",
        "+7–912–345–67–89",
        "912 345 67 89",
        "9123456789",
        "8 (843) 2-12-34-56",
        "8967-555-0134",
        "(812) 765-43-21",
        "+375 29 123-45-67",
        "998901234567",
        "восемь девятьсот двенадцать триста сорок пять шестьдесят семь восемьдесят девять",
        "плюс семь девятьсот три сто двадцать три сорок пять шестдесят сем",
        "восемь девять один два три четыре пять шесть семь восемь девять",
        "8 девятьсот двенадцать 345 67 89",
        "8912З4567О9",
        "8 (9OO) 123-45-67",
        "８９１２３４５６７８９",
        "8 (945)3О1 22 ЗЗ",
        "8\u200b912\u200b345\u200b67\u200b89",
        "8\ufe0f\u20e39\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e37\ufe0f\u20e38\ufe0f\u20e39",
        "٨٩١٢٣٤٥٦٧٨٩",
        "8̶9̶1̶2̶3̶4̶5̶6̶7̶8̶9",
    ],
)
def test_given_a_phone_however_it_is_written_when_masked_then_it_is_gone(phone: str) -> None:
    assert mask(f"Звоните {phone}, жду") == "Звоните [ТЕЛЕФОН], жду"


def test_given_several_phones_when_masked_then_each_is_gone() -> None:
    assert mask("+7 912 345 67 89 или 89133456789,89143456789") == "[ТЕЛЕФОН] или [ТЕЛЕФОН],[ТЕЛЕФОН]"


def test_given_seven_digits_when_they_are_called_a_phone_then_they_are_one() -> None:
    assert mask("городской 212-34-56") == "городской [ТЕЛЕФОН]"
    assert mask("коробка 120-60-75") == "коробка 120-60-75"


def test_given_six_digits_when_they_are_called_a_phone_then_they_are_one_unless_they_are_a_date() -> None:
    assert mask("городской 24-61-05") == "городской [ТЕЛЕФОН]"
    assert mask("звонила 24-11-25") == "звонила 24-11-25"


@pytest.mark.parametrize("gap", ["", " ", "-", ".", "  ", "·", "\u00a0"])
def test_given_a_card_however_it_is_spaced_when_masked_then_it_is_gone(gap: str) -> None:
    assert mask(f"на карту {gap.join(['4276', '9139', '0996', '0307'])} жду") == "на карту [КАРТА] жду"


def test_given_a_card_whose_fours_rise_when_masked_then_it_is_no_row_of_sizes() -> None:
    assert mask("2204.2319.4875.7498") == "[КАРТА]"


def test_given_sixteen_digits_that_are_no_card_when_masked_then_they_are_a_number() -> None:
    assert mask("4276 9139 0996 0308") == "[НОМЕР]"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("паспорт 4510 123456 выдан", "паспорт [ДОКУМЕНТ] выдан"),
        ("4510 123456", "[ДОКУМЕНТ]"),
        ("паспорт 92 08 № 654321", "паспорт [ДОКУМЕНТ]"),
        ("серия 8003 номер 112358", "серия [ДОКУМЕНТ] номер [НОМЕР]"),
        ("150-201-462 91", "[ДОКУМЕНТ]"),
        ("снилс 11684934079", "снилс [ДОКУМЕНТ]"),
        ("ИНН 7750587706", "ИНН [ДОКУМЕНТ]"),
        ("вот он: 631401419364", "вот он: [ДОКУМЕНТ]"),
        ("права 99 12 345678", "права [ДОКУМЕНТ]"),
    ],
)
def test_given_a_document_when_masked_then_its_number_is_gone(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_given_twelve_digits_without_the_check_digits_of_a_taxpayer_when_masked_then_they_are_a_number() -> None:
    assert mask("вот он: 631401419365") == "вот он: [НОМЕР]"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("заказ 1234567890", "заказ [НОМЕР]"),
        ("заказ № 45 678", "заказ № [НОМЕР]"),
        ("DAu.i1a2b3c4d5e6f7a8b9c0d1e2.0.0 где", "[НОМЕР] где"),
        ("e1572bda-1647-fcc3-3b4d-e7776bdc3b19", "[НОМЕР]"),
        ("трек RA123456785RU", "трек [НОМЕР]"),
        ("WB-GI-123456789", "[НОМЕР]"),
        ("код из смс 4417", "код из смс [НОМЕР]"),
        ("Код для получения: 90 14", "Код для получения: [НОМЕР]"),
        ("артикул 8 912 345 67 89", "артикул [ТЕЛЕФОН]"),
    ],
)
def test_given_a_long_or_secret_number_when_masked_then_it_is_gone(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "размер 42-44, есть 46 48 50 52?",
        "86 92 98 104 110",
        "90 95 100 105",
        "7 8 9 10 11 12 13 лет",
        "42 44 46 48 50 52 54 56",
        "параметры 90-60-90, рост 164",
        "цена 1 299 руб, была 12 990 ₽",
        "129990 рублей, 150000 бонусов",
        "заказ на 2350 рублей",
        "заказ 12.03.2026, номер 5",
        "с 12.03.2026 по 15.03, к 18:30",
        "заказ от 2026-10-31",
        "120х60х75 см, 5000 мАч",
        "восемь дней жду, два раза переносили",
        "42 о 44",
        "USB 3.0, HDMI 2.1, IP68",
    ],
)
def test_given_sizes_prices_dates_and_times_when_masked_then_they_stay(text: str) -> None:
    assert mask(text) == text
