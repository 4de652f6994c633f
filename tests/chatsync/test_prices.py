"""The price list: a known model's tokens cost what it says, an unknown model's price is not known, never nothing."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from chatsync.errors import PricesInvalidError
from chatsync.label_tokens import Tokens
from chatsync.prices import OWN_FILE, Price, price_of, read_prices

TINY = 'date = "2026-11-01"\n[models."tiny"]\ninput = 0.5\noutput = 2\nsource = "ours"\n'


def test_a_million_tokens_cost_what_the_list_says() -> None:
    assert Price(0.25, 2.0, "").cost_microusd(Tokens(1_000_000, 0)) == 250_000  # millionths of a dollar
    assert Price(0.25, 2.0, "").cost_microusd(Tokens(1_000, 100)) == 450


def test_what_came_from_a_servers_cache_costs_what_the_list_says_of_it() -> None:
    assert Price(0.25, 2.0, "", cached=0.025).cost_microusd(Tokens(2_000, 100, cached=1_000)) == 475
    assert Price(0.25, 2.0, "").cost_microusd(Tokens(2_000, 100, cached=1_000)) == 700


def test_an_unknown_models_price_is_not_known_and_the_keywords_are_free() -> None:
    assert price_of("openai/a-model-of-tomorrow") is None
    free = price_of("keywords")
    assert free is not None and free.cost_microusd(Tokens(1000, 1000)) == 0


def test_every_price_of_ours_is_dated() -> None:
    prices = read_prices(OWN_FILE)
    assert {"gpt-5-mini", "deepseek-chat"} <= set(prices)
    assert all(date.fromisoformat(price.date) < date(2026, 1, 1) for price in prices.values())
    assert all(0 < price.into < price.out for price in prices.values())
    assert all(price.cached is not None and 0 < price.cached < price.into for price in prices.values())


def test_an_operators_list_without_prices_of_a_cache_counts_such_tokens_as_others(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(TINY, "utf-8")
    assert read_prices(file)["tiny"].cached == 0.5
    file.write_text(TINY + "cached_input = 0.05\n", "utf-8")
    assert read_prices(file)["tiny"].cached == 0.05


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('date = "2026-11-01"\n', "", "date is missing"),
        ("output = 2\n", "", "output is missing"),
        ("input = 0.5", "input = -1", "not have the shape"),
        ("input = 0.5", 'input = "0.5"', "not have the shape"),
        ("input = 0.5", "input = true", "not have the shape"),
        ("output = 2", "output = 2\ncached_input = -1", "not have the shape"),
        ('[models."tiny"]', "[models", "is not valid TOML"),
        (TINY, 'date = "2026-11-01"\nmodels = ["tiny"]', "not have the shape"),
    ],
)
def test_a_faulty_list_is_refused_and_named(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    file = tmp_path / "prices.toml"
    assert old in TINY
    file.write_text(TINY.replace(old, new), "utf-8")
    with pytest.raises(PricesInvalidError, match=f"prices.toml cannot be used: .*{wrong}"):
        read_prices(file)


def test_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PricesInvalidError, match="cannot be read"):
        read_prices(tmp_path / "none.toml")


def test_the_operators_list_replaces_ours(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(TINY, "utf-8")
    program = f"import sys; sys.path[:0] = {sys.path!r}; from chatsync.prices import price_of; " + (
        "print(price_of('openai/tiny'), price_of('openai/gpt-5'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PRICES_FILE": str(file)}
    )
    assert done.stdout.strip() == "Price(into=0.5, out=2, date='2026-11-01', cached=0.5) None"
