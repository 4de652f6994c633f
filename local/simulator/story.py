"""Conversations between buyers and sellers, put together from texts.toml."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar, cast

from local.simulator.texts import Product, Texts, Topic

Card = TypeVar("Card")

BY_BUYER = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)]")
BY_PRODUCT = re.compile(r"<([^<>|]*)\|([^<>|]*)\|([^<>|]*)\|([^<>|]*)>")
ABOUT_RETURNS_PERCENT = 25  # of chats about other matters; with those about returns, "11 of 27 real chats of one store"
NO_SIZES = ["0"]  # WB's size of things that have none
PRESSING = ("angry", "calm")  # the moods of who wants an answer
ROUNDS = (0, 1, 2, 3)  # how often a buyer comes back to the matter
ROUND_WEIGHTS = (35, 35, 20, 10)


@dataclass(frozen=True)
class Line:
    """One message of a conversation. `by`: client, seller, wb, or "rating" (WB's own message in the seller's name).

    `waited`: said after hours without an answer. `card`: the goodCard that stands on it, where it opens no chat.
    """

    by: str
    text: str
    images: int = 0
    file: str = ""
    waited: bool = False
    card: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Story:
    """One conversation about one thing, in order, and the product it is about."""

    topic: str
    product: Product
    brand: str
    size: str
    lines: tuple[Line, ...]


class Teller:
    """Tells stories of one store, without repeating a sentence before all of its kind have been used."""

    def __init__(self, texts: Texts, goods: str, signatures: Sequence[str], rng: Random) -> None:
        self._texts = texts
        self._goods = texts.goods[goods]
        self._signatures = list(signatures)
        self._rng = rng
        self._brand = rng.choice(texts.brands)
        self._decks: dict[int, list[object]] = {}
        fitting = {name: topic for name, topic in texts.topics.items() if name != "size_fit" or self._goods.fits}
        self._names = list(fitting)
        self._shares = [topic.share for topic in fitting.values()]

    def tell(self, she: bool) -> Story:
        """Return a new story, with a buyer who is a she or a he."""
        name = self._rng.choices(self._names, self._shares)[0]
        product, size = self._draw(self._goods.products), self._draw(self._goods.sizes or NO_SIZES)
        filler = _Filler(product, size, she, self._draw(self._texts.cities), self._rng)
        mood = self._texts.topics[name].mood
        lines = (replace(line, text=filler.fill(line.text)) for line in list(self._lines(name)))
        worn = tuple(self._worn(line, mood) for line in lines)
        return Story(topic=name, product=product, brand=self._brand, size=size, lines=worn)

    def _lines(self, name: str) -> Iterator[Line]:
        topic = self._texts.topics[name]
        ask, answer = self._opening(name, topic)
        if name == "review_change" or (name == "defect" and self._happens(15)):
            yield Line("rating", self._draw(self._texts.low_rating))
        elif name == "return_refund" or self._happens(ABOUT_RETURNS_PERCENT):
            yield Line("rating", self._texts.about_returns)
        yield from self._client_opens(ask, topic)
        if topic.mood in PRESSING and self._happens(13):
            yield Line("client", self._draw(self._texts.nudges), waited=True)
            if self._happens(40):
                return
        if name == "return_refund" and self._happens(40):
            yield Line("wb", self._draw(self._texts.wb_notices))
        yield Line("seller", self._signed(answer))
        for _ in range(self._rng.choices(ROUNDS, ROUND_WEIGHTS)[0]):
            ask, answer = self._draw(topic.more)
            yield Line("client", ask)
            yield Line("seller", answer)
        yield from self._closing(topic)

    def _opening(self, name: str, topic: Topic) -> tuple[str, str]:
        """Return what the buyer asks and what the seller answers to it."""
        talks = {"product_question": self._goods.questions, "size_fit": self._goods.fits}.get(name, topic.talks)
        if name == "defect" and self._happens(75):
            talks = self._goods.defects
        ask, *answers = self._draw(talks)
        return ask, self._rng.choice(answers) if answers else self._draw(topic.answers)

    def _client_opens(self, ask: str, topic: Topic) -> Iterator[Line]:
        if self._happens(9):
            yield Line("client", self._draw(self._texts.lone_greetings))
        elif topic.mood != "none" and self._happens(50):
            ask = f"{self._draw(self._texts.greetings)} {ask}"
        yield Line("client", ask)
        if self._happens(topic.photos):
            yield Line("client", self._draw(self._texts.photo_words), images=self._rng.randint(1, 3))

    def _closing(self, topic: Topic) -> Iterator[Line]:
        bitter = topic.mood == "angry" and self._happens(35)
        if topic.mood == "none" or self._happens(45):
            return
        yield Line("client", self._draw(self._texts.bitter_ends if bitter else self._texts.ends))
        if not bitter and self._happens(55):
            yield Line("seller", self._draw(self._texts.farewells))

    def _signed(self, answer: str) -> str:
        greeting = f"{self._draw(self._texts.seller_greetings)} " if self._happens(65) else ""
        signature = self._draw(self._signatures)
        return f"{greeting}{answer} {signature}".rstrip()

    def _worn(self, line: Line, mood: str) -> Line:
        """Return a buyer's message as typed on a phone: without care for capitals, full stops and spelling."""
        if line.by != "client" or mood == "none":
            return line
        text = line.text if self._happens(15) else line.text.replace("ё", "е")
        if self._happens(25):
            text = text[:1].lower() + text[1:]
        if self._happens(22):
            text = self._misspelt(text)
        if self._happens(40):
            text = text.removesuffix(".")
        if self._happens(14):
            text = f"{text.rstrip('.')} {self._draw(getattr(self._texts, f'{mood}_emoji'))}"
        return replace(line, text=text.strip())

    def _misspelt(self, text: str) -> str:
        fitting = [(right, wrong) for right, wrong in self._texts.typos if right in text]
        return text.replace(*self._rng.choice(fitting)) if fitting else text

    def _happens(self, percent: int) -> bool:
        return self._rng.random() * 100 < percent

    def _draw(self, cards: list[Card]) -> Card:
        """Return the next card of this list's shuffled deck."""
        deck = self._decks.get(id(cards))
        if not deck:
            deck = self._decks[id(cards)] = cast(list[object], self._rng.sample(cards, len(cards)))
        return cast(Card, deck.pop())


class _Filler:
    """Puts one story's product, size and people into its sentences."""

    def __init__(self, product: Product, size: str, she: bool, city: str, rng: Random) -> None:
        self._product, self._she = product, she
        nominative = product.nominative[:1].lower() + product.nominative[1:]
        self._words = {
            "nom": nominative, "acc": product.accusative, "gen": product.genitive,
            "size": size, "city": city, "days": str(rng.randint(5, 20)), "article": str(rng.randint(10**7, 3 * 10**8)),
        }  # fmt: skip

    def fill(self, text: str) -> str:
        text = BY_PRODUCT.sub(lambda forms: forms[self._product.form + 1], text)
        text = BY_BUYER.sub(lambda forms: forms[1 + self._she], text)
        filled = text.format_map(self._words)
        return filled[:1].upper() + filled[1:] if text.startswith("{") else filled
