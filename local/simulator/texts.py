"""The words of the simulated marketplace, read from texts.toml."""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("texts.toml")


class Product(NamedTuple):
    """A product in three cases, its gender (0 he, 1 she, 2 it, 3 they) and its price in rubles."""

    nominative: str
    accusative: str
    genitive: str
    form: int
    rubles: int


@dataclass(frozen=True)
class Topic:
    """What is said in chats about one subject; texts.toml tells what each field means."""

    share: int
    mood: str
    photos: int
    answers: list[str]
    talks: list[list[str]]
    more: list[list[str]]


@dataclass(frozen=True)
class Goods:
    """What one kind of store sells, and what buyers ask of just that: in talks."""

    products: list[Product]
    sizes: list[str]
    questions: list[list[str]]
    defects: list[list[str]]
    fits: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Profile:
    """One store of the small world. `access`: "personal", "service", "expired"; `quirk`: "unlisted", "silent", ""."""

    id: str
    name: str
    goods: str
    events: int
    access: str
    signatures: list[str]
    quirk: str = ""


@dataclass(frozen=True)
class Said:
    """One message of the conversation that is written down word for word."""

    at: datetime
    sender: str
    text: str
    images: int = 0
    file: str = ""


@dataclass(frozen=True)
class Yursol:
    """The conversation that is written down word for word."""

    store: str
    chat_id: str
    client_name: str
    nm_id: int
    product: str
    ordered_at: datetime
    price: int
    size: str
    messages: list[Said]


@dataclass(frozen=True)
class GrownNames:
    """What the stores of a grown world are called."""

    kinds: list[str]
    names: list[str]


@dataclass(frozen=True)
class Texts:
    """Everything in texts.toml."""

    greetings: list[str]
    lone_greetings: list[str]
    seller_greetings: list[str]
    angry_emoji: list[str]
    calm_emoji: list[str]
    happy_emoji: list[str]
    cities: list[str]
    typos: list[tuple[str, str]]
    names: list[tuple[str, int]]
    surname_letters: list[str]
    surnames: list[tuple[str, str]]
    low_rating: list[str]
    about_returns: str
    question_prefix: str
    brands: list[str]
    wb_notices: list[str]
    photo_words: list[str]
    ends: list[str]
    bitter_ends: list[str]
    farewells: list[str]
    nudges: list[str]
    topics: dict[str, Topic]
    goods: dict[str, Goods]
    stores: list[Profile]
    grown: GrownNames
    yursol: Yursol


@cache
def texts() -> Texts:
    """Return the words, read once."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    yursol = raw.pop("yursol")
    messages = [Said(**said) for said in yursol.pop("messages")]
    return Texts(
        **{key: value for key, value in raw.items() if key not in {"topics", "goods", "stores", "grown"}},
        topics={name: Topic(**topic) for name, topic in raw["topics"].items()},
        goods={
            name: Goods(**goods | {"products": [Product(*one) for one in goods["products"]]})
            for name, goods in raw["goods"].items()
        },
        stores=[Profile(**store) for store in raw["stores"]],
        grown=GrownNames(**raw["grown"]),
        yursol=Yursol(**yursol, messages=messages),
    )
