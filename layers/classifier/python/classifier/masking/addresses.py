"""Street addresses, from the index or the town to the flat and the entrance."""

import re
from collections.abc import Iterator

from classifier.masking import address_tokens as words
from classifier.masking.address_tokens import PARTS, Token
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
        places = search.address_at(index)
        if places:
            yield Span(Kind.ADDRESS, search.tokens[places[0]].start, search.tokens[places[1]].end)
        index = places[1] + 1 if places else index + 1


class _Search:
    """Looks at one text's tokens; an address is given by the places of its first and last token."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = words.read_tokens(text)
        self._taken = 0  # tokens before this one belong to an earlier address

    def address_at(self, index: int) -> tuple[int, int] | None:
        """Return the address whose street, or whose house without a street, is named at this token."""
        token = self.tokens[index]
        if token.kind != "word":
            return None
        name = self._street(index) if token.lower in words.STREETS else None
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
        small = self._next(index, CLOSE)
        if small is None or small.kind != "word" or self._with_parts(index + 1) == index + 1:
            return None
        reading = read_word(small.text)  # «ул ленина 5», not «улице дождь, 5»
        return (index, index + 1) if reading.of_street or not reading.known else None

    def _name_behind(self, index: int) -> int | None:
        last, at = None, index
        while at - index < NAME_WORDS and (token := self._next(at, self._gap_within_name(at, index))):
            at += 1
            if token.capital:
                last = at
                continue
            if token.kind in {"ordinal", "house"} and last is None:
                continue  # «8 Марта», «40 лет Победы»
            begun = last is not None or self.tokens[at - 1].kind != "word"
            small = token.kind == "word" and token.lower not in PARTS
            if begun and small and self._with_parts(at) > at:
                return at  # «Охотный ряд, 2», «8 марта, 5»
            if token.lower not in words.CONNECTIVES:  # «Набережная реки Фонтанки»
                return last
        return last

    def _gap_within_name(self, at: int, street: int) -> re.Pattern[str]:
        """Return what may be between words of a name: a dot only behind «ул», «Р» or «Бр», elsewhere it ends all."""
        return CLOSE if at == street or len(self.tokens[at].text) <= SHORTENED else SPACE

    def _name_before(self, index: int) -> int | None:
        """Return where «3-я Парковая» begins before «улица»; «ленинский проспект» without capitals needs a house."""
        at = index
        while index - at < NAME_WORDS and (token := self._before(at)) and token.capital:
            at -= 1
        if at == index and (token := self._before(at)) and self._with_parts(index) > index:
            at -= token.lower.endswith(("ий", "ый", "ой", "ая", "ое", "ом"))
        if at == index:
            return None
        return at - 1 if (token := self._before(at)) and token.kind == "ordinal" else at

    def _bare_street(self, index: int) -> tuple[int, int] | None:
        """Return a street without «улица»: «на Советской 14», «Хабаровск, Карла Маркса 96а»."""
        last = index
        while (word := self.tokens[last]).capital and last - index < TOWN_WORDS:
            if not (token := self._next(last, CLOSE)) or not token.capital:
                break
            last += 1
        number = self._next(last, LOOSE)
        if not number or not number.house:
            return None
        before = self.tokens[index - 1] if index > self._taken else None
        if word.capital:
            placed = before is not None and (before.lower in words.LEADING or _is_place(before))
            return (index, last) if read_word(word.text).of_street and (placed or self._has_parts(last + 1)) else None
        return (index, last) if before and before.lower in words.LEADING and is_common_street(word.text) else None

    def _has_parts(self, index: int) -> bool:
        """Tell whether a named part follows the number: «Гагарина 15 кв 3»."""
        token = self._next(index, LOOSE)
        return token is not None and token.lower in PARTS and self._with_parts(index) > index

    def _home(self, index: int) -> tuple[int, int] | None:
        """Return a house with its flat where the street is not said: «дом 5, кв 12»."""
        if self.tokens[index].lower not in words.HOMES or not self._number_follows(index):
            return None
        flat = self._with_parts(index + 1)
        named = any(token.lower in PARTS for token in self.tokens[index + 2 : flat + 1])
        return (index, flat) if named and not self.tokens[index + 1].counts else None

    def _with_parts(self, last: int) -> int:
        """Return the last token of the house, flat, entrance and floor that follow; `last` where none do."""
        bare = 0
        for _ in range(BEHIND):
            token = self._next(last, LOOSE)
            if token and token.lower in PARTS and self._number_follows(last + 1):
                last += 2
            elif token and token.house and bare < BARE_NUMBERS:
                bare += 1
                last += 1
            elif token and token.lower in PARTS and self.tokens[last].kind == "house":
                last += 1  # «4 подъезд»
            else:
                break
        return last

    def _number_follows(self, index: int) -> bool:
        token = self._next(index, LOOSE)
        return token is not None and (token.kind == "house" or (token.letter and self._next(index, CLOSE) is not None))

    def _with_town(self, first: int) -> int:
        """Return where the index, region and town before the street begin; `first` where there are none."""
        for _ in range(BEFORE):
            first = self._with_piece(first)
        return first

    def _with_piece(self, first: int) -> int:
        """Return where the one piece before begins; `first` where there is none."""
        token, at = self._before(first, LOOSE), first - 1
        if token is None:
            return first
        if token.lower in words.REGIONS and at > self._taken and self.tokens[at - 1].capital:
            return at - 1
        while first - at <= TOWN_WORDS and self.tokens[at].capital and (town := self._before(at)):
            at -= 1
            if town.lower in words.TOWNS:
                return at
        return first - 1 if token.kind == "index" or _is_place(token) else first

    def _before(self, index: int, gap: re.Pattern[str] = CLOSE) -> Token | None:
        """Return the token before this one, where it belongs to no earlier address and only such a gap is between."""
        near = index > self._taken and self._next(index - 1, gap)
        return self.tokens[index - 1] if near else None

    def _next(self, index: int, gap: re.Pattern[str]) -> Token | None:
        """Return the token that follows this one, with nothing between them but such a gap."""
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        if following and gap.fullmatch(self.text, self.tokens[index].end, following.start):
            return following
        return None


def _is_place(token: Token) -> bool:
    return token.capital and read_word(token.text).place >= LIKELY_PLACE
