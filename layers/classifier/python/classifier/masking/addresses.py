"""Street addresses, from the index or the town to the flat and the entrance."""

import re
from collections.abc import Iterator

from classifier.masking.address_tokens import (
    CONNECTIVES,
    HOMES,
    LEADING,
    PARTS,
    REGIONS,
    STREETS,
    TOWNS,
    Token,
    tokens_of,
)
from classifier.masking.likelihood import is_common_street, read_word
from classifier.masking.spans import Kind, Span

# Words of a street's or a town's name, pieces before it and behind it: as many as addresses have. They bound the time.
NAME_WORDS, BEFORE, BEHIND = 4, 8, 12
TOWN_WORDS = 3
SHORTENED = 3  # letters of «Бр» and «Лен»
BARE_NUMBERS = 2  # «Гоголя, 29, 14»
LIKELY_PLACE = 0.3

SPACE = re.compile(r"\s{1,2}")
CLOSE = re.compile(r"\.?\s{0,2}")
LOOSE = re.compile(r"[\s,;.:№()-]{0,4}")


def find_addresses(text: str) -> Iterator[Span]:
    """Yield the addresses that name a street or a house with its flat; a town alone is no address."""
    search = _Search(text)
    index = 0
    while index < len(search.tokens):
        place = search.at(index)
        if place:
            yield Span(Kind.ADDRESS, search.tokens[place[0]].start, search.tokens[place[1]].end)
        index = place[1] + 1 if place else index + 1


