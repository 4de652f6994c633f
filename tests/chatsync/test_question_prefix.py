"""WB's words before a buyer's first message."""

import time
import unicodedata
from datetime import date

import pytest

from chatsync.question_prefix import read_prefix, without_prefix

ABOUT = 'Здравствуйте! У меня вопрос по товару "{}, бренд Мастер, артикул 174902332, товар оформлен 05.11.2026"'
PREFIX = ABOUT.format("Клей для порванной обуви")
NAMES = [
    "Клей для порванной обуви",
    'Клей "Момент", прозрачный, 30 мл',
    "Клей «Момент»\nдля обуви",
    'Набор, бренд "Х", артикул 5',
    "Кружка, бренд не указан",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("own", ["где мой заказ", 'Где "мой", заказ, артикул 5"', "👍", ""])
@pytest.mark.parametrize("between", [" ", "\n", "\n\n", ""])
def test_a_prefix_is_cut_and_says_what_it_is_about(name: str, own: str, between: str) -> None:
    text = ABOUT.format(name) + between + own
    prefix = read_prefix("client", text)
    assert prefix is not None
    assert (prefix.product_title, prefix.nm_id, prefix.ordered_on) == (name, 174902332, date(2026, 11, 5))
    assert without_prefix("client", text) == text[prefix.characters :] == own


@pytest.mark.parametrize(
    "text",
    [
        PREFIX.upper(),
        unicodedata.normalize("NFD", PREFIX),
        PREFIX.replace("! ", "!\n").replace(", артикул", ",\nартикул"),
        PREFIX.replace('"К', "«К").removesuffix('"') + "»",
        f"\ufeff {PREFIX}.",
    ],
)
def test_a_prefix_is_known_however_it_is_written(text: str) -> None:
    assert without_prefix("client", f"{text} где мой заказ") == "где мой заказ"


@pytest.mark.parametrize(
    ("tail", "day"), [(", товар оформлен 31.02.2026", None), (", товар оформлен 01.01.0000", None), ("", None)]
)
def test_a_day_that_there_is_not_costs_itself(tail: str, day: date | None) -> None:
    prefix = read_prefix("client", PREFIX.replace(", товар оформлен 05.11.2026", tail) + " Где?")
    assert prefix is not None
    assert (prefix.nm_id, prefix.ordered_on) == (174902332, day)


def test_a_name_without_a_brand_is_the_name() -> None:
    prefix = read_prefix("client", PREFIX.replace(", бренд Мастер", ""))
    assert prefix is not None
    assert prefix.product_title == "Клей для порванной обуви"


@pytest.mark.parametrize("sender", ["seller", "wb", None])
def test_who_is_not_the_buyer_wrote_it_himself(sender: str | None) -> None:
    assert read_prefix(sender, PREFIX) is None
    assert without_prefix(sender, PREFIX) == PREFIX


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Здравствуйте! У меня вопрос по товару",
        'Здравствуйте! У меня вопрос по товару "Клей": где он?',
        f"Пишу ещё раз. {PREFIX}",
        PREFIX.replace("174902332", "нет"),
    ],
)
def test_what_is_no_prefix_stays(text: str | None) -> None:
    assert read_prefix("client", text) is None


@pytest.mark.parametrize(
    "piece", [", артикул 1", ", бренд ", '"', " ", ",\n", "Здравствуйте! У меня вопрос по товару "]
)
def test_hostile_texts_take_no_time(piece: str) -> None:
    begun = time.perf_counter()
    assert read_prefix("client", 'Здравствуйте! У меня вопрос по товару "' + piece * 20_000) is None
    assert time.perf_counter() - begun < 1
