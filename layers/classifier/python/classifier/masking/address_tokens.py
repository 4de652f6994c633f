"""The words and numbers addresses are made of."""

import re
from dataclasses import dataclass

from classifier.masking.likelihood import word_set
from classifier.masking.spans import MASKED

STREETS = word_set(
    "ул улица улице улицу улицы пр пр-т пр-кт просп проспект проспекте проспекта проспекту пер переулок переулке "
    "переулка проезд проезде проезда пр-д ш шоссе б-р бул бульвар бульваре бульвара пл площадь площади наб набережная "
    "набережной набережную туп тупик тупике тупика аллея аллее аллеи мкр мкрн м-н микрорайон микрорайоне микрорайона "
    "кв-л квартал квартале тракт тракте снт жк "
    "ul ulitsa ulitse ulica prospekt prosp pereulok proezd shosse bulvar naberezhnaya ploschad alleya mkr mikrorayon "
    "pr street avenue"
)
PARTS = word_set(
    "д дом дома доме к корп корпус стр строение кв квартира квартиру оф офис под подъезд эт этаж лит литер литера "
    "домофон блок секция участок уч уч-к коттедж вл владение пом помещение каб кабинет ком комната павильон "
    "dom d korp korpus str stroenie kv kvartira apt podezd etazh"
)
HOMES = word_set("д дом доме кв квартира квартиру подъезд dom kvartira")
HOUSES = word_set("д дом d dom")
ENTRANCES = word_set("вход подъезд этаж")  # behind a house they tell that it is one
NUMBERED = STREETS | word_set("линия линии линию")  # «5-я линия», but not «по линии»
TOWNS = word_set(
    "г гор город городе города пос поселок посёлок поселке посёлке пгт п с село селе дер деревня деревне д ст станица "
    "станице рп х хутор хуторе аул"
)
# Where houses stand without a street; the letters only with a dot.
VILLAGES = word_set(
    "пос поселок посёлок поселке посёлке поселка посёлка пгт село селе села дер деревня деревне деревни станица "
    "станице хутор хуторе аул ауле рп гп дп слобода снт сдт днп днт тсн кп садоводство садоводстве товарищество"
)
VILLAGE_LETTERS = word_set("с д х п ст")
# «50 лет Октября», «8 Марта»: streets that begin with a number.
JUBILEES = word_set("октября победы влксм ссср комсомола")
HOLIDAYS = word_set("марта мая января июля октября")
REGIONS = word_set("обл область области край края район районе р-н республика")
CONNECTIVES = word_set("и реки канала имени им лет")
# What «Гагарина 15» must stand behind to be a street rather than a person's fifteen of something.
LEADING = word_set("на по до возле около адрес адресу пвз пункт пункте выдачи вб живу na po adres pvz")
# Where they stand a few words before, a street's name with a number is an address.
PICKUPS = word_set(
    "пвз пункт пункте пункта постамат адрес адресу курьер курьеру привезите доставьте доставка живу проживаю"
)

# «7», «17а», «12 Б», «24-В», «8к1», «32/2», «7-12»
LETTERED = r"(?:[ -][А-Е](?![\w.])|-?[абвдежзиклАБВГДЕЖЗИКЛМН](?!\w)|[а-еА-Е]?[кс]\d{1,3})"
HOUSE = rf"\d{{1,4}}{LETTERED}?(?:[/\-]\d{{1,4}}[а-еА-Е]?){{0,3}}(?!\w)"
TOKEN = re.compile(
    r"(?<!\d)(?P<index>\d{6})(?!\d)|(?<!\d)(?P<ordinal>\d{1,3}-?(?:ая|я|й|ый|ого|го|ой|ом|е)(?!\w))"
    rf"|(?<!\d)(?P<house>{HOUSE})|(?P<word>[^\W\d_]++(?:-[^\W\d_]++)*+)|(?P<other>[\w{MASKED}]+)"
)
# A number before one of these counts something, and is no house.
UNIT = re.compile(
    r"\s?(?:руб|р\b|₽|%|см\b|мм\b|м\b|м2|шт|раз|дн|день|лет\b|год|мес|недел|час|мин|кг|г\b|гр\b|мл|л\b|рост|зв[её]зд|"
    r"числа|товар(?:а|ов)|заказ(?:а|ов)|пар[ыу]?\b)|[:.,]\d",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Token:
    """A word or number: its kind is "index", "ordinal", "house", "word" or "other"; `counts` where a unit follows."""

    text: str
    kind: str
    start: int
    end: int
    counts: bool

    @property
    def lower(self) -> str:
        """Return the word in lower case."""
        return self.text.lower()

    @property
    def capital(self) -> bool:
        """Tell whether it is a word with a capital letter."""
        return self.kind == "word" and self.text[0].isupper()

    @property
    def letter(self) -> bool:
        """Tell whether it is one capital letter, as some houses and wings have for a number."""
        return self.capital and len(self.text) == 1

    @property
    def house(self) -> bool:
        """Tell whether it may be the number of a house or flat."""
        return self.kind == "house" and not self.counts


def read_tokens(text: str) -> list[Token]:
    """Return the words and numbers of a text, in order."""
    return [
        Token(match[0], match.lastgroup or "other", *match.span(), counts=UNIT.match(text, match.end()) is not None)
        for match in TOKEN.finditer(text)
    ]