class _Search:
    """Looks at one text's tokens; an address is given by the places of its first and last token."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self._taken = 0  # tokens before this one belong to an earlier address

    def at(self, index: int) -> tuple[int, int] | None:
        """Return the address whose street, or whose house without a street, is named at this token."""
        token = self.tokens[index]
        if token.kind != "word":
            return None
        name = self._street(index) if token.lower in STREETS else None
        name = name or self._bare_street(index) or self._home(index)
        if not name:
            return None
        first, last = self._with_town(name[0]), self._with_parts(name[1])
        self._taken = last + 1
        return first, last

    def _street(self, index: int) -> tuple[int, int] | None:
        """Return the street whose kind («ул», «проспект») is at this token, with its name behind or before."""
        last = self._name_behind(index)
        if last:
            return index, last
        first = self._name_before(index)
        if first is not None:
            return first, index
        small = index + 1
        if not self._near(index, CLOSE) or self.tokens[small].kind != "word" or self._with_parts(small) == small:
            return None
        reading = read_word(self.tokens[small].text)
        return (index, small) if reading.of_street or not reading.known else None  # «ул ленина 5», not «улице дождь, 5»

    def _name_behind(self, index: int) -> int | None:
        last, at = None, index
        while at - index < NAME_WORDS and self._near(at, self._gap_within_name(at, index)):
            at += 1
            token = self.tokens[at]
            if token.capital:
                last = at
                continue
            if token.kind in {"ordinal", "house"} and last is None:
                continue  # «8 Марта», «40 лет Победы»
            begun = last is not None or self.tokens[at - 1].kind != "word"
            small = token.kind == "word" and token.lower not in PARTS
            if begun and small and self._with_parts(at) > at:
                return at  # «Охотный ряд, 2», «8 марта, 5»
            if token.lower not in CONNECTIVES:  # «Набережная реки Фонтанки»
                return last
        return last

    def _gap_within_name(self, at: int, street: int) -> re.Pattern[str]:
        """Return what may be between words of a name: a dot only behind «ул», «Р» or «Бр», elsewhere it ends all."""
        return CLOSE if at == street or len(self.tokens[at].text) <= SHORTENED else SPACE

    def _name_before(self, index: int) -> int | None:
        """Return where «3-я Парковая» begins before «улица»; «ленинский проспект» without capitals needs a house."""
        at = index
        while (
            at > self._taken and index - at < NAME_WORDS and self.tokens[at - 1].capital and self._near(at - 1, CLOSE)
        ):
            at -= 1
        if at == index and at > self._taken and self._near(at - 1, CLOSE) and self._with_parts(index) > index:
            at -= self.tokens[at - 1].lower.endswith(("ий", "ый", "ой", "ая", "ое", "ом"))
        if at == index:
            return None
        ordinal = at > self._taken and self.tokens[at - 1].kind == "ordinal" and self._near(at - 1, CLOSE)
        return at - 1 if ordinal else at

    def _bare_street(self, index: int) -> tuple[int, int] | None:
        """Return a street without «улица»: «на Советской 14», «Хабаровск, Карла Маркса 96а»."""
        last = index
        while self.tokens[last].capital and last - index < TOWN_WORDS and self._near(last, CLOSE):
            if not self.tokens[last + 1].capital:
                break
            last += 1
        word = self.tokens[last]
        if not self._near(last, LOOSE) or not self.tokens[last + 1].house:
            return None
        before = self.tokens[index - 1] if index > self._taken else None
        if word.capital:
            placed = before is not None and (before.lower in LEADING or self._is_place(before))
            return (index, last) if read_word(word.text).of_street and (placed or self._has_parts(last + 1)) else None
        return (index, last) if before and before.lower in LEADING and is_common_street(word.text) else None

    def _has_parts(self, index: int) -> bool:
        """Tell whether a named part follows the number: «Гагарина 15 кв 3»."""
        return self._near(index, LOOSE) and self.tokens[index + 1].lower in PARTS and self._with_parts(index) > index

    def _home(self, index: int) -> tuple[int, int] | None:
        """Return a house with its flat where the street is not said: «дом 5, кв 12»."""
        if self.tokens[index].lower not in HOMES or not self._number_follows(index):
            return None
        flat = self._with_parts(index + 1)
        named = any(token.lower in PARTS for token in self.tokens[index + 2 : flat + 1])
        return (index, flat) if named and not self.tokens[index + 1].counts else None

    def _with_parts(self, last: int) -> int:
        """Return the last token of the house, flat, entrance and floor that follow; `last` where none do."""
        bare = 0
        for _ in range(BEHIND):
            if not self._near(last, LOOSE):
                break
            token = self.tokens[last + 1]
            if token.kind == "word" and token.lower in PARTS and self._number_follows(last + 1):
                last += 2
            elif token.house and bare < BARE_NUMBERS:
                bare += 1
                last += 1
            elif token.kind == "word" and token.lower in PARTS and self.tokens[last].kind == "house":
                last += 1  # «4 подъезд»
            else:
                break
        return last

    def _number_follows(self, index: int) -> bool:
        if not self._near(index, LOOSE):
            return False
        return self.tokens[index + 1].kind == "house" or (self.tokens[index + 1].letter and self._near(index, CLOSE))

    def _with_town(self, first: int) -> int:
        """Return where the index, region and town before the street begin; `first` where there are none."""
        for _ in range(BEFORE):
            begins = self._piece_before(first)
            if begins is None:
                break
            first = begins
        return first

    def _piece_before(self, first: int) -> int | None:
        before = first - 1
        if before < self._taken or not self._near(before, LOOSE):
            return None
        token = self.tokens[before]
        if token.kind == "index":
            return before
        if token.lower in REGIONS and before > self._taken and self.tokens[before - 1].capital:
            return before - 1
        at = before
        while at > self._taken and before - at < TOWN_WORDS and self.tokens[at].capital and self._near(at - 1, CLOSE):
            at -= 1
            if self.tokens[at].lower in TOWNS:
                return at
        return before if self._is_place(token) else None

    def _is_place(self, token: Token) -> bool:
        return token.capital and read_word(token.text).place >= LIKELY_PLACE

    def _near(self, index: int, gap: re.Pattern[str]) -> bool:
        """Tell whether a token follows this one, with nothing between them but such a gap."""
        if not 0 <= index < len(self.tokens) - 1:
            return False
        return gap.fullmatch(self.text, self.tokens[index].end, self.tokens[index + 1].start) is not None
