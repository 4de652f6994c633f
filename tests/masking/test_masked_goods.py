"""What names a product stays: the model must know which one a chat is about. Nothing hides under its name."""

import pytest

from classifier.masking import mask

EAN, NO_EAN = "4601440277562", "4601440277563"  # the second one's check digit is wrong


@pytest.mark.parametrize(
    "text",
    [
        "артикул 187654321",
        "арт.98120455 и арт.98120460",
        "артикулы: 98120455, 98120460",
        "артикул WB 213045566, размер S",
        "Артикул перепутали я заказывала 123456789",
        "баркод товара 2038847561932",
        "штрихкод 4607123456789 не читается",
        "ШК товара 4607123456789",
        f"на этикетке {EAN}",
        "на этикетке 4 601440 277562",
        "https://www.wildberries.ru/catalog/187654321/detail.aspx?size=42 вот этот",
        "wildberries.ru/catalog/187654321.",
    ],
)
def test_given_what_names_a_product_when_masked_then_it_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("артикул 89123456789", "артикул [ТЕЛЕФОН]"),
        ("артикул 9123456789", "артикул [ТЕЛЕФОН]"),
        ("артикул не знаю, заказ 123456789", "артикул не знаю, заказ [НОМЕР]"),
        ("штрихкод 8 912 345 67 89", "штрихкод [ТЕЛЕФОН]"),
        ("штрихкод коробки 1234567890", "штрихкод коробки [НОМЕР]"),
        ("ШК 12345678", "ШК [НОМЕР]"),
        (f"на этикетке {NO_EAN}", "на этикетке [НОМЕР]"),
        (f"заказ {EAN}", "заказ [НОМЕР]"),
        ("wildberries.ru/catalog/187654321/detail.aspx?tel=89123456789", "[ССЫЛКА]"),
    ],
)
def test_given_another_number_under_a_products_name_when_masked_then_it_is_gone(text: str, masked: str) -> None:
    assert mask(text) == masked
